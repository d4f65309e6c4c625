#include "tests/story/access/gatehouse.hpp"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/json.hpp"
#include "tests/unit/scenarios/access/models.hpp"

namespace linli::story {

using scenarios::access::AccessCommands;
using scenarios::access::AccessScenario;

namespace {

// 2026-09-28 08:00 in China.
constexpr std::int64_t kStartMs = 1'790'553'600'000;

domain::DeviceId device_id(const std::string& id) {
  return domain::DeviceId::parse(id).value();
}

}  // namespace

void WiredDriver::invoke(ports::ActionRequest request, base::Done<ports::ActionReply> done) {
  const core::Device* const device = devices_.find(request.device);
  if (!fails_with) {
    calls.push_back({request.device.str(), device->profile->actions[request.action].name,
                     request.input, loop_.now()});
  }
  base::Result<ports::ActionReply> reply = ports::ActionReply{};
  if (fails_with) reply = base::Failure(*fails_with);
  loop_.post([done = std::move(done), reply = std::move(reply)]() mutable {
    std::move(done)(std::move(reply));
  });
}

std::size_t WiredDriver::count(std::string_view action, std::string_view device) const {
  return static_cast<std::size_t>(
      std::count_if(calls.begin(), calls.end(), [action, device](const Call& call) {
        return call.action == action && call.device == device;
      }));
}

void PlainHash::hash(base::SecretText password, base::Done<std::string> done) {
  loop_.post([password = std::move(password), done = std::move(done)]() mutable {
    std::move(done)(of(password.reveal()));
  });
}

void PlainHash::verify(base::SecretText password, std::string stored, base::Done<bool> done) {
  ++verified;
  loop_.post([password = std::move(password), stored = std::move(stored),
              done = std::move(done)]() mutable {
    std::move(done)(!stored.empty() && stored == of(password.reveal()));
  });
}

Gatehouse::Gatehouse() {
  clock.wall_at_start = kStartMs;
  for (const char* lock : {"lock-1", "lock-2"}) add_device(lock, scenarios::access::lock_model());
  for (const char* reader : {"reader-1", "reader-2"})
    add_device(reader, scenarios::access::reader_model());
  add_device("button-1", scenarios::access::button_model());
  driver = std::make_unique<WiredDriver>(loop, devices);
  grow_places();
  std::string pattern = testing::TempDir() + "linli_gatehouse_XXXXXX";
  directory_ = mkdtemp(pattern.data());
  EXPECT_TRUE(tls::init_sealing_key(directory_).has_value());
  keys = tls::SealedKeys::load(tls::sealing_key_file(directory_)).value();
  start();
  put_door("gate", R"(,"contact":{"device":"lock-1","property":"door_open"},
      "exit":{"device":"button-1","event":"pressed"})");
  put_door("garage");
  set_contact(false);
  run(std::chrono::milliseconds(10));
}

Gatehouse::~Gatehouse() {
  std::filesystem::remove_all(directory_);
}

// 小区 → 3 栋 → 2 单元 → 501, and 4 栋 beside it.
void Gatehouse::grow_places() {
  using core::PlaceKind;
  places = std::make_unique<core::Places>(store, [](std::string_view) { return false; });
  const auto place = [](const std::string& id, const std::string& parent, PlaceKind kind) {
    core::Place made{domain::PlaceId::parse(id).value(), {}, kind, id};
    if (!parent.empty()) made.parent = domain::PlaceId::parse(parent).value();
    return made;
  };
  EXPECT_TRUE(
      places
          ->restore({place("site", "", PlaceKind::kSite), place("b3", "site", PlaceKind::kBuilding),
                     place("b3-u2", "b3", PlaceKind::kUnit),
                     place("b3-u2-501", "b3-u2", PlaceKind::kPoint),
                     place("b4", "site", PlaceKind::kBuilding),
                     place("b4-u1", "b4", PlaceKind::kUnit)})
          .empty());
}

void Gatehouse::start() {
  const auto fire = [this](const std::string& act) {
    return [this, act](const std::string& rule, const std::string& by, base::Done<void> done) {
      fire_acts.push_back(act + " " + rule + " by " + by);
      loop.post([done = std::move(done)]() mutable { std::move(done)({}); });
    };
  };
  scenario = std::make_unique<AccessScenario>(
      AccessCommands::Dependencies{loop, store, clock, devices, *places, crypto, *keys, hash,
                                   &history, fire("release"), fire("reset")},
      [this](const core::Device&) { return driver.get(); },
      scenarios::access::AccessMacs{"site-1", 1, pass_mac(),
                                    [this](std::string_view bytes) {
                                      return crypto.hmac_sha256(base::SecretText("keypad"), bytes);
                                    }},
      [this](const domain::DeviceId& device) -> base::Result<void> {
        if (held_by_fire != device.str()) return {};
        return base::fail(base::Code::kConflict, "a fire holds it");
      });
  books = &scenario->books();
  doors = &scenario->doors();
  ledger = std::make_unique<core::CommandLedger>(
      loop, store, clock, devices,
      core::CommandLedger::Dependencies{
          [this](const core::Device&) { return driver.get(); },
          [this](std::string_view name) -> core::Scenario* {
            return name == scenario->name() ? scenario.get() : nullptr;
          },
          [this](const domain::DeviceId& device, std::string_view action) {
            return scenario->may_be_commanded(device, action);
          }},
      core::LedgerLimits{});
  core::ReportIntake::Dependencies wires;
  wires.on_result = [this](ports::Turn& turn, const domain::DeviceId& device,
                           const domain::ActionResult& result) {
    return ledger->on_result(turn, device, result);
  };
  wires.acknowledge = [](const domain::DeviceId&, const std::string&) {};
  wires.on_report = [this](ports::Turn& turn, const core::Device& device,
                           const domain::Report& report, const domain::EventTime& now) {
    return scenario->on_report(turn, device, report, now);
  };
  intake = std::make_unique<core::ReportIntake>(loop, store, clock, devices, std::move(wires),
                                                core::IntakeLimits{});
}

void Gatehouse::crash_and_restart() {
  store.crash();
  loop.drop_all();
  intake.reset();
  ledger.reset();
  scenario.reset();
  start();
  fakes::MemoryQuery query(store);
  ASSERT_TRUE(scenario->restore(query).has_value());
  std::vector<core::CommandRecord> records;
  for (const auto& [key, row] : store.rows(ports::Space::kCommand))
    records.push_back(core::command_from_row(row).value());
  ledger->restore(std::move(records));
  run(std::chrono::milliseconds(10));
}

void Gatehouse::add_device(const std::string& id, domain::Profile profile) {
  core::Registration registration;
  registration.id = device_id(id);
  registration.profile = profile.name;
  devices.put(registration, std::make_shared<const domain::Profile>(std::move(profile)));
}

domain::access::PassMac Gatehouse::pass_mac() const {
  return [](std::uint8_t key, std::string_view bytes) {
    tls::LocalCrypto own;
    return key == 1 ? own.hmac_sha256(base::SecretText("passes"), bytes) : std::string();
  };
}

void Gatehouse::put_door(const std::string& id, const std::string& more) {
  const std::string number = id == "gate" ? "1" : "2";
  const std::string row =
      R"({"name":"the )" + id + R"(","place":")" + std::string(id == "gate" ? "b3-u2" : "b3") +
      R"(","group":3,"lock":{"device":"lock-)" + number +
      R"(","end_action":"lock"},"readers":[{"device":"reader-)" + number + R"("}])" + more + "}";
  auto door = scenarios::access::door_definition_from_row(id, row).value();
  const std::string stored = to_row(door);
  books->doors.put(std::move(door));
  doors->refresh(id);
  ports::Turn turn;
  turn.puts.push_back({ports::Space::kDoor, id, stored});
  store.commit(std::move(turn),
               [](const base::Result<void>& done) { ASSERT_TRUE(done.has_value()); });
}

