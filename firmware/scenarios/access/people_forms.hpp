#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/domain/access/rights.hpp"

namespace linli::scenarios::access {

// The inputs of the commands about visitors, one's own data, delegation and lists, as
// access_forms.hpp.

struct IssueCodeForm {
  std::string person;  // who invites
  std::uint16_t group = 0;
  std::optional<std::int64_t> from_s;  // absent: now
  std::int64_t life_s = 0;
  std::uint8_t uses = 1;
};
base::Result<IssueCodeForm> issue_code_form(std::string_view input);

struct ListVisitsForm {
  std::string person;  // who invited; empty: everybody
  std::string after;   // "next" of the answer before; empty: from the first
};
base::Result<ListVisitsForm> list_visits_form(std::string_view input);

struct OwnLogForm {
  std::string person;
  std::int64_t from_ms = 0;
  std::int64_t to_ms = 0;    // not included
  std::uint64_t before = 0;  // "next" of the answer before; 0: from the newest
};
base::Result<OwnLogForm> own_log_form(std::string_view input);

struct GiveConsentForm {
  std::string person;
  std::string purpose;
  std::string text;
};
base::Result<GiveConsentForm> give_consent_form(std::string_view input);
struct WithdrawConsentForm {
  std::string person;
  std::string purpose;
};
base::Result<WithdrawConsentForm> withdraw_consent_form(std::string_view input);

base::Result<domain::access::Delegation> delegate_form(std::string_view input);

struct ImportForm {
  std::string list;  // the file's bytes
  bool is_dry_run = true;
  std::vector<std::uint16_t> groups;  // the doors that all of them pass
};
base::Result<ImportForm> import_form(std::string_view input);

}  // namespace linli::scenarios::access
