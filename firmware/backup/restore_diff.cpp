#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "firmware/backup/restore.hpp"
#include "firmware/core/device_table.hpp"
#include "firmware/domain/event_time.hpp"
#include "firmware/storage/sqlite_store.hpp"
#include "firmware/tls/files.hpp"
#include "firmware/tls/identity.hpp"

// What a restore would change, told so that somebody can say yes or no to it.
namespace linli::backup {
namespace {

using base::Json;

constexpr std::size_t kScanRows = 1000;
constexpr std::size_t kShown = 5;
constexpr base::JsonLimits kConfigLimits{.max_bytes = 256 * 1024, .allow_comments = true};

using Rows = std::map<std::string, std::string>;

base::Result<Rows> rows_of(const std::string& database, ports::Space space) {
  Rows all;
  if (!tls::file_exists(database)) return all;
  auto query = storage::open_query(database);
  if (!query) return base::failure_of(std::move(query));
  std::string after;
  for (;;) {
    auto rows = (*query)->scan(space, after, kScanRows);
    if (!rows) return base::failure_of(std::move(rows));
    for (auto& [key, value] : *rows) all.emplace(std::move(key), std::move(value));
    if (rows->size() < kScanRows) return all;
    after = rows->back().first;
  }
}

// "a, b, c and 7 more"
std::string list_of(const std::vector<std::string>& ids, const char* more) {
  const std::size_t shown = std::min(ids.size(), kShown);
  std::string text =
      fmt::format("{}", fmt::join(ids.begin(), ids.begin() + static_cast<long>(shown), ", "));
  if (ids.size() > shown) text += fmt::format("{}{}", more, ids.size() - shown);
  return text;
}

class Diff {
 public:
  void say(const char* what, std::string zh, std::string en) {
    lines_.push_back({{"what", what}, {"zh", std::move(zh)}, {"en", std::move(en)}});
  }
  void devices(const char* what, const char* zh, const char* en,
               const std::vector<std::string>& ids) {
    summary_[what] = ids.size();
    if (ids.empty()) return;
    say(what, fmt::format("{} {} 台设备：{}", zh, ids.size(), list_of(ids, " 等另外 ")),
        fmt::format("devices that {} ({}): {}", en, ids.size(), list_of(ids, " and more: ")));
  }
  Json& summary() { return summary_; }
  Json finish() { return {{"diff", std::move(lines_)}, {"summary", std::move(summary_)}}; }

