#include "firmware/daemon/settings_service.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "firmware/base/bytes.hpp"
#include "firmware/base/log.hpp"
#include "firmware/daemon/broker_settings.hpp"
#include "firmware/daemon/config_layers.hpp"
#include "firmware/daemon/config_table.hpp"
#include "firmware/tls/files.hpp"

namespace linli::daemon {
namespace {

using base::Code;
using base::Json;

constexpr std::size_t kMaxChanges = 64;
constexpr base::JsonLimits kLimits{.max_bytes = 256 * 1024, .max_depth = 8, .allow_comments = true};

std::string pointer_of(std::string_view path) {
  std::string pointer = "/" + std::string(path);
  std::replace(pointer.begin(), pointer.end(), '.', '/');
  return pointer;
}

const ConfigRow* row_of(std::string_view path) {
  for (const ConfigRow& row : config_table()) {
    if (row.path == path) return &row;
  }
  return nullptr;
}

// Empty objects that an erased member leaves behind say nothing.
void erase_at(Json& root, const std::string& path) {
  const Json::json_pointer pointer(pointer_of(path));
  if (!root.contains(pointer)) return;
  Json::json_pointer parent = pointer.parent_pointer();
  root[parent].erase(pointer.back());
  while (!parent.empty() && root[parent].empty()) {
    const std::string name = parent.back();
    parent = parent.parent_pointer();
    root[parent].erase(name);
  }
}

struct Describe {
  Json& row;
  void operator()(const TextRule& rule) const {
    row["kind"] = "text";
    row["max"] = rule.max_bytes;
  }
  void operator()(const IdRule& /*rule*/) const { row["kind"] = "id"; }
  void operator()(const PathRule& /*rule*/) const { row["kind"] = "path"; }
  void operator()(const WordRule& rule) const {
    row["kind"] = "word";
    for (const std::string_view word : rule.words) row["words"].push_back(std::string(word));
  }
  void operator()(const IntegerRule& rule) const {
    row["kind"] = "integer";
    row["min"] = rule.min;
    row["max"] = rule.max;
  }
  void operator()(const ListRule& /*rule*/) const { row["kind"] = "list"; }
};

}  // namespace

// What a change would do.
struct SettingsService::Plan {
  std::string text;  // the new settings
  Config config;     // with them
  std::vector<std::string> applied;
  std::vector<std::string> needs_restart;
  bool goes_back = false;
  Json problems = Json::array();

