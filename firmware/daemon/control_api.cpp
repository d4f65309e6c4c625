#include "firmware/daemon/control_api.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "drivers/catalog.hpp"
#include "firmware/base/bytes.hpp"
#include "firmware/base/json_reader.hpp"
#include "firmware/core/device_state.hpp"
#include "firmware/daemon/credentials.hpp"
#include "firmware/domain/command_rules.hpp"
#include "firmware/tls/random.hpp"

namespace linli::daemon {
namespace {

using base::Code;
using base::Json;

constexpr std::size_t kMaxText = 256;

Json record_json(const core::CommandRecord& record) {
  Json json = base::parse_json(core::outcome_json(record)).value_or(Json::object());
  json["received"] = domain::rfc3339(record.received.unix_ms);
  json["changed"] = domain::rfc3339(record.changed.unix_ms);
  json["final"] = domain::is_final(record.outcome.state);
  return json;
}

Json value_json(const domain::Value& value) {
  return base::parse_json(domain::to_json(value)).value_or(Json());
}

Json event_json(const domain::Envelope& envelope, std::uint64_t seq) {
  return {{"stream", domain::name(envelope.stream)},
          {"seq", seq},
          {"time", domain::rfc3339(envelope.time.unix_ms)},
          {"quality", domain::name(envelope.time.quality)},
          {"type", envelope.type},
          {"subject", envelope.subject},
          {"data", base::parse_json(envelope.data).value_or(Json())}};
}

}  // namespace

void ControlApi::add_to(ControlMethods& methods) {
  methods.add(*this, {
                         {"status", &ControlApi::get_status},
                         {"doctor", &ControlApi::get_doctor},
                         {"drivers", &ControlApi::get_drivers},
                         {"outbox.show", &ControlApi::get_outbox},
                         {"events.tail", &ControlApi::tail_events},
                         {"device.add", &ControlApi::add_device},
                         {"device.list", &ControlApi::list_devices},
                         {"device.show", &ControlApi::show_device},
                         {"device.replace", &ControlApi::replace_device},
                         {"device.revoke", &ControlApi::revoke_device},
                         {"command.send", &ControlApi::send_command},
                         {"terminal.status", &ControlApi::get_terminals},
                         {"command.show", &ControlApi::show_command},
                         {"device.describe", &ControlApi::describe_device},
                         {"device.history", &ControlApi::show_history},
                         {"events.list", &ControlApi::list_events},
                         {"events.gaps", &ControlApi::list_gaps},
                         {"place.add", &ControlApi::put_place},
                         {"place.list", &ControlApi::list_places},
                         {"place.remove", &ControlApi::remove_place},
                     });
}

void ControlApi::get_status(const Request& /*request*/, Reply reply) {
  reply_later(std::move(reply), status());
}
void ControlApi::get_doctor(const Request& /*request*/, Reply reply) {
  reply_later(std::move(reply), doctor());
}

void ControlApi::get_drivers(const Request& /*request*/, Reply reply) {
  Json list = Json::array();
  for (const drivers::DriverEntry& driver : drivers::catalog()) {
    list.push_back({{"name", std::string(driver.name)},
                    {"speaks", std::string(driver.speaks)},
                    {"tested_against", std::string(driver.tested_against)}});
  }
  reply_later(std::move(reply), Json{{"drivers", std::move(list)}});
}

void ControlApi::get_outbox(const Request& /*request*/, Reply reply) {
  Json now = status();
  reply_later(std::move(reply),
              Json{{"epoch", gateway_.store().epoch()}, {"streams", now["streams"]}});
}

// Of all terminals; with "person", how far that person's credentials are.
void ControlApi::get_terminals(const Request& request, Reply reply) {
  base::JsonReader in(request.params, "params");
  const std::string person = in.optional_text("person", kMaxText).value_or("");
  if (auto read = in.finish(); !read)
    return reply_later(std::move(reply), base::failure_of(std::move(read)));
  reply_later(std::move(reply), gateway_.terminals().status(person));
}

void ControlApi::tail_events(const Request& request, Reply reply) {
  base::JsonReader in(request.params, "params");
  const auto wanted = in.optional_text("stream", kMaxText);
  if (wanted && !domain::stream_of(*wanted))
    in.reject("stream", "expected alarm, access, money, ticket, command or telemetry");
  if (auto read = in.finish(); !read)
    return reply_later(std::move(reply), base::failure_of(std::move(read)));
  gateway_.follow([follow = request.follow, wanted](const ports::OutboxChunk& chunk) {
    if (wanted && domain::stream_of(*wanted) != chunk.stream) return follow(Json::object());
    domain::RecordReader reader(chunk.records, chunk.stream);
    std::uint64_t seq = chunk.first;
    while (!reader.at_end()) {
      const auto envelope = reader.next();
      if (envelope && !follow(event_json(*envelope, seq))) return false;
      ++seq;
    }
    return true;
  });
  reply_later(std::move(reply), Json{{"following", true}});
}

base::Result<domain::DeviceId> ControlApi::device_id(const Request& request) const {
  base::JsonReader in(request.params, "params");
  const std::string id = in.text("id", kMaxText);
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  return domain::DeviceId::parse(id);
}

void ControlApi::add_device(const Request& request, Reply reply) {
  base::JsonReader in(request.params, "params");
  core::Registration registration;
  const std::string id = in.text("id", kMaxText);
  registration.profile = in.text("profile", kMaxText);
  registration.driver =
      in.optional_text("driver", kMaxText).value_or(std::string(core::kMqttDriver));
  registration.address = in.optional_text("address", kMaxText).value_or("");
  registration.place = in.optional_text("place", kMaxText).value_or("");
  registration.name = in.optional_text("name", kMaxText).value_or("");
  if (auto read = in.finish(); !read)
    return reply_later(std::move(reply), base::failure_of(std::move(read)));
  auto parsed = domain::DeviceId::parse(id);
  if (!parsed) return reply_later(std::move(reply), base::failure_of(std::move(parsed)));
  registration.id = *std::move(parsed);
  gateway_.admin().add(
      std::move(registration),
      [this, reply = std::move(reply)](base::Result<ports::DeviceCredentials> done) mutable {
        if (!done) return std::move(reply)(base::failure_of(std::move(done)));
        std::move(reply)(credentials_json(gateway_, *done));
      });
}

void ControlApi::replace_device(const Request& request, Reply reply) {
  auto id = device_id(request);
  if (!id) return reply_later(std::move(reply), base::failure_of(std::move(id)));
  gateway_.admin().replace(
      *id, [this, reply = std::move(reply)](base::Result<ports::DeviceCredentials> done) mutable {
        if (!done) return std::move(reply)(base::failure_of(std::move(done)));
        std::move(reply)(credentials_json(gateway_, *done));
      });
}

void ControlApi::revoke_device(const Request& request, Reply reply) {
  auto id = device_id(request);
  if (!id) return reply_later(std::move(reply), base::failure_of(std::move(id)));
  gateway_.admin().revoke(*id,
                          [id = *id, reply = std::move(reply)](base::Result<void> done) mutable {
                            if (!done) return std::move(reply)(base::failure_of(std::move(done)));
                            std::move(reply)(Json{{"revoked", id.str()}});
                          });
}

base::Result<Json> ControlApi::device_json(const core::Device& device) const {
  const core::Registration& registration = device.registration;
  // A LwM2M or CoAP device needs no site broker.
  const bool needs_broker = core::is_at_site_broker(registration.driver);
  const core::DeviceStanding standing = core::standing_of(
      &device, {.is_broker_up = !needs_broker || gateway_.mqtt().broker_status().up});
  Json json = {{"id", registration.id.str()},
               {"profile", registration.profile},
               {"driver", registration.driver},
               {"place", registration.place},
               {"name", registration.name},
               {"title", device.profile->title.zh},
               {"presence", core::name(standing.state)},
               {"rejected", device.rejected},
               {"flood_dropped", device.flood_dropped}};
  if (standing.since) json["since"] = domain::rfc3339(standing.since->unix_ms);
  if (standing.why != core::StateWhy::kNone) json["why"] = core::name(standing.why);
  if (device.last_seen != base::TimePoint{})
    json["last_seen_s"] = base::to_ms(gateway_.loop().now() - device.last_seen) / 1000;
  return json;
}

void ControlApi::list_devices(const Request& request, Reply reply) {
  base::JsonReader in(request.params, "params");
  const std::string after = in.optional_text("after", kMaxText).value_or("");
  const auto limit =
      static_cast<std::size_t>(in.optional_integer("limit", {1, 1000}).value_or(200));
  if (auto read = in.finish(); !read)
    return reply_later(std::move(reply), base::failure_of(std::move(read)));
  Json list = Json::array();
  for (const core::Device* device : gateway_.devices().all()) {
    if (device->registration.id.str() <= after) continue;
    if (list.size() == limit) break;
    list.push_back(*device_json(*device));
  }
  reply_later(std::move(reply),
              Json{{"devices", std::move(list)}, {"total", gateway_.devices().size()}});
}

void ControlApi::show_device(const Request& request, Reply reply) {
  auto id = device_id(request);
  if (!id) return reply_later(std::move(reply), base::failure_of(std::move(id)));
  const core::Device* const device = gateway_.devices().find(*id);
  if (device == nullptr) {
    return reply_later(std::move(reply),
                       base::fail(Code::kNotFound, "no device '{}' is registered", id->str()));
  }
  Json json = *device_json(*device);
  Json properties = Json::object();
  for (std::size_t i = 0; i < device->slots.size(); ++i) {
    const core::Slot& slot = device->slots[i];
    if (!slot.value) continue;
    const domain::PropertyModel& model = device->profile->properties[i];
    const domain::EventTime now = gateway_.clock().now();
    properties[model.name] = {
        {"value", value_json(*slot.value)},
        {"unit", model.schema.unit},
        {"at", domain::rfc3339(slot.at.unix_ms)},
        {"age_s", std::max<std::int64_t>(0, now.unix_ms - slot.at.unix_ms) / 1000}};
  }
  json["properties"] = std::move(properties);
  reply_later(std::move(reply), std::move(json));
}

void ControlApi::send_command(const Request& request, Reply reply) {
  Json params = request.params;
  if (!params.contains("id")) {
    const auto random = tls::random_bytes(8);
    if (!random) return reply_later(std::move(reply), base::Failure(random.error()));
    params["id"] = "local-" + base::to_hex(*random);
  }
  auto command = domain::parse_command(base::dump_json(params), domain::kLocalCommandLimits);
  if (!command) return reply_later(std::move(reply), base::failure_of(std::move(command)));
  command->issuer = "local:uid=" + std::to_string(request.user);
  command->role = domain::kRoleOperator;
  gateway_.ledger().submit_and_wait(
      *std::move(command),
      [reply = std::move(reply)](base::Result<core::CommandRecord> record) mutable {
        if (!record) return std::move(reply)(base::failure_of(std::move(record)));
        std::move(reply)(record_json(*record));
      });
}

void ControlApi::show_command(const Request& request, Reply reply) {
  base::JsonReader in(request.params, "params");
  auto id = domain::CommandId::parse(in.text("id", kMaxText));
  if (auto read = in.finish(); !read)
    return reply_later(std::move(reply), base::failure_of(std::move(read)));
  if (!id) return reply_later(std::move(reply), base::failure_of(std::move(id)));
  const core::CommandRecord* const record = gateway_.ledger().find(*id);
  if (record == nullptr)
    return reply_later(std::move(reply),
                       base::fail(Code::kNotFound, "no command '{}' is known", id->str()));
  reply_later(std::move(reply), record_json(*record));
}

}  // namespace linli::daemon
