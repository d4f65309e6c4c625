#include "firmware/daemon/history_parts.hpp"

#include <algorithm>
#include <random>
#include <utility>

#include "firmware/base/log.hpp"
#include "firmware/daemon/stored_rows.hpp"
#include "firmware/storage/history_reader.hpp"

namespace linli::daemon {
namespace {

constexpr std::size_t kScanSamples = 1000;

bool hangs_there(const core::DeviceTable& devices, std::string_view place) {
  const auto all = devices.all();
  return std::any_of(all.begin(), all.end(), [place](const core::Device* device) {
    return device->registration.place == place;
  });
}

}  // namespace

core::RetentionDays retention_days(const Config& config) {
  const Config::Retention& days = config.retention;
  core::RetentionDays all{};
  all.at(index_of(core::DataClass::kAccess)) = days.access_days;
  all.at(index_of(core::DataClass::kAlarm)) = days.alarm_days;
  all.at(index_of(core::DataClass::kCommand)) = days.command_days;
  all.at(index_of(core::DataClass::kOther)) = days.other_days;
  all.at(index_of(core::DataClass::kCredential)) = days.credential_days;
  all.at(index_of(core::DataClass::kConsent)) = days.consent_days;
  return all;
}

HistoryParts::HistoryParts(base::Loop& loop, ports::Store& store, const ports::WallClock& clock,
                           core::DeviceTable& devices, const Config& config)
    : clock_(clock),
      devices_(devices),
      samples_(loop, store, clock, std::random_device{}()),
      retention_(loop, store, clock, retention_days(config)),
      places_(store, [&devices](std::string_view place) { return hangs_there(devices, place); }),
      history_(storage::open_history(loop, config.data_dir + "/linli.db")) {}

HistoryParts::~HistoryParts() {
  samples_.write_all();
  retention_.write_count();
}

void HistoryParts::start() {
  samples_.start();
  retention_.start();
}

base::Result<void> HistoryParts::restore(ports::Query& query) {
  for (auto step : {&HistoryParts::restore_places, &HistoryParts::restore_presence,
                    &HistoryParts::restore_samples}) {
    if (auto done = (this->*step)(query); !done) return done;
  }
  return retention_.restore(query);
}

base::Result<void> HistoryParts::restore_places(ports::Query& query) {
  std::vector<core::Place> places;
  std::vector<base::Error> left_out;
  auto read = for_each_row(query, ports::Space::kPlace,
                           [&places, &left_out](const std::string& id, const std::string& row) {
                             auto place = core::place_from_row(id, row);
                             if (place) {
                               places.push_back(*std::move(place));
                             } else {
                               left_out.push_back(place.error());
                             }
                           });
  if (!read) return read;
  for (base::Error& error : places_.restore(std::move(places)))
    left_out.push_back(std::move(error));
  for (const base::Error& error : left_out)
    base::log::error("places", "a stored place cannot be used: put it anew", {{"why", error}});
  return {};
}

base::Result<void> HistoryParts::restore_presence(ports::Query& query) {
  return for_each_row(query, ports::Space::kPresence,
                      [this](const std::string& id, const std::string& row) {
                        const auto device = domain::DeviceId::parse(id);
                        core::Device* const known = device ? devices_.find(*device) : nullptr;
                        if (known != nullptr) core::restore_presence(*known, row);
                      });
}

base::Result<void> HistoryParts::restore_samples(ports::Query& query) {
  ports::SamplePut after;
  for (;;) {
    auto rows = query.unfolded_samples(after, kScanSamples);
    if (!rows) return base::failure_of(std::move(rows));
    for (const ports::SamplePut& row : *rows) samples_.restore(row);
    if (rows->size() < kScanSamples) return {};
    after = std::move(rows->back());
  }
}

void HistoryParts::events(ports::EventQuery query, base::Done<ports::EventPage> done) {
  history_->events(std::move(query),
                   [this, done = std::move(done)](base::Result<ports::EventPage> page) mutable {
                     if (page) {
                       for (ports::KeptEvent& event : page->items) {
                         const auto time = clock_.corrected(
                             {event.unix_ms, event.quality, event.boot, event.monotonic_ms});
                         event.unix_ms = time.unix_ms;
                         event.quality = time.quality;
                       }
                     }
                     std::move(done)(std::move(page));
                   });
}

void HistoryParts::chart(ports::SampleQuery query,
                         base::Done<std::vector<domain::SamplePoint>> done) {
  ports::SampleQuery asked = query;
  history_->samples(std::move(asked),
                    [this, query = std::move(query), done = std::move(done)](
                        base::Result<std::vector<domain::SamplePoint>> points) mutable {
                      if (points) samples_.add_open(query, *points);
                      std::move(done)(std::move(points));
                    });
}

}  // namespace linli::daemon
