#pragma once

#include <functional>
#include <memory>
#include <string>

#include "firmware/console/api/api.hpp"
#include "firmware/console/message.hpp"
#include "firmware/daemon/console_doors.hpp"
#include "firmware/daemon/console_homes.hpp"
#include "firmware/daemon/console_house.hpp"
#include "firmware/daemon/gateway.hpp"
#include "firmware/daemon/operations_parts.hpp"
#include "firmware/daemon/worker.hpp"

namespace linli::daemon {

// Settings, backup and diagnostics as the console's API asks for them.
class ConsoleUpkeep final : public console::api::Upkeep {
 public:
  // `start_anew`: a restored backup is taken over at the next start.
  ConsoleUpkeep(base::Loop& loop, OperationsParts& operations, std::function<void()> start_anew);

  base::Json settings() const override;
  std::string settings_version() const override;
  void change_settings(const base::Json& changes, bool dry_run, const std::string& actor,
                       base::Done<base::Json> done) override;
  void confirm_settings(const std::string& actor, base::Done<void> done) override;
  void revert_settings(base::Done<void> done) override;
  void preview_diagnostics(base::Done<base::Json> done) override;
  void diagnostics_bundle(base::Done<std::string> done) override;
  void make_backup(base::Done<base::Json> done) override;
  void read_backup(const std::string& id, base::Done<std::string> done) override;
  void restore(std::string archive, base::SecretText words, bool dry_run,
               base::Done<base::Json> done) override;

 private:
  base::Loop& loop_;
  OperationsParts& operations_;
  std::function<void()> start_anew_;
  Worker worker_;
  base::Handle starting_;
};

// The console's API, tied to the gateway. Loop thread only.
class ConsoleApi {
 public:
  // kInternal if the kernel gives no randomness.
  static base::Result<std::unique_ptr<ConsoleApi>> make(Gateway& gateway,
                                                        OperationsParts& operations,
                                                        std::function<void()> start_anew);
  ConsoleApi(const ConsoleApi&) = delete;
  ConsoleApi& operator=(const ConsoleApi&) = delete;
  ~ConsoleApi();

  // After Gateway::start.
  void start();

  // What the console's server calls; good for as long as this lives.
  console::RequestHandler handler();

  // What GET /metrics tells at this moment, for the diagnostics.
  std::string metrics() const { return api_->openmetrics(); }

 private:
  ConsoleApi(Gateway& gateway, OperationsParts& operations, std::function<void()> start_anew);

  Gateway& gateway_;
  ConsoleHouse house_;
  ConsoleUpkeep upkeep_;
  ConsoleDoors doors_;
  ConsoleHomes homes_;
  std::unique_ptr<console::api::Api> api_;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace linli::daemon