void Gatehouse::give_right(const std::string& holder, const std::string& begin) {
  const std::string id = "right-" + std::to_string(++given_);
  const auto right =
      scenarios::access::access_right_from_row(id, begin + R"(,"holder":")" + holder + "\"}")
          .value();
  books->rights.put(right);
  ports::Turn turn;
  turn.puts.push_back({ports::Space::kAccessRight, id, to_row(right)});
  store.commit(std::move(turn),
               [](const base::Result<void>& done) { ASSERT_TRUE(done.has_value()); });
  run(std::chrono::milliseconds(1));
}

void Gatehouse::give_card(const std::string& holder, const char* bits, const std::string& right) {
  domain::access::Credential credential;
  credential.id = "card-" + holder;
  credential.holder = holder;
  credential.card = domain::access::card_of(bits, 26).value();
  ports::Turn turn;
  turn.puts.push_back({ports::Space::kCredential, credential.id, to_row(credential)});
  books->credentials.put(std::move(credential));
  store.commit(std::move(turn),
               [](const base::Result<void>& done) { ASSERT_TRUE(done.has_value()); });
  if (!right.empty()) give_right(holder, right);
}

void Gatehouse::give_pin(const std::string& holder, const std::string& digits,
                         const std::string& right) {
  domain::access::Credential credential;
  credential.id = "pin-" + holder;
  credential.holder = holder;
  credential.kind = domain::access::CredentialKind::kPin;
  credential.pin_hash = PlainHash::of(digits);
  books->credentials.put(std::move(credential),
                         scenarios::access::pin_tag(digits, [this](std::string_view bytes) {
                           return crypto.hmac_sha256(base::SecretText("keypad"), bytes);
                         }));
  if (!right.empty()) give_right(holder, right);
}

