#pragma once

#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "drivers/terminal/terminal_driver.hpp"
#include "firmware/domain/profile_codec.hpp"
#include "firmware/tls/local_crypto.hpp"
#include "tests/fakes/memory_store.hpp"
#include "tests/fakes/virtual_loop.hpp"
#include "tests/story/house.hpp"

namespace linli::drivers::terminal {

inline std::shared_ptr<domain::Profile> terminal_profile(const std::string& name = "mqtt_face") {
  std::ifstream in(std::string(LINLI_SOURCE_DIR) + "/config/profiles/terminal/" + name +
                   ".tm.jsonld");
  std::ostringstream text;
  text << in.rdbuf();
  return std::make_shared<domain::Profile>(
      domain::parse_profile("terminal/" + name, text.str()).value());
}

inline ports::RosterPerson face_person(const std::string& id, const std::string& holder = "ann") {
  ports::RosterPerson person;
  person.id = id;
  person.holder = holder;
  return person;
}

class ListedRoster final : public ports::PersonRoster {
 public:
  std::vector<ports::RosterPerson> persons_at(const domain::DeviceId& terminal) const override {
    const auto found = persons.find(terminal.str());
    return found == persons.end() ? std::vector<ports::RosterPerson>{} : found->second;
  }
  std::map<std::string, std::vector<ports::RosterPerson>> persons;
};

class NotingTap final : public ports::FrameTap {
 public:
  void frame(std::string_view /*driver*/, ports::Frame frame) override {
    frames.push_back(std::move(frame));
  }
  std::vector<ports::Frame> frames;
};

// Stores what the driver reports by itself, like the real one a turn later.
class NotingIntake final : public ports::Intake {
 public:
  explicit NotingIntake(base::Loop& loop) : loop_(loop) {}
  void take(ports::Delivery delivery, base::Done<void> committed) override {
    for (domain::Report& report : delivery.reports) reports.push_back(std::move(report));
    loop_.post([done = std::move(committed)]() mutable { std::move(done)({}); });
  }
  std::vector<domain::Report> reports;

 private:
  base::Loop& loop_;
};

struct Said {
  std::string topic;
  base::Json json;
  base::Duration expires_in;
};

// A gateway's driver and its store, in virtual time. What was said to terminals is in `said`; a
// terminal that `answers` does so a moment later.
struct Gate {
  Gate() { start(); }
  ~Gate() {
    driver.reset();
    loop.drop_all();
  }

  void start() {
    driver = std::make_unique<TerminalDriver>(
        loop, TerminalDriver::Dependencies{
                  store, clock, crypto, intake, tap,
                  [this](std::string topic) { subscriptions.push_back(std::move(topic)); },
                  [this](std::string topic, const std::string& payload, base::Duration expires_in,
                         base::Done<void> done) {
                    publish(std::move(topic), payload, expires_in, std::move(done));
                  }});
  }
  void crash_and_restart(const std::vector<std::string>& devices) {
    driver.reset();
    store.crash();
    loop.drop_all();
    start();
    for (const std::string& device : devices) EXPECT_TRUE(attach(device).has_value());
    for (const auto& [key, row] : store.rows(ports::Space::kTerminalPerson))
      driver->restore_person(key, row);
    driver->use_roster(roster);
  }
  base::Result<void> attach(const std::string& device) const {
    return driver->attach(id(device), profile, "");
  }
  static domain::DeviceId id(const std::string& text) {
    return domain::DeviceId::parse(text).value();
  }

  // What a terminal says; the reports that it gives.
  std::vector<domain::Report> hear(const std::string& topic, const std::string& payload) {
    ports::Delivery delivery;
    EXPECT_TRUE(driver->take(topic, payload, delivery)) << topic;
    loop.run_ready();
    return std::move(delivery.reports);
  }
  std::vector<domain::Report> sign(const std::string& device, const std::string& operation) {
    return hear(
        operation == "HeartBeat" ? "mqtt/face/heartbeat" : "mqtt/face/basic",
        R"({"operator":")" + operation + R"(","info":{"facesluiceId":")" + device + R"("}})");
  }
  std::vector<domain::Report> answer(const Said& question,
                                     const std::string& more = R"("result":"ok")",
                                     const std::string& code = "200") {
    return hear(question.topic + "/Ack",
                R"({"messageId":)" + question.json["messageId"].dump() + R"(,"operator":")" +
                    question.json["operator"].get<std::string>() + R"(-Ack","code":")" + code +
                    R"(","info":{)" + more + "}}");
  }
  std::vector<Said> said_to(const std::string& device, const std::string& operation) const {
    std::vector<Said> found;
    for (const Said& each : said) {
      if (each.topic == "mqtt/face/" + device && each.json["operator"] == operation)
        found.push_back(each);
    }
    return found;
  }
  TerminalStatus status(const std::string& device) const {
    for (TerminalStatus& each : driver->status())
      if (each.device == device) return each;
    ADD_FAILURE() << "no terminal " << device;
    return {};
  }
  std::map<std::string, std::string> rows() const {
    return store.rows(ports::Space::kTerminalPerson);
  }

  // A terminal that does what it is told, and knows whom it was told of.
  void obey(const std::string& device) { answering[device] = {}; }

  fakes::VirtualLoop loop;
  fakes::MemoryStore store{loop};
  story::TestClock clock{loop};
  tls::LocalCrypto crypto;
  NotingIntake intake{loop};
  NotingTap tap;
  ListedRoster roster;
  std::shared_ptr<domain::Profile> profile = terminal_profile();
  std::vector<std::string> subscriptions;
  std::vector<Said> said;
  std::map<std::string, std::vector<std::string>> answering;  // device → whom it knows
  std::optional<base::Error> offline;                         // of the broker
  std::unique_ptr<TerminalDriver> driver;

 private:
  void publish(std::string topic, const std::string& payload, base::Duration expires_in,
               base::Done<void> done) {
    loop.post([done = std::move(done), offline = offline]() mutable {
      std::move(done)(offline ? base::Result<void>(base::Failure(*offline)) : base::Result<void>{});
    });
    if (offline) return;
    said.push_back({std::move(topic), base::parse_json(payload).value(), expires_in});
    const Said& now = said.back();
    const std::string device = now.topic.substr(now.topic.rfind('/') + 1);
    const auto terminal = answering.find(device);
    if (terminal == answering.end()) return;
    loop.post([this, device, question = now] { do_as_told(device, question); });
  }
  void do_as_told(const std::string& device, const Said& question) {
    if (!answering.contains(device)) return;
    std::vector<std::string>& known = answering[device];
    const std::string operation = question.json["operator"];
    const std::string person = question.json["info"].value("customId", "");
    if (operation == "EditPerson" || operation == "DelPerson") std::erase(known, person);
    if (operation == "EditPerson") known.push_back(person);
    std::string list;
    for (const std::string& each : known) list += (list.empty() ? "" : ",") + each;
    if (operation == "QueryPerson") {
      answer(question, R"("result":"ok","customId":")" + list + "\"");
    } else if (operation != "PushAck" && operation != "Online-Ack") {
      answer(question);
    }
  }
};

}  // namespace linli::drivers::terminal
