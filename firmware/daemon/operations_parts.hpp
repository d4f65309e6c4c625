#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "firmware/daemon/backup_service.hpp"
#include "firmware/daemon/diagnostics.hpp"
#include "firmware/daemon/settings_service.hpp"
#include "firmware/daemon/worker.hpp"

namespace linli::daemon {

class Gateway;

// What keeps the gateway in order: settings, backup, diagnostics, tied together. Made by the daemon
// when the gateway is open; the API and linlictl's control methods use it (frames: Gateway::frames,
// what changed: daemon::changes). Loop thread only.
class OperationsParts {
 public:
  struct Dependencies {
    // Makes a configuration effective, log included; names the sections that need a restart.
    std::function<std::vector<std::string>(const Config&)> apply;
    // More files for the bundle: status, doctor, metrics.
    std::function<std::vector<DiagnosticFile>()> files;
    std::shared_ptr<const LogRing> log;
    // Closes everything and opens it anew in this process: a staged restore is taken over.
    std::function<void()> start_anew;
  };
  OperationsParts(Gateway& gateway, const std::string& config_file, Dependencies dependencies);

  // Before the gateway is opened: a restored backup that was staged is taken over, and settings
  // that were not confirmed before a crash go back. `config` is as these leave it. An error says
  // why the gateway must not start now.
  static base::Result<void> before_open(Config& config, const std::string& config_file);

  // After the gateway started: what was not confirmed is no longer noted as waiting.
  void start();

  void start_anew() { start_anew_(); }

  SettingsService& settings() { return settings_; }
  BackupService& backup() { return backup_; }
  Diagnostics& diagnostics() { return diagnostics_; }

 private:
  Gateway& gateway_;
  std::function<void()> start_anew_;
  Worker worker_;
  Worker settings_worker_;  // settings must go back in time, also while a backup is being made
  SettingsService settings_;
  BackupService backup_;
  Diagnostics diagnostics_;
};

}  // namespace linli::daemon
