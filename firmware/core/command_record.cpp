#include "firmware/core/command_record.hpp"

#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/bytes.hpp"
#include "firmware/base/json_reader.hpp"

namespace linli::core {
namespace {

constexpr std::size_t kMaxText = 16 * 1024;
constexpr auto kMaxInteger = std::numeric_limits<std::int64_t>::max();

// Boot ids use all 64 bits, beyond what JSON readers agree on: they are stored as text.
base::Json time_json(const domain::EventTime& time) {
  return {{"unix_ms", time.unix_ms},
          {"quality", static_cast<int>(time.quality)},
          {"boot", std::to_string(time.boot)},
          {"monotonic_ms", time.monotonic_ms}};
}

domain::EventTime read_time(base::JsonReader& parent, std::string_view key) {
  domain::EventTime time;
  const base::Json& json = parent.object(key);
  if (!parent.ok()) return time;
  base::JsonReader in(json, std::string(key));
  time.unix_ms = in.integer("unix_ms", {0, kMaxInteger});
  time.quality = static_cast<domain::TimeQuality>(in.integer("quality", {0, 2}));
  time.monotonic_ms = in.integer("monotonic_ms", {0, kMaxInteger});
  time.boot = std::strtoull(in.text("boot", 20).c_str(), nullptr, 10);
  if (auto read = in.finish(); !read) parent.reject(key, read.error().what);
  return time;
}

domain::CommandState read_state(base::JsonReader& in) {
  const auto state = domain::command_state_of(in.text("state", 32));
  if (!state) in.reject("state", "is no state of a command");
  return state.value_or(domain::CommandState::kReceived);
}

domain::CommandId read_id(base::JsonReader& in) {
  auto id = domain::CommandId::parse(in.text("id", 64));
  if (id) return *std::move(id);
  in.reject("id", id.error().what);
  return {};
}

}  // namespace

std::string to_row(const CommandRecord& record) {
  const domain::Command& command = record.command;
  base::Json row = {{"id", command.id.str()},
                    {"target", command.target},
                    {"action", command.action},
                    {"input", command.input},
                    {"issuer", command.issuer},
                    {"role", command.role},
                    {"place", command.place},
                    {"received", time_json(record.received)},
                    {"changed", time_json(record.changed)},
                    {"state", domain::name(record.outcome.state)},
                    {"reason", record.outcome.reason},
                    {"output", record.outcome.output}};
  if (command.expires_ms) row["expires_ms"] = *command.expires_ms;
  if (command.ttl_ms) row["ttl_ms"] = *command.ttl_ms;
  return base::dump_json(row);
}

base::Result<CommandRecord> command_from_row(std::string_view row) {
  const auto json = base::parse_json(row);
  if (!json) return base::fail(base::Code::kCorrupt, "stored command: {}", json.error().what);
  base::JsonReader in(*json, "stored command");
  CommandRecord record;
  domain::Command& command = record.command;
  command.id = read_id(in);
  command.target = in.text("target", kMaxText);
  command.action = in.text("action", kMaxText);
  command.input = in.text("input", kMaxText);
  command.issuer = in.text("issuer", kMaxText);
  command.role = in.text("role", kMaxText);
  command.place = in.text("place", kMaxText);
  command.expires_ms = in.optional_integer("expires_ms", {0, kMaxInteger});
  command.ttl_ms = in.optional_integer("ttl_ms", {0, kMaxInteger});
  record.received = read_time(in, "received");
  record.changed = read_time(in, "changed");
  record.outcome.state = read_state(in);
  record.outcome.reason = in.text("reason", kMaxText);
  record.outcome.output = in.text("output", kMaxText);
  if (auto read = in.finish(); !read)
    return base::fail(base::Code::kCorrupt, "{}", read.error().what);
  return record;
}

std::string outcome_json(const CommandRecord& record) {
  std::string json = "{\"command\":";
  const auto member = [&json](std::string_view key, std::string_view text) {
    json += fmt::format(",\"{}\":", key);
    base::append_json_string(json, text);
  };
  base::append_json_string(json, record.command.id.str());
  member("target", record.command.target);
  member("action", record.command.action);
  member("state", domain::name(record.outcome.state));
  member("reason", record.outcome.reason);
  member("issuer", record.command.issuer);
  json += ",\"output\":" + record.outcome.output + "}";
  return json;
}

}  // namespace linli::core