std::string Gatehouse::pass(std::uint64_t id, domain::access::PassKind kind, std::int64_t life_s,
                            std::uint8_t uses, std::uint64_t subject) const {
  domain::access::PassToken token;
  token.kind = kind;
  token.key = 1;
  token.door_group = kGroup;
  token.subject = subject;
  token.not_before_s = now_ms() / 1'000;
  token.expires_s = token.not_before_s + life_s;
  token.max_uses = uses;
  token.id = id;
  return domain::access::sign(token, "site-1", pass_mac()).value();
}

void Gatehouse::hear(domain::Report report) {
  ports::Delivery delivery;
  delivery.reports.push_back(std::move(report));
  intake->take(std::move(delivery), [](const base::Result<void>&) {});
}

domain::Command Gatehouse::command(const std::string& action, const std::string& input,
                                   const std::string& role, const std::string& issuer) {
  domain::Command made;
  made.id = domain::CommandId::parse("command-" + std::to_string(++asked_)).value();
  made.target = "scenario/access";
  made.action = action;
  made.input = input;
  made.issuer = issuer;
  made.role = role;
  return made;
}

domain::CommandOutcome Gatehouse::submit(const domain::Command& command) {
  // It may come after this call.
  const auto outcome = std::make_shared<domain::CommandOutcome>();
  ledger->submit_and_wait(command, [outcome](base::Result<core::CommandRecord> record) {
    *outcome = record ? record->outcome
                      : domain::CommandOutcome{domain::CommandState::kFailed, record.error().what};
  });
  run(std::chrono::milliseconds(50));
  return *outcome;
}

domain::CommandOutcome Gatehouse::ask(const std::string& action, const std::string& input,
                                      const std::string& role, const std::string& issuer) {
  return submit(command(action, input, role, issuer));
}

std::string Gatehouse::opening(const std::string& door) const {
  return R"({"door":")" + door + R"(","site":"site-1","issued_ms":)" + std::to_string(now_ms()) +
         "}";
}

