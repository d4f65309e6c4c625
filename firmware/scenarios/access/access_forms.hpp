#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/base/secret.hpp"
#include "firmware/domain/access/pass_token.hpp"
#include "firmware/scenarios/access/credential_book.hpp"
#include "firmware/scenarios/access/door_definition.hpp"
#include "firmware/scenarios/access/household_book.hpp"
#include "firmware/scenarios/access/right_book.hpp"

namespace linli::scenarios::access {

// The inputs of the commands, one form each; config/schema/access has their schemas. kInvalid names
// the member.

// An opening from afar says when it was asked for and where it is meant for, so that a copy of it
// opens nothing later and nothing elsewhere.
struct OpenForm {
  std::string door;
  std::string site;
  std::int64_t issued_ms = 0;
  base::Duration unlock_for{0};  // 0: as the door's rules say
};
base::Result<OpenForm> open_form(std::string_view input);

// {"<key>": id}: what is removed, blocked, released, …
base::Result<std::string> id_form(std::string_view input, std::string_view key);
// A rule of the interlocks, by its name.
base::Result<std::string> rule_form(std::string_view input);

base::Result<DoorDefinition> put_door_form(std::string_view input);
base::Result<AccessRight> put_right_form(std::string_view input);

struct PutScheduleForm {
  std::string id;
  domain::access::Schedule schedule;
};
base::Result<PutScheduleForm> put_schedule_form(std::string_view input);

struct PutCalendarForm {
  int year = 0;
  std::string file;
};
base::Result<PutCalendarForm> put_calendar_form(std::string_view input);

struct IssueCredentialForm {
  domain::access::Credential credential;  // of a PIN: its hash is still to be made
  base::SecretText pin;
};
base::Result<IssueCredentialForm> issue_credential_form(std::string_view input);

struct RevokeCredentialForm {
  std::string id;
  domain::access::CredentialState state = domain::access::CredentialState::kRevoked;
};
base::Result<RevokeCredentialForm> revoke_credential_form(std::string_view input);

struct IssuePassForm {
  domain::access::PassKind kind = domain::access::PassKind::kVisitor;
  std::string person;  // who invites, or whose phone shows it
  std::uint16_t group = 0;
  std::optional<std::int64_t> from_s;  // absent: now
  std::int64_t life_s = 0;
  std::uint8_t uses = 1;
};
base::Result<IssuePassForm> issue_pass_form(std::string_view input);
base::Result<std::uint64_t> revoke_pass_form(std::string_view input);

struct NewResident {
  std::string id;
  domain::access::SiteRole role = domain::access::SiteRole::kResident;
  domain::access::Validity term;
  base::SecretText contact;  // JSON {"name","phone"}
  std::vector<domain::access::Card> cards;
};
struct MoveInForm {
  std::string household;
  std::string place;
  std::vector<NewResident> people;
  std::vector<std::uint16_t> groups;  // the doors that they pass
  std::string schedule;               // empty: at all hours
};
base::Result<MoveInForm> move_in_form(std::string_view input);

struct MoveOutForm {
  std::string household;
  std::vector<std::string> people;  // empty: all of them
};
base::Result<MoveOutForm> move_out_form(std::string_view input);

struct WhoOpenedForm {
  std::string door;
  std::int64_t at_ms = 0;
  std::int64_t within_s = 0;
};
base::Result<WhoOpenedForm> who_opened_form(std::string_view input);

}  // namespace linli::scenarios::access
