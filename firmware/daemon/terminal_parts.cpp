#include "firmware/daemon/terminal_parts.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/daemon/stored_rows.hpp"

namespace linli::daemon {
namespace {

namespace terminal = drivers::terminal;
using base::Json;

Json json_of(const terminal::TerminalStatus& status) {
  Json refused = Json::array();
  for (const terminal::Refusal& each : status.refusals)
    refused.push_back({{"person", each.person}, {"why", each.why}});
  return {{"device", status.device},
          {"online", status.is_online},
          {"persons", status.persons.wanted},
          {"in_effect", status.persons.held},
          {"to_remove", status.persons.to_remove},
          {"unfit", status.unfit},
          {"refused", std::move(refused)}};
}

}  // namespace

TerminalParts::TerminalParts(base::Loop& loop, House house)
    : driver_(loop,
              terminal::TerminalDriver::Dependencies{
                  house.store, house.clock, crypto_, house.intake, house.frames,
                  [&mqtt = house.mqtt](std::string topic) { mqtt.subscribe(std::move(topic)); },
                  [&loop, &mqtt = house.mqtt](std::string topic, std::string payload,
                                              base::Duration expires_in, base::Done<void> done) {
                    if (mqtt.outlet() == nullptr) {
                      loop.post([done = std::move(done)]() mutable {
                        std::move(done)(
                            base::fail(base::Code::kOffline, "the site broker is not connected"));
                      });
                      return;
                    }
                    const auto seconds = std::max<std::int64_t>(1, base::to_ms(expires_in) / 1000);
                    mqtt.outlet()->publish({std::move(topic), std::move(payload), 1,
                                            static_cast<std::uint32_t>(seconds), ""},
                                           std::move(done));
                  }}) {
  house.mqtt.host(
      [this](const std::string& topic, const std::string& payload, ports::Delivery& delivery) {
        return driver_.take(topic, payload, delivery);
      });
}

base::Result<void> TerminalParts::restore(ports::Query& query) {
  return for_each_row(
      query, ports::Space::kTerminalPerson,
      [this](const std::string& key, const std::string& row) { driver_.restore_person(key, row); });
}

Json TerminalParts::status(std::string_view holder) const {
  Json terminals = Json::array();
  terminal::TerminalDriver::Reach reach;
  for (const terminal::TerminalStatus& each : driver_.status()) {
    ++reach.wanted;
    if (each.persons.is_settled()) {
      ++reach.in_effect;
    } else if (!each.is_online) {
      ++reach.offline;
    }
    terminals.push_back(json_of(each));
  }
  if (!holder.empty()) reach = driver_.reach_of(holder);
  Json json{{"terminals", reach.wanted},
            {"in_effect", reach.in_effect},
            {"offline", reach.offline},
            {"messages", driver_.counts().messages},
            {"not_understood", driver_.counts().unknown}};
  if (holder.empty()) {
    json["each"] = std::move(terminals);
  } else {
    json["person"] = holder;
  }
  return json;
}

}  // namespace linli::daemon