 private:
  Json lines_ = Json::array();
  Json summary_ = Json::object();
};

// Of rows that are there under these ids: how they would be after the restore.
struct Returns {
  std::vector<std::string> back;  // gone now, or different
  std::vector<std::string> gone;  // made since
};
Returns returns_of(const Rows& now, const Rows& then) {
  Returns returns;
  for (const auto& [id, row] : then) {
    const auto found = now.find(id);
    if (found == now.end() || found->second != row) returns.back.push_back(id);
  }
  for (const auto& [id, row] : now) {
    if (!then.contains(id)) returns.gone.push_back(id);
  }
  return returns;
}

void compare_devices(Diff& diff, const Rows& now, const Rows& then) {
  std::vector<std::string> added;
  std::vector<std::string> removed;
  std::vector<std::string> changed;
  for (const auto& [id, row] : then) {
    const auto found = now.find(id);
    if (found == now.end()) {
      added.push_back(id);
    } else if (found->second != row) {
      changed.push_back(id);
    }
  }
  for (const auto& [id, row] : now) {
    if (!then.contains(id)) removed.push_back(id);
  }
  diff.devices("devices_added", "将加回", "come back", added);
  diff.devices("devices_removed", "将消失", "go away", removed);
  diff.devices("devices_changed", "将改回", "are as they were", changed);
  diff.summary()["devices"] = then.size();
}

// What was ended since the backup opens again: whoever restores must know before.
void compare_credentials(Diff& diff, const Rows& now, const Rows& then) {
  const Returns returns = returns_of(now, then);
  diff.summary()["credentials_back"] = returns.back.size();
  diff.summary()["credentials_gone"] = returns.gone.size();
  if (!returns.back.empty()) {
    diff.say(
        "credentials_back",
        fmt::format("{} 个凭证恢复为当时的状态，其中之后挂失或注销的会重新有效，请再次停用：{}",
                    returns.back.size(), list_of(returns.back, " 等另外 ")),
        fmt::format("credentials that are as they were ({}), also those that were lost or "
                    "revoked since: revoke them again: {}",
                    returns.back.size(), list_of(returns.back, " and more: ")));
  }
  if (returns.gone.empty()) return;
  diff.say("credentials_gone",
           fmt::format("{} 个之后发放的凭证将失效：{}", returns.gone.size(),
                       list_of(returns.gone, " 等另外 ")),
           fmt::format("credentials that were given since open nothing ({}): {}",
                       returns.gone.size(), list_of(returns.gone, " and more: ")));
}

void compare_households(Diff& diff, const Rows& now, const Rows& then) {
  const Returns returns = returns_of(now, then);
  diff.summary()["households_back"] = returns.back.size();
  diff.summary()["households_gone"] = returns.gone.size();
  if (returns.back.empty() && returns.gone.empty()) return;
  diff.say("households",
           fmt::format("{} 户恢复为当时的住户（之后迁出或删除的人会重新出现），{} 户将消失",
                       returns.back.size(), returns.gone.size()),
           fmt::format("households that are as they were, with who moved out or was erased since: "
                       "{}; that go away: {}",
                       returns.back.size(), returns.gone.size()));
}

void compare_visits(Diff& diff, const Rows& now, const Rows& then) {
  if (now == then) return;
  diff.say(
      "visits", "访客通行证和访客码恢复为当时的状态：之后收回的请再次收回",
      "visitors' passes and codes are as they were: take back again what was taken back since");
}

void compare_people(Diff& diff, const Rows& now, const Rows& then) {
  diff.summary()["people"] = then.size();
  diff.summary()["people_now"] = now.size();
  diff.say("people",
           fmt::format("人员 {} 位，现在 {} 位；所有人需重新登录", then.size(), now.size()),
           fmt::format("{} people, now {}; everybody signs in anew", then.size(), now.size()));
}

// What is compared row by row.
struct SpaceCheck {
  ports::Space space;
  void (*compare)(Diff& diff, const Rows& now, const Rows& then);
};
constexpr std::array kSpaceChecks{
    SpaceCheck{ports::Space::kDevice, &compare_devices},
    SpaceCheck{ports::Space::kPerson, &compare_people},
    SpaceCheck{ports::Space::kHousehold, &compare_households},
    SpaceCheck{ports::Space::kCredential, &compare_credentials},
    SpaceCheck{ports::Space::kAccessPass, &compare_visits},
};

void flatten(const Json& json, const std::string& path, Rows& out) {
  if (!json.is_object()) {
    out[path] = base::dump_json(json);
    return;
  }
  for (const auto& [name, value] : json.items())
    flatten(value, path.empty() ? name : fmt::format("{}.{}", path, name), out);
}

Rows members_of(const std::string& file) {
  Rows rows;
  const auto text = tls::read_file(file);
  const auto json = text ? base::parse_json(*text, kConfigLimits) : base::Result<Json>(Json());
  if (json && json->is_object()) flatten(*json, "", rows);
  return rows;
}

void compare_settings(Diff& diff, const char* what, const Rows& now, const Rows& then,
                      const char* zh, const char* en) {
  Rows all = now;
  all.insert(then.begin(), then.end());
  std::size_t changed = 0;
  for (const auto& [path, ignored] : all) {
    const auto before = now.find(path);
    const auto after = then.find(path);
    const std::string was = before == now.end() ? "-" : before->second;
    const std::string will = after == then.end() ? "-" : after->second;
    if (was == will) continue;
    ++changed;
    diff.say(what, fmt::format("{} {}：{} → {}", zh, path, was, will),
             fmt::format("{} {}: {} → {}", en, path, was, will));
  }
  diff.summary()[what] = changed;
}

std::string certificate_text(const std::string& file) {
  const auto info = tls::read_certificate(file);
  if (!info) return "-";
  return fmt::format("{} ({}…, {})", info->subject, info->sha256.substr(0, 8),
                     domain::rfc3339(info->not_after_unix_s * 1000).substr(0, 10));
}

void compare_certificates(Diff& diff, const std::string& now, const std::string& then) {
  std::size_t changed = 0;
  for (const char* name : {"site-ca.crt", "broker.crt", "gateway.crt", "console.crt"}) {
    const std::string was = certificate_text(now + "/" + name);
    const std::string will = certificate_text(then + "/" + name);
    if (was == will) continue;
    ++changed;
    diff.say("certificates", fmt::format("证书 {}：{} → {}", name, was, will),
             fmt::format("certificate {}: {} → {}", name, was, will));
  }
  diff.summary()["certificates"] = changed;
}

}  // namespace

base::Result<Json> restore_diff(const std::string& staged, const Places& places) {
  auto manifest_text = tls::read_file(staged + "/manifest.json");
  if (!manifest_text) return base::failure_of(std::move(manifest_text));
  auto manifest = base::parse_json(*manifest_text);
  if (!manifest) return manifest;
  Diff diff;
  const std::string made = manifest->value("made", "");
  const std::string version = manifest->value("version", "");
  diff.say(
      "made",
      fmt::format("备份于 {}，版本 {}，网关 {}", made, version, manifest->value("gateway", "")),
      fmt::format("made at {} by version {}, gateway {}", made, version,
                  manifest->value("gateway", "")));
  const std::string database = staged + "/database.db";
  for (const SpaceCheck& check : kSpaceChecks) {
    auto now = rows_of(places.database(), check.space);
    if (!now) return base::failure_of(std::move(now), "the database of now");
    auto then = rows_of(database, check.space);
    if (!then) return base::failure_of(std::move(then), "the database in the archive");
    check.compare(diff, *now, *then);
  }
  compare_settings(diff, "settings", members_of(places.settings()),
                   members_of(staged + "/settings.json"), "设置", "setting");
  compare_settings(diff, "configuration", members_of(places.config_file),
                   members_of(staged + "/config.json"), "配置文件（不会改动）",
                   "configuration file (stays as it is)");
  compare_certificates(diff, places.identity_dir, staged + "/identity");
  diff.say("events", "恢复后使用新的事件编号；备份之后的数据不会保留",
           "events are numbered anew; what happened since the backup is not in it");
  Json json = diff.finish();
  json["manifest"] = *std::move(manifest);
  return json;
}

}  // namespace linli::backup