void Gatehouse::show_card(const char* bits, const std::string& reader) {
  domain::Presentation shown;
  shown.reader = device_id(reader);
  shown.card_bits = base::SecretText(bits);
  shown.bit_count = 26;
  shown.at = loop.now();
  domain::Report report;
  report.device = shown.reader;
  report.presentations.push_back(std::move(shown));
  hear(std::move(report));
}

void Gatehouse::type(const std::string& typed, const std::string& reader) {
  domain::Presentation shown;
  shown.reader = device_id(reader);
  shown.kind = domain::Presentation::Kind::kKeypad;
  shown.digits = base::SecretText(typed);
  shown.at = loop.now();
  domain::Report report;
  report.device = shown.reader;
  report.presentations.push_back(std::move(shown));
  hear(std::move(report));
}

void Gatehouse::show_pass(const std::string& text, const std::string& reader) {
  domain::Presentation shown;
  shown.reader = device_id(reader);
  shown.kind = domain::Presentation::Kind::kQr;
  shown.text = base::SecretText(text);
  shown.at = loop.now();
  domain::Report report;
  report.device = shown.reader;
  report.presentations.push_back(std::move(shown));
  hear(std::move(report));
}

void Gatehouse::press_exit() {
  hear(House::event_of("button-1", 0));
}

void Gatehouse::set_contact(bool is_open, const std::string& lock) {
  domain::Report report;
  report.device = device_id(lock);
  report.readings.push_back({0, is_open});
  hear(std::move(report));
}

void Gatehouse::set_presence(const std::string& device, bool is_online) {
  domain::Report report;
  report.device = device_id(device);
  report.presence = is_online ? domain::Presence::kOnline : domain::Presence::kOffline;
  hear(std::move(report));
}

void Gatehouse::set_tampered(bool is_tampered) {
  domain::Report report;
  report.device = device_id("reader-1");
  report.readings.push_back({0, is_tampered});
  hear(std::move(report));
}

std::vector<std::string> Gatehouse::words(domain::Stream stream, std::string_view type,
                                          std::string_view member) const {
  std::vector<std::string> found;
  for (const ports::ChunkPtr& chunk : store.chunks(stream)) {
    domain::RecordReader reader(chunk->records, stream);
    while (!reader.at_end()) {
      const domain::Envelope envelope = reader.next().value();
      if (envelope.type != type) continue;
      const auto data = base::parse_json(envelope.data).value();
      std::string word = data[std::string(member)].get<std::string>();
      if (data.contains("active")) word += data["active"].get<bool>() ? "+" : "-";
      found.push_back(std::move(word));
    }
  }
  return found;
}

std::vector<std::string> Gatehouse::reasons() const {
  return words(domain::Stream::kAccess, scenarios::access::kDecisionEvent, "reason");
}
std::vector<std::string> Gatehouse::records() const {
  return words(domain::Stream::kAccess, scenarios::access::kDoorEvent, "record");
}
std::vector<std::string> Gatehouse::alarms() const {
  std::vector<std::string> all =
      words(domain::Stream::kAlarm, scenarios::access::kAccessAlarmEvent, "alarm");
  const auto guessed = words(domain::Stream::kAlarm, scenarios::access::kDoorEvent, "record");
  all.insert(all.end(), guessed.begin(), guessed.end());
  return all;
}

void Gatehouse::expect_nowhere(const std::string& secret) const {
  for (int space = 0; space <= static_cast<int>(ports::Space::kRetention); ++space) {
    for (const auto& [key, row] : store.rows(static_cast<ports::Space>(space)))
      EXPECT_EQ(row.find(secret), std::string::npos) << key << " " << row;
  }
  for (const domain::Stream stream : domain::kStreams) {
    for (const ports::ChunkPtr& chunk : store.chunks(stream))
      EXPECT_EQ(chunk->records.find(secret), std::string::npos) << domain::name(stream);
  }
  for (const auto& each : store.audit())
    EXPECT_EQ(each.line.find(secret), std::string::npos) << each.line;
}

}  // namespace linli::story
