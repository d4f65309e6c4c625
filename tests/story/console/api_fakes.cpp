#include "tests/story/console/api_fakes.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace linli::story {
namespace {

using base::Json;

bool is_wanted(const ports::EventQuery& query, const ports::KeptEvent& event) {
  if (!query.device.empty() && query.device != event.device) return false;
  if (!query.type.empty() && query.type != event.type) return false;
  if (query.before != 0 && event.seq >= query.before) return false;
  if (query.from_ms && event.unix_ms < *query.from_ms) return false;
  if (query.to_ms && event.unix_ms >= *query.to_ms) return false;
  if (!query.classes.empty() &&
      std::find(query.classes.begin(), query.classes.end(), event.stream) == query.classes.end())
    return false;
  return !query.places ||
         std::find(query.places->begin(), query.places->end(), event.place) != query.places->end();
}

}  // namespace

void TestHistory::events(ports::EventQuery query, base::Done<ports::EventPage> done) {
  ports::EventPage page;
  for (auto event = kept.rbegin(); event != kept.rend(); ++event) {
    if (!is_wanted(query, *event)) continue;
    if (page.items.size() == query.limit) {
      page.next = page.items.back().seq;
      break;
    }
    page.items.push_back(*event);
  }
  loop_.post([page = std::move(page), done = std::move(done)]() mutable {
    std::move(done)(std::move(page));
  });
}

void TestHistory::gaps(std::uint64_t /*before*/, std::size_t /*limit*/,
                       base::Done<ports::GapPage> done) {
  loop_.post([page = ports::GapPage{kept_gaps, 0}, done = std::move(done)]() mutable {
    std::move(done)(std::move(page));
  });
}

void TestHistory::samples(ports::SampleQuery query,
                          base::Done<std::vector<domain::SamplePoint>> done) {
  const domain::SamplePoint point{query.from_ms, domain::TimeQuality::kSynchronised, {1, 3, 4, 2}};
  loop_.post([points = std::vector{point}, done = std::move(done)]() mutable {
    std::move(done)(std::move(points));
  });
}

console::api::House::Facts TestHouse::facts() const {
  return {"site1", "gw1", "0.1.0", 1'764'000'000'000, 60, "off", "off", contact};
}

void TestHouse::readiness(base::Done<std::vector<Check>> done) {
  std::vector<Check> checks{{"store", store_works, store_works ? "ok" : "read only"}};
  loop_.post([checks = std::move(checks), done = std::move(done)]() mutable {
    std::move(done)(std::move(checks));
  });
}

Json TestHouse::credentials_json(const ports::DeviceCredentials& credentials) const {
  return {{"device", credentials.username},
          {"credentials",
           {{"username", credentials.username}, {"password", credentials.password.reveal()}}},
          {"broker", {{"host", "localhost"}, {"port", 8883}}}};
}

base::Result<std::string> TestHouse::random_word() {
  return fmt::format("{:016x}", ++words_);
}

std::vector<console::api::MetricFamily> TestHouse::metrics() const {
  return {{"linli_uptime_seconds",
           "Seconds since the start.",
           console::api::MetricFamily::Kind::kGauge,
           {{{}, 60}}}};
}

void TestHouse::platform(base::Done<Json> done) {
  loop_.post([done = std::move(done)]() mutable {
    std::move(done)(Json{{"link", "off"},
                         {"state", "off"},
                         {"since", nullptr},
                         {"host", ""},
                         {"port", 0},
                         {"last_error", nullptr},
                         {"streams", Json::array()},
                         {"certificates", Json::array()}});
  });
}

Json TestHouse::operations() const {
  return {{"version", "0.1.0"}};
}

template <class T>
void TestUpkeep::later(base::Done<T> done, base::Result<T> result) {
  loop_.post([done = std::move(done), result = std::move(result)]() mutable {
    std::move(done)(std::move(result));
  });
}

Json TestUpkeep::settings() const {
  return {{"rows", Json::array()}, {"pending", nullptr}};
}

void TestUpkeep::change_settings(const Json& changes, bool dry_run, const std::string& actor,
                                 base::Done<Json> done) {
  calls.push_back(fmt::format("change {} {} {}", changes.dump(), dry_run, actor));
  if (!dry_run) ++version;
  later<Json>(std::move(done), Json{{"applied", Json::array()},
                                    {"needs_restart", Json::array()},
                                    {"pending", nullptr},
                                    {"problems", Json::array()}});
}

void TestUpkeep::confirm_settings(const std::string& actor, base::Done<void> done) {
  calls.push_back("confirm " + actor);
  later<void>(std::move(done), {});
}

void TestUpkeep::revert_settings(base::Done<void> done) {
  calls.emplace_back("revert");
  later<void>(std::move(done), {});
}

void TestUpkeep::preview_diagnostics(base::Done<Json> done) {
  later<Json>(std::move(done), Json{{"files", Json::array()}, {"bytes", 0}, {"redacted", 0}});
}

void TestUpkeep::diagnostics_bundle(base::Done<std::string> done) {
  later<std::string>(std::move(done), std::string("bundle"));
}

void TestUpkeep::make_backup(base::Done<Json> done) {
  later<Json>(std::move(done),
              Json{{"id", "b1"}, {"words", std::vector<std::string>(24, "word")}, {"bytes", 1}});
}

void TestUpkeep::read_backup(const std::string& id, base::Done<std::string> done) {
  if (id != "b1")
    return later<std::string>(std::move(done), base::fail(base::Code::kNotFound, "no such backup"));
  later<std::string>(std::move(done), std::string("archive"));
}

void TestUpkeep::restore(std::string archive, base::SecretText words, bool dry_run,
                         base::Done<Json> done) {
  calls.push_back(fmt::format("restore {} {} {}", archive, words.reveal(), dry_run));
  later<Json>(std::move(done), Json{{"diff", Json::array()}});
}

}  // namespace linli::story
