#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "firmware/domain/access/decision.hpp"
#include "firmware/domain/access/door.hpp"
#include "firmware/domain/envelope.hpp"
#include "firmware/scenarios/access/door_definition.hpp"

namespace linli::scenarios::access {

// Types of the events that this scenario writes. Their data holds ids and pseudonyms, and never
// what somebody showed.
//
//   linli.access.decision {"door","granted","reason","kind","credential","holder","direction",
//                          "reader"}: the last four if they are known
//   linli.access.door     {"door","record"}: "door_opened", "exit_requested", "locked_early", …
//   linli.access.alarm    {"door","alarm","severity","active"}
inline constexpr std::string_view kDecisionEvent = "linli.access.decision";
inline constexpr std::string_view kDoorEvent = "linli.access.door";
inline constexpr std::string_view kAccessAlarmEvent = "linli.access.alarm";

// Somebody who wants to come in: what is known of it when it is judged, and goes into the record.
struct Attempt {
  std::string door;
  domain::access::CredentialKind kind = domain::access::CredentialKind::kCard;
  std::string credential;   // its id; empty: nobody's
  std::string holder;       // the person's id; empty: not known
  std::string asked_by;     // of an opening from afar: who asked; kind says nothing then
  domain::DeviceId reader;  // empty: from afar
  std::uint8_t head = 0;
  domain::access::Direction direction = domain::access::Direction::kIn;
  base::TimePoint at{};
  base::Duration unlock_for{0};  // 0: as the door's rules say
};

domain::Envelope decision_envelope(const DoorDefinition& door, const Attempt& attempt,
                                   domain::access::Reason reason, const domain::EventTime& now);
domain::Envelope door_envelope(const DoorDefinition& door, std::string_view record,
                               const domain::EventTime& now);
domain::Envelope alarm_envelope(const DoorDefinition& door, std::string_view alarm,
                                domain::Severity severity, bool is_active,
                                const domain::EventTime& now);

}  // namespace linli::scenarios::access
