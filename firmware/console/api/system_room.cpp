#include "firmware/console/api/system_room.hpp"

#include <utility>

#include "firmware/console/api/etag.hpp"
#include "firmware/console/api/route.hpp"

namespace linli::console::api {
namespace {

using base::Json;

base::Done<Json> show(Call call) {
  return [call = std::move(call)](base::Result<Json> json) mutable {
    if (!json) return refuse(std::move(call), json.error());
    answer(std::move(call), *json);
  };
}

// An archive that is damaged is no fault of the gateway: who sent it can send another.
base::Done<Json> show_restore(Call call) {
  return [done = show(std::move(call))](base::Result<Json> json) mutable {
    if (!json && json.error().code == base::Code::kCorrupt)
      return std::move(done)(base::fail(base::Code::kInvalid, "{}", json.error().what));
    std::move(done)(std::move(json));
  };
}

base::Done<std::string> file(Call call, std::string name) {
  return [name = std::move(name), call = std::move(call)](base::Result<std::string> bytes) mutable {
    if (!bytes) return refuse(std::move(call), bytes.error());
    Response response{200,
                      {{"Content-Type", std::string(call.route->media)},
                       {"Content-Disposition", fmt::format("attachment; filename=\"{}\"", name)},
                       {"Cache-Control", "no-store"}},
                      *std::move(bytes)};
    answer(std::move(call), std::move(response));
  };
}

std::string etag_of_settings(const Upkeep& upkeep, const Json& settings) {
  return etag_of(upkeep.settings_version(), settings);
}

}  // namespace

void SystemRoom::add_to(Handlers& handlers) {
  handlers["platform"] = [this](Call call) { house_.platform(show(std::move(call))); };
  handlers["operations"] = [this](Call call) { answer(std::move(call), house_.operations()); };
  handlers["settings"] = [this](Call call) { show_settings(std::move(call)); };
  handlers["change_settings"] = [this](Call call) { change_settings(std::move(call)); };
  handlers["confirm_settings"] = [this](Call call) {
    note(std::move(call), "settings.confirm", Json::object(), [this](Call noted) {
      const std::string actor = core::issuer_of(noted.actor);
      upkeep_.confirm_settings(actor, [noted = std::move(noted)](base::Result<void> done) mutable {
        if (!done) return refuse(std::move(noted), done.error());
        answer_nothing(std::move(noted));
      });
    });
  };
  handlers["revert_settings"] = [this](Call call) {
    note(std::move(call), "settings.revert", Json::object(), [this](Call noted) {
      upkeep_.revert_settings([noted = std::move(noted)](base::Result<void> done) mutable {
        if (!done) return refuse(std::move(noted), done.error());
        answer_nothing(std::move(noted));
      });
    });
  };
  handlers["diagnostics_preview"] = [this](Call call) {
    upkeep_.preview_diagnostics(show(std::move(call)));
  };
  handlers["diagnostics_bundle"] = [this](Call call) {
    note(std::move(call), "diagnostics.export", Json::object(), [this](Call noted) {
      upkeep_.diagnostics_bundle(file(std::move(noted), "linli-diagnostics.tar.gz"));
    });
  };
  handlers["make_backup"] = [this](Call call) { make_backup(std::move(call)); };
  handlers["backup_download"] = [this](Call call) { read_backup(std::move(call)); };
  handlers["restore"] = [this](Call call) { restore(std::move(call)); };
}

void SystemRoom::note(Call call, std::string action, const Json& detail,
                      base::Once<void(Call)> then) {
  const core::Actor actor = call.actor;
  audit_.write(actor, std::move(action), "", detail,
               [call = std::move(call), then = std::move(then)](base::Result<void> noted) mutable {
                 if (!noted) return refuse(std::move(call), noted.error());
                 std::move(then)(std::move(call));
               });
}

void SystemRoom::show_settings(Call call) const {
  Json json = spoken_to(call, upkeep_.settings());
  const std::string etag = etag_of_settings(upkeep_, json);
  json["etag"] = etag;
  answer_versioned(std::move(call), json, etag);
}

void SystemRoom::change_settings(Call call) {
  base::JsonReader in(call.body);
  const Json changes = in.object("changes");
  const bool dry_run = in.optional_boolean("dry_run").value_or(false);
  if (in.ok() && (changes.empty() || changes.size() > 64))
    in.reject("changes", "expected 1 to 64 settings");
  if (auto read = in.finish(); !read) return refuse(std::move(call), read.error());
  if (!matches_version(call.request.header("if-match"), upkeep_.settings_version())) {
    return refuse(std::move(call),
                  Problem{"precondition_failed", "the settings were changed since"});
  }
  Json paths = Json::array();
  for (const auto& [path, value] : changes.items()) paths.push_back(path);
  const std::string actor = core::issuer_of(call.actor);
  if (dry_run) return upkeep_.change_settings(changes, true, actor, show(std::move(call)));
  // The line says what was asked; the values may be secret, and stand in no line.
  note(std::move(call), "settings.change", {{"paths", paths}}, [this, changes, actor](Call noted) {
    upkeep_.change_settings(changes, false, actor, show(std::move(noted)));
  });
}

void SystemRoom::make_backup(Call call) {
  note(std::move(call), "backup.make", Json::object(),
       [this](Call noted) { upkeep_.make_backup(show(std::move(noted))); });
}

void SystemRoom::read_backup(Call call) {
  const std::string id = call.path_value("id");
  if (!base::is_id(id))
    return refuse(std::move(call), Problem{"not_found", "no backup of this name is kept"});
  note(std::move(call), "backup.download", {{"backup", id}},
       [this, id](Call noted) { upkeep_.read_backup(id, file(std::move(noted), id)); });
}

void SystemRoom::restore(Call call) {
  base::SecretText words(std::string(call.request.header("x-backup-key").substr(0, kMaxBackupKey)));
  if (words.empty())
    return refuse(std::move(call), Problem{"invalid", "the backup's words go into X-Backup-Key"});
  if (call.request.body.empty())
    return refuse(std::move(call), Problem{"invalid", "the body must be the backup's file"});
  const bool dry_run = call.query("dry_run") == "1";
  note(std::move(call), "backup.restore", {{"dry_run", dry_run}},
       [this, dry_run, words = std::move(words)](Call noted) mutable {
         std::string archive = std::move(noted.request.body);
         upkeep_.restore(std::move(archive), std::move(words), dry_run,
                         show_restore(std::move(noted)));
       });
}

}  // namespace linli::console::api
