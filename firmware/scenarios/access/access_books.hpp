#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/domain/access/replay_window.hpp"
#include "firmware/domain/access/revocations.hpp"
#include "firmware/domain/access/rights.hpp"
#include "firmware/domain/access/visitor_code.hpp"
#include "firmware/ports/query.hpp"
#include "firmware/scenarios/access/consent.hpp"
#include "firmware/scenarios/access/credential_book.hpp"
#include "firmware/scenarios/access/door_book.hpp"
#include "firmware/scenarios/access/household_book.hpp"
#include "firmware/scenarios/access/pass_book.hpp"
#include "firmware/scenarios/access/right_book.hpp"
#include "firmware/scenarios/access/schedule_book.hpp"

namespace linli::scenarios::access {

// 委托, by id.
using DelegationBook = std::map<std::string, domain::access::Delegation, std::less<>>;
inline constexpr std::size_t kMostDelegations = 5'000;

// All that is stored for access but the doors' states. What a person changes is changed by the
// commands, when it is durable; what an opening uses up (uses, passes, openings from afar) is taken
// at once, and given back if the opening could not be stored.
struct AccessBooks {
  DoorBook doors;
  CredentialBook credentials;
  RightBook rights;
  ScheduleBook schedules;
  HouseholdBook households;
  ConsentBook consents;
  DelegationBook delegations;
  std::vector<domain::access::VisitorCode> codes;
  PassBook issued;  // visitors' passes
  domain::access::Revocations revocations;
  domain::access::ReplayWindow passes;
  domain::access::ReplayWindow openings;  // from afar, by the digest of the command's id
  std::vector<std::string> ended;         // keys of rows that may go
};

// Keys of Space::kAccessPass.
inline constexpr std::string_view kRevocationsKey = "revocations";
std::string pass_key(std::uint64_t pass);              // "pass/<16 hex>"
std::string issued_key(std::uint64_t pass);            // "issued/<16 hex>"
std::string opening_key(std::uint64_t opening);        // "opening/<16 hex>"
std::string uses_key(std::string_view credential);     // "uses/<credential>"
std::string pin_tag_key(std::string_view credential);  // "pin/<credential>"
std::string steps_key(std::string_view credential);    // "steps/<credential>"
std::string code_key(std::string_view code);           // "code/<id>"

// Forgets the uses of what ended so long ago that it cannot be used again; their rows' keys are in
// `ended`.
void expire(AccessBooks& books, std::int64_t now_ms);

// At start, before the loop runs. Rows that cannot be read are left out with an error in the log:
// whatever is not there opens nothing.
base::Result<void> restore(AccessBooks& books, ports::Query& query, std::int64_t now_ms);

}  // namespace linli::scenarios::access
