#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/base/json.hpp"
#include "firmware/base/once.hpp"
#include "firmware/base/secret.hpp"
#include "firmware/console/api/metrics.hpp"
#include "firmware/core/actor.hpp"
#include "firmware/core/device_state.hpp"
#include "firmware/core/device_table.hpp"
#include "firmware/core/todo.hpp"
#include "firmware/ports/device_access.hpp"

namespace linli::console::api {

// The few things that only the daemon knows. Loop thread only; each `done` runs once.
class House {
 public:
  House() = default;
  House(const House&) = delete;
  House& operator=(const House&) = delete;
  virtual ~House() = default;

  struct Facts {
    std::string site;
    std::string gateway;
    std::string version;
    std::int64_t started_ms = 0;  // Unix
    std::int64_t uptime_s = 0;
    std::string platform_link;   // "mqtt", "coap", "off"
    std::string platform_state;  // "up", "down", "off"
    std::string contact;         // for security.txt: "mailto:…" or "https://…"; empty: none
  };
  virtual Facts facts() const = 0;

  // What is known around a device that the table does not know.
  virtual core::DeviceSurroundings around(const core::Device& device) const = 0;

  struct Check {
    std::string name;
    bool ok = false;
    std::string detail;
  };
  // For readyz: what must work so that devices are served. Never the platform. The store is asked
  // by a round trip, so the answer comes later.
  virtual void readiness(base::Done<std::vector<Check>> done) = 0;

  // Device models that a new device may have, by name.
  virtual std::vector<core::ProfilePtr> profiles() const = 0;

  // Credentials in the form that an installer types in: {"device","credentials",("broker"|"uri")}.
  virtual base::Json credentials_json(const ports::DeviceCredentials& credentials) const = 0;

  // A device was added, described, revoked or given new credentials.
  virtual void device_changed(const std::string& device) = 0;

  // 16 random hexadecimal digits. kInternal if the kernel has none.
  virtual base::Result<std::string> random_word() = 0;

  // Everything of the picture that is not devices, commands and people.
  virtual core::TodoSnapshot todo_around() const = 0;

  // Counters and gauges of the parts that only the daemon knows.
  virtual std::vector<MetricFamily> metrics() const = 0;

  virtual void platform(base::Done<base::Json> done) = 0;  // body of GET /platform
  virtual base::Json operations() const = 0;               // body of GET /operations
};

// What keeps the gateway in order: settings, backup, diagnostics. As House.
class Upkeep {
 public:
  Upkeep() = default;
  Upkeep(const Upkeep&) = delete;
  Upkeep& operator=(const Upkeep&) = delete;
  virtual ~Upkeep() = default;

  virtual base::Json settings() const = 0;
  virtual std::string settings_version() const = 0;
  virtual void change_settings(const base::Json& changes, bool dry_run, const std::string& actor,
                               base::Done<base::Json> done) = 0;
  virtual void confirm_settings(const std::string& actor, base::Done<void> done) = 0;
  virtual void revert_settings(base::Done<void> done) = 0;

  virtual void preview_diagnostics(base::Done<base::Json> done) = 0;
  virtual void diagnostics_bundle(base::Done<std::string> done) = 0;

  virtual void make_backup(base::Done<base::Json> done) = 0;
  virtual void read_backup(const std::string& id, base::Done<std::string> done) = 0;
  // Not a dry run: the gateway starts anew afterwards.
  virtual void restore(std::string archive, base::SecretText words, bool dry_run,
                       base::Done<base::Json> done) = 0;
};

}  // namespace linli::console::api