  // Names what differs, and how it takes effect.
  void note_differences(const Json& before, const Json& after);
};

void SettingsService::Plan::note_differences(const Json& before, const Json& after) {
  for (const ConfigRow& row : config_table()) {
    const Json::json_pointer at(pointer_of(row.path));
    if (before.at(at) == after.at(at)) continue;
    const std::string path(row.path);
    applied.push_back(path);
    const bool is_of_broker = path.starts_with("broker.");
    const bool is_live = row.effect == Effect::kLive || path.starts_with("platform.") ||
                         path.starts_with("console.");
    if (is_of_broker || !is_live) needs_restart.push_back(path);
    if (row.effect == Effect::kRollback) goes_back = true;
  }
}

SettingsService::SettingsService(base::Loop& loop, ports::Store& store, Worker& worker,
                                 std::string config_file, Dependencies dependencies)
    : loop_(loop),
      worker_(worker),
      config_file_(std::move(config_file)),
      dependencies_(std::move(dependencies)),
      pending_(loop, store,
               core::PendingSettings::Dependencies{[this](std::string text, base::Done<void> done) {
                 use(std::move(text), std::move(done));
               }}) {
  reload();
}

void SettingsService::reload() {
  const auto layers = load_layers(config_file_);
  if (!layers || !layers->file.problems.empty()) return;  // what runs stays
  under_ = layers->under;
  overrides_ = layers->overrides.problems.empty() ? layers->settings : "{}";
}

std::string SettingsService::etag() const {
  const std::uint64_t digest =
      base::digest64(overrides_ + base::dump_json(to_json(dependencies_.config())) +
                     base::dump_json(pending_json()["started_by"]));
  return fmt::format("{:016x}", digest);
}

Json SettingsService::pending_json() const {
  const core::PendingSettings::Pending* const waiting = pending_.pending();
  if (waiting == nullptr) return Json{{"started_by", nullptr}};
  return {{"changes", waiting->changes},
          {"seconds_left", base::to_ms(pending_.time_left()) / 1000},
          {"started_by", waiting->actor}};
}

Json SettingsService::list() const {
  const Json values = to_json(dependencies_.config());
  const Json defaults = to_json(under_);
  const Json overrides = base::parse_json(overrides_, kLimits).value_or(Json::object());
  Json rows = Json::array();
  for (const ConfigRow& row : config_table()) {
    const std::string path(row.path);
    const Json::json_pointer at(pointer_of(path));
    Json json = {{"path", path},
                 {"section", path.substr(0, path.find('.'))},
                 {"value", values.at(at)},
                 {"default", defaults.at(at)},
                 {"help", std::string(row.help)},
                 {"effect", std::string(name(row.effect))},
                 {"changed", overrides.contains(at)}};
    std::visit(Describe{json}, row.rule);
    rows.push_back(std::move(json));
  }
  const Json waiting = pending_json();
  return {{"rows", std::move(rows)},
          {"pending", waiting.contains("changes") ? waiting : Json()},
          {"etag", etag()}};
}

base::Result<SettingsService::Plan> SettingsService::plan(const Json& changes) const {
  if (!changes.is_object() || changes.empty() || changes.size() > kMaxChanges)
    return base::fail(Code::kInvalid, "changes: expected an object of 1 to {} members",
                      kMaxChanges);
  Plan plan;
  Json text = base::parse_json(overrides_, kLimits).value_or(Json::object());
  for (const auto& [path, value] : changes.items()) {
    if (row_of(path) == nullptr) {
      plan.problems.push_back({{"path", path}, {"what", "unknown setting"}});
    } else if (value.is_null()) {
      erase_at(text, path);
    } else {
      text[Json::json_pointer(pointer_of(path))] = value;
    }
  }
  plan.text = text.dump(2) + "\n";
  ConfigReading reading = read_overrides(plan.text, under_);
  for (const ConfigProblem& problem : reading.problems)
    plan.problems.push_back({{"path", problem.path}, {"what", problem.what}});
  plan.config = std::move(reading.config);
  if (!plan.problems.empty()) return plan;
  plan.note_differences(to_json(dependencies_.config()), to_json(plan.config));
  return plan;
}

void SettingsService::change(const Json& changes, bool dry_run, const std::string& actor,
                             base::Done<Json> done) {
  const auto later = [this, &done](base::Result<Json> result) {
    loop_.post([done = std::move(done), result = std::move(result)]() mutable {
      std::move(done)(std::move(result));
    });
  };
  auto planned = plan(changes);
  if (!planned) return later(base::failure_of(std::move(planned)));
  Json answer = {{"applied", planned->applied},
                 {"needs_restart", planned->needs_restart},
                 {"goes_back", planned->goes_back},
                 {"problems", planned->problems},
                 {"pending", nullptr}};
  if (!planned->problems.empty()) answer["applied"] = Json::array();
  if (dry_run || !planned->problems.empty()) return later(std::move(answer));
  if (pending_.is_busy() || is_writing_) {
    return later(base::fail(Code::kConflict,
                            "another change of settings waits: confirm or revert it first"));
  }
  base::log::info("settings", "changed",
                  {{"by", actor}, {"paths", fmt::format("{}", fmt::join(planned->applied, ","))}});
  auto finish = [this, answer = std::move(answer),
                 done = std::move(done)](const base::Result<void>& used) mutable {
    if (!used) return std::move(done)(base::Failure(used.error()));
    if (const Json waiting = pending_json(); waiting.contains("changes"))
      answer["pending"] = waiting;
    std::move(done)(std::move(answer));
  };
  if (!planned->goes_back) return use(std::move(planned->text), std::move(finish));
  pending_.begin({actor, planned->applied, overrides_}, std::move(planned->text),
                 std::move(finish));
}

// Written on the worker; what is written takes effect on the loop.
void SettingsService::use(std::string text, base::Done<void> done) {
  is_writing_ = true;
  const ConfigReading reading = read_overrides(text, under_);
  const bool is_valid = reading.problems.empty();
  const Config config = is_valid ? reading.config : under_;
  const auto changed = changed_sections(dependencies_.config(), config);
  const bool is_broker = std::find(changed.begin(), changed.end(), "broker") != changed.end();
  run_on<void>(
      loop_, worker_,
      [text, config, is_broker, file = settings_file_of(under_)]() -> base::Result<void> {
        if (auto written = tls::write_private_file(file, text); !written)
          return base::fail(Code::kFull, "{}: nothing was changed", written.error().what);
        return is_broker ? write_broker_files(config) : base::Result<void>();
      },
      [this, text, config, done = std::move(done)](base::Result<void> written) mutable {
        is_writing_ = false;
        if (!written) return std::move(done)(std::move(written));
        overrides_ = std::move(text);
        (void)dependencies_.apply(config);
        std::move(done)({});
      });
}

void SettingsService::confirm(const std::string& actor, base::Done<void> done) {
  pending_.confirm(actor, std::move(done));
}

void SettingsService::revert(base::Done<void> done) {
  pending_.revert(std::move(done));
}

}  // namespace linli::daemon
