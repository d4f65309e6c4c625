#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/story/house.hpp"

namespace linli::story {

// A house with a smoke detector, a fire panel, three locks and the rules over them:
//   stairs: smoke1's event or the panel's property "alarm" opens doors d1 and d2
//   lobby:  smoke2's event opens doors d2 (by the same lock) and d3
class FireHouse {
 public:
  FireHouse() {
    house.add_device("smoke1", test_profile());
    house.add_device("smoke2", test_profile());
    house.add_device("panel", panel_profile());
    for (const char* lock : {"lock1", "lock2", "lock3"}) house.add_device(lock, test_profile());
    begin();
    for (const char* lock : {"lock1", "lock2", "lock3"}) present(lock, true);
    house.loop.run_ready();
  }

  static std::shared_ptr<const domain::Profile> panel_profile() {
    auto profile = std::make_shared<domain::Profile>();
    profile->name = "test/panel";
    domain::PropertyModel alarm;
    alarm.name = "alarm";
    alarm.schema.type = domain::ValueType::kBoolean;
    profile->properties.push_back(alarm);
    return profile;
  }

  static domain::access::Interlocks rules() {
    auto read = domain::access::parse_interlocks(R"({"rules": [
      {"name": "stairs",
       "when": [{"device": "smoke1", "event": "smoke"},
                {"device": "panel", "property": "alarm", "equals": true}],
       "release": [{"door": "d1", "device": "lock1"}, {"door": "d2", "device": "lock2"}]},
      {"name": "lobby",
       "when": [{"device": "smoke2", "event": "smoke"}],
       "release": [{"door": "d2", "device": "lock2"}, {"door": "d3", "device": "lock3"}]}]})");
    return *std::move(read);
  }

  // As the assembly does it, at start and after a restart.
  void begin() {
    house.interlocks->on_change(
        [this](const std::vector<domain::access::Release>& releases, bool released) {
          for (const auto& each : releases) told.push_back((released ? "+" : "-") + each.door);
        });
    house.interlocks->use(rules());
    house.interlocks->start();
  }

  void restart() {
    house.crash_and_restart();
    begin();
    house.loop.run_ready();
  }

  void smoke(const std::string& device = "smoke1", const std::string& id = "") {
    house.report(House::event_of(device, 0, id));
  }
  void panel(bool alarm) {
    domain::Report report;
    report.device = domain::DeviceId::parse("panel").value();
    report.readings.push_back({0, alarm});
    house.report(std::move(report));
  }
  // What the client that hears detectors brings, before the report comes in to be stored.
  void hear_smoke(const std::string& id = "") const {
    const domain::Report report = House::event_of("smoke1", 0, id);
    house.interlocks->on_hearing(*house.devices->find(report.device), report, house.clock.now());
  }
  void present(const std::string& device, bool online) {
    domain::Report report;
    report.device = domain::DeviceId::parse(device).value();
    report.presence = online ? domain::Presence::kOnline : domain::Presence::kOffline;
    house.report(std::move(report));
  }
  // Every command that a lock got and has not answered yet is answered.
  void locks_answer(bool ok = true) {
    for (; answered < house.driver.requests.size(); ++answered) {
      const ports::ActionRequest& request = house.driver.requests[answered];
      house.answer(request.device.str(), request.command.str(), ok);
    }
    house.loop.run_ready();
  }
  std::size_t driven(const std::string& lock) const {
    const auto& all = house.driver.requests;
    return static_cast<std::size_t>(std::count_if(
        all.begin(), all.end(), [&lock](const auto& each) { return each.device.str() == lock; }));
  }
  std::string reset(const std::string& rule) {
    // A held store answers when this has returned.
    const auto said = std::make_shared<std::string>("nothing yet");
    house.interlocks->reset(rule, "person:p1", [said](const base::Result<void>& done) {
      *said = done ? "ok" : std::string(base::name(done.error().code));
    });
    house.loop.run_ready();
    return *said;
  }
  // The alarms that fire rules wrote, oldest first.
  std::vector<std::string> alarms() const {
    std::vector<std::string> data;
    for (const domain::Envelope& each : house.stored(domain::Stream::kAlarm)) {
      if (each.type == domain::kInterlockEvent) data.push_back(each.data);
    }
    return data;
  }
  std::string row() const {
    const auto rows = house.store.rows(ports::Space::kInterlock);
    const auto found = rows.find("state");
    return found == rows.end() ? "" : found->second;
  }

  House house;
  std::vector<std::string> told;  // "+d1": released, "-d1": free again
  std::size_t answered = 0;
};

}  // namespace linli::story
