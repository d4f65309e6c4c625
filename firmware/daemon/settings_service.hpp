#pragma once

#include <functional>
#include <memory>
#include <string>

#include "firmware/base/json.hpp"
#include "firmware/base/once.hpp"
#include "firmware/core/pending_settings.hpp"
#include "firmware/daemon/config.hpp"
#include "firmware/daemon/worker.hpp"

namespace linli::daemon {

// The settings that people change: overrides of the configuration in data_dir/settings.json, never
// in /etc. Which part takes effect when stands in the table of the configuration. Called by the API
// and by linlictl's control methods; loop thread only. `done`s run once, later than the call.
class SettingsService {
 public:
  struct Dependencies {
    std::function<const Config&()> config;
    // Gateway::apply: makes it effective, and names the sections that need a restart.
    std::function<std::vector<std::string>(const Config&)> apply;
  };

  SettingsService(base::Loop& loop, ports::Store& store, Worker& worker, std::string config_file,
                  Dependencies dependencies);

  // {"rows":[{"path","section","kind","value","default","min"?,"max"?,"words"?,"help","effect",
  // "changed":bool}],"pending":null|{"changes":[…],"seconds_left","started_by"},"etag"}. Effects:
  // live, restart, rollback, and file for what only the configuration file may say.
  base::Json list() const;
  // Changes with every change of the settings.
  std::string etag() const;

  // `changes`: path → value; null takes the override away. Answers {"applied":[…],
  // "needs_restart":[paths],"goes_back":bool,"pending":null|{…},"problems":[{"path","what"}]}; with
  // a problem nothing was changed, and dry_run changes nothing. kConflict while a change waits to
  // be confirmed.
  void change(const base::Json& changes, bool dry_run, const std::string& actor,
              base::Done<base::Json> done);
  // See core::PendingSettings.
  void confirm(const std::string& actor, base::Done<void> done);
  void revert(base::Done<void> done);

  // Reads both files again, after the configuration file was changed by hand.
  void reload();

  core::PendingSettings& pending() { return pending_; }

 private:
  struct Plan;
  base::Result<Plan> plan(const base::Json& changes) const;
  base::Json pending_json() const;
  void use(std::string text, base::Done<void> done);

  base::Loop& loop_;
  Worker& worker_;
  std::string config_file_;
  Dependencies dependencies_;
  Config under_;           // the configuration file alone
  std::string overrides_;  // as they stand in data_dir/settings.json
  bool is_writing_ = false;
  core::PendingSettings pending_;
};

}  // namespace linli::daemon
