#include "tests/story/house.hpp"

#include <algorithm>
#include <utility>

#include "tests/fakes/memory_query.hpp"

namespace linli::story {

void TestDriver::invoke(ports::ActionRequest request, base::Done<ports::ActionReply> done) {
  if (!fails_with) requests.push_back(request);
  if (!fails_with) moved.push_back(request.command.str());
  base::Result<ports::ActionReply> reply = ports::ActionReply{answer_follows, "{}"};
  if (fails_with) reply = base::Failure(*fails_with);
  loop_.post([done = std::move(done), reply = std::move(reply)]() mutable {
    std::move(done)(std::move(reply));
  });
}

std::shared_ptr<const domain::Profile> test_profile() {
  auto profile = std::make_shared<domain::Profile>();
  profile->name = "test/door";
  domain::PropertyModel level;
  level.name = "level";
  level.dead_band = 0.5;
  level.heartbeat = std::chrono::minutes(10);
  profile->properties.push_back(level);
  domain::EventModel smoke;
  smoke.name = "smoke";
  smoke.stream = domain::Stream::kAlarm;
  smoke.severity = domain::Severity::kCritical;
  profile->events.push_back(smoke);
  domain::ActionModel unlock;
  unlock.name = "unlock";
  unlock.safety = domain::SafetyClass::kDoor;
  unlock.timeout = std::chrono::seconds(5);
  profile->actions.push_back(unlock);
  return profile;
}

House::House() {
  start();
}
House::~House() = default;

void House::start() {
  devices = std::make_unique<core::DeviceTable>();
  interlocks = std::make_unique<core::InterlockDesk>(
      loop, store, clock, *devices,
      core::InterlockDesk::Dependencies{[this](const core::Device&) { return &driver; },
                                        "run" + std::to_string(++starts),
                                        [this](const core::Device&) { return heard_since; }});
  ledger = std::make_unique<core::CommandLedger>(
      loop, store, clock, *devices,
      core::CommandLedger::Dependencies{
          [this](const core::Device&) { return &driver; },
          [this](std::string_view name) {
            const bool is_it = scenario != nullptr && scenario->name() == name;
            return is_it ? scenario : nullptr;
          },
          [this](const domain::DeviceId& device, std::string_view /*action*/) {
            return interlocks->may_move(device);
          }},
      core::LedgerLimits{});
  intake = std::make_unique<core::ReportIntake>(
      loop, store, clock, *devices,
      core::ReportIntake::Dependencies{
          [this](ports::Turn& turn, const domain::DeviceId& device,
                 const domain::ActionResult& result) {
            return interlocks->knows(result.command) ? core::Settle()
                                                     : ledger->on_result(turn, device, result);
          },
          [this](const domain::DeviceId& device, const std::string& id) {
            driver.acknowledge(device, id);
          },
          [this](const core::Device& device, const domain::PropertyModel& model,
                 const domain::Value& value, const domain::EventTime& now, std::int64_t at_ms) {
            samples->add(device.registration.id, model, value, now, at_ms);
          },
          [this](const core::Device& device, const domain::Report& report,
                 const domain::EventTime& now) { interlocks->on_arrival(device, report, now); },
          [this](ports::Turn& turn, const core::Device& device, const domain::Report& report,
                 const domain::EventTime& now) {
            interlocks->add_to(turn);
            return scenario == nullptr ? core::Settle()
                                       : scenario->on_report(turn, device, report, now);
          }},
      core::IntakeLimits{});
  samples = std::make_unique<core::SampleKeeper>(loop, store, clock, 7'000U);
  samples->start();
  for (std::size_t i = 0; i < registered.size(); ++i) devices->put(registered[i], profiles[i]);
}

void House::crash_and_restart() {
  store.crash();
  loop.drop_all();
  intake.reset();
  ledger.reset();
  interlocks.reset();
  samples.reset();
  start();
  restore_history();
  std::vector<core::CommandRecord> records;
  for (const auto& [key, row] : store.rows(ports::Space::kCommand)) {
    records.push_back(core::command_from_row(row).value());
  }
  for (const auto& [key, row] : store.rows(ports::Space::kSeen)) {
    const auto id = domain::DeviceId::parse(core::SeenWindow::device_of(key)).value();
    devices->find(id)->seen.restore(key, row);
  }
  for (const auto& [key, row] : store.rows(ports::Space::kProperty)) {
    core::Device* const device = devices->find(domain::DeviceId::parse(key).value());
    if (device != nullptr) core::restore_properties(*device, row);
  }
  ledger->restore(std::move(records));
  fakes::MemoryQuery query(store);
  (void)interlocks->restore(query);
  loop.run_ready();
}

void House::restore_history() const {
  for (const auto& [id, row] : store.rows(ports::Space::kPresence)) {
    core::Device* const device = devices->find(domain::DeviceId::parse(id).value());
    if (device != nullptr) core::restore_presence(*device, row);
  }
  // As ports::Query::unfolded_samples gives them.
  std::int64_t folded_ms = 0;
  for (const auto& [key, put] : store.samples()) {
    if (put.step == domain::SampleStep::kCoarse) folded_ms = std::max(folded_ms, put.bucket_ms);
  }
  for (const auto& [key, put] : store.samples()) {
    if (put.step == domain::SampleStep::kFine && put.bucket_ms >= folded_ms) samples->restore(put);
  }
}

void House::add_device(const std::string& id, std::shared_ptr<const domain::Profile> profile) {
  core::Registration registration;
  registration.id = domain::DeviceId::parse(id).value();
  registration.profile = profile->name;
  registered.push_back(registration);
  profiles.push_back(profile);
  devices->put(registration, std::move(profile));
}

void House::report(domain::Report report) {
  ports::Delivery delivery;
  delivery.reports.push_back(std::move(report));
  intake->take(std::move(delivery),
               [this](const base::Result<void>& stored) { ++(stored ? committed : failed); });
}

domain::Report House::event_of(const std::string& device, std::uint16_t event,
                               const std::string& message_id) {
  domain::Report report;
  report.device = domain::DeviceId::parse(device).value();
  report.message_id = message_id;
  report.events.push_back({event, "{}"});
  return report;
}

domain::Report House::reading_of(const std::string& device, double value,
                                 const std::string& message_id) {
  domain::Report report;
  report.device = domain::DeviceId::parse(device).value();
  report.message_id = message_id;
  report.readings.push_back({0, value});
  return report;
}

domain::Command House::unlock(const std::string& id, const std::string& device) {
  domain::Command command;
  command.id = domain::CommandId::parse(id).value();
  command.target = "device/" + device;
  command.action = "unlock";
  command.issuer = "test";
  command.role = "operator";
  return command;
}

void House::submit(domain::Command command) {
  ledger->submit(std::move(command), [this](base::Result<core::CommandRecord> record) {
    answers.push_back(
        record ? record->outcome
               : domain::CommandOutcome{domain::CommandState::kFailed, record.error().what, "{}"});
  });
}

domain::CommandOutcome House::outcome(const std::string& id) const {
  const auto* record = ledger->find(domain::CommandId::parse(id).value());
  return record == nullptr
             ? domain::CommandOutcome{domain::CommandState::kReceived, "unknown", "{}"}
             : record->outcome;
}

void House::answer(const std::string& device, const std::string& command, bool ok) {
  domain::Report report;
  report.device = domain::DeviceId::parse(device).value();
  report.results.push_back(
      {domain::CommandId::parse(command).value(), ok, "{}", ok ? "" : "jammed"});
  this->report(std::move(report));
}

std::vector<domain::Envelope> House::stored(domain::Stream stream) const {
  std::vector<domain::Envelope> envelopes;
  for (const ports::ChunkPtr& chunk : store.chunks(stream)) {
    domain::RecordReader reader(chunk->records, stream);
    while (!reader.at_end()) envelopes.push_back(reader.next().value());
  }
  return envelopes;
}

}  // namespace linli::story
