#include "firmware/scenarios/access/access_record.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/json.hpp"

namespace linli::scenarios::access {
namespace {

using base::Json;

domain::Envelope envelope(domain::Stream stream, std::string_view type, const DoorDefinition& door,
                          const Json& data, const domain::EventTime& now) {
  return {.stream = stream,
          .type = std::string(type),
          .subject = "door/" + door.id,
          .time = now,
          .data = base::dump_json(data),
          .device = door.lock.device.str(),
          .place = door.place};
}

}  // namespace

domain::Envelope decision_envelope(const DoorDefinition& door, const Attempt& attempt,
                                   domain::access::Reason reason, const domain::EventTime& now) {
  Json data{{"door", door.id},
            {"granted", domain::access::is_granted(reason)},
            {"reason", domain::access::text_of(reason).word}};
  if (attempt.asked_by.empty()) {
    data["kind"] = domain::access::name(attempt.kind);
    data["direction"] = attempt.direction == domain::access::Direction::kOut ? "out" : "in";
  } else {
    data["kind"] = "remote";
    data["asked_by"] = attempt.asked_by;
  }
  if (!attempt.credential.empty()) data["credential"] = attempt.credential;
  if (!attempt.holder.empty()) data["holder"] = attempt.holder;
  if (!attempt.reader.empty()) data["reader"] = attempt.reader.str();
  return envelope(domain::Stream::kAccess, kDecisionEvent, door, data, now);
}

domain::Envelope door_envelope(const DoorDefinition& door, std::string_view record,
                               const domain::EventTime& now) {
  return envelope(domain::Stream::kAccess, kDoorEvent, door,
                  {{"door", door.id}, {"record", record}}, now);
}

domain::Envelope alarm_envelope(const DoorDefinition& door, std::string_view alarm,
                                domain::Severity severity, bool is_active,
                                const domain::EventTime& now) {
  return envelope(domain::Stream::kAlarm, kAccessAlarmEvent, door,
                  {{"door", door.id},
                   {"alarm", alarm},
                   {"severity", domain::name(severity)},
                   {"active", is_active}},
                  now);
}

}  // namespace linli::scenarios::access
