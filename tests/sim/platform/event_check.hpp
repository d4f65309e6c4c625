#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace linli::sim {

struct Topic {
  std::string gateway;
  std::string channel;  // a stream's name, or "presence"
};

// "linli/v1/<gateway>/up/<channel>"; nullopt for anything else.
std::optional<Topic> topic_of(const std::string& topic);

// One number of a stream.
struct EventName {
  std::string epoch;
  std::string stream;
  std::uint64_t seq = 0;
};

// "<epoch>-<stream>-<seq>"; nullopt for anything else.
std::optional<EventName> name_of(const std::string& id);

// What identifies an event beside its source.
struct EventIdentity {
  std::string epoch;
  std::string stream;
  std::uint64_t seq = 0;
  std::optional<EventName> origin;  // what it was called before a salvage
  std::uint64_t gap_first = 0;      // 0: an event, not a gap; otherwise the gap reaches to seq
};

// Why `event` is not the CloudEvent that the contract promises on this topic; empty if it is, and
// then `identity` is filled.
std::string check_event(const nlohmann::json& event, const Topic& topic, EventIdentity& identity);

}  // namespace linli::sim
