#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/base/json.hpp"
#include "firmware/base/result.hpp"

namespace linli::daemon {

// The configuration with its defaults. The table in config_table.cpp names every member once: path,
// range and help come from there, and so do --print-config and config/schema/linlid.schema.json.
struct Config {
  struct Gateway {
    std::string id = "gw1";
    std::string site = "demo";
  } gateway;
  std::string data_dir = "/var/lib/linli";
  std::string interlocks;
  struct Log {
    std::string level = "info";
    std::string target = "auto";
  } log;
  struct Control {
    std::string socket = "/run/linli/linlid.sock";
    std::string group;
  } control;
  struct Identity {
    std::string dir = "/var/lib/linli/identity";
  } identity;
  struct Profiles {
    std::vector<std::string> dirs = {"/usr/share/linli/profiles"};
  } profiles;
  struct Store {
    std::int64_t commit_window_ms = 5;
    std::int64_t max_mb = 2048;
    std::int64_t ballast_mb = 16;
    struct QuotaMb {
      std::int64_t alarm = 256;
      std::int64_t access = 256;
      std::int64_t money = 256;
      std::int64_t ticket = 128;
      std::int64_t command = 128;
      std::int64_t telemetry = 768;
    } quota_mb;
  } store;
  struct Retention {
    std::int64_t access_days = 90;
    std::int64_t alarm_days = 365;
    std::int64_t command_days = 180;
    std::int64_t other_days = 180;
    std::int64_t credential_days = 30;
    std::int64_t consent_days = 1'095;
  } retention;
  struct Broker {
    std::string dir = "/var/lib/linli/broker";
    std::string socket = "/var/lib/linli/broker/gateway.sock";
    std::string listen = "0.0.0.0";
    std::int64_t port = 8883;
    std::int64_t plain_port = 0;
    std::vector<std::string> hosts = {"localhost", "127.0.0.1"};
    std::string run_as;
    std::int64_t max_devices = 1000;
    std::int64_t max_packet_kb = 70;
  } broker;
  struct Mqtt {
    std::int64_t window = 300;
    std::int64_t keepalive_s = 120;
  } mqtt;
  struct Coap {
    std::string listen = "0.0.0.0";
    std::int64_t port = 5684;
    std::int64_t plain_port = 0;
    std::vector<std::string> plain_from = {"127.0.0.0/8"};
    std::int64_t silent_after_s = 259'200;
  } coap;
  struct Osdp {
    std::vector<std::string> buses;
    std::int64_t turnaround_ms = 5;
  } osdp;
  struct Gpio {
    std::vector<std::string> lines;
    std::int64_t debounce_ms = 20;
  } gpio;
  struct Console {
    std::string listen = "0.0.0.0";
    std::int64_t port = 8443;
    std::vector<std::string> hosts;
    std::string web = "/usr/share/linli/web";
    std::string contact;
  } console;
  struct Platform {
    std::string link = "off";
    std::string host;
    std::int64_t port = 8883;
    std::string protocol = "mqtt5";
    std::string ca;
    std::string certificate;
    std::string key;
    struct Coap {
      std::int64_t port = 5684;
      std::string identity;
      std::string key_file;
    } coap;
    std::int64_t keepalive_s = 30;
    std::int64_t drain_per_s = 5000;
    struct Backoff {
      std::int64_t first_spread_ms = 60'000;
      std::int64_t base_ms = 2'000;
      std::int64_t cap_ms = 300'000;
    } backoff;
  } platform;
  struct Devices {
    std::int64_t flood_per_s = 2000;
  } devices;
};

// The names and addresses by which people reach the console: its own, or else the broker's.
const std::vector<std::string>& console_hosts(const Config& config);

// Something wrong in a configuration file, with the place and the way out.
struct ConfigProblem {
  std::string path;  // "platform.port"; empty: the file itself
  int line = 0;      // 0: unknown
  int column = 0;
  std::string what;
};

struct ConfigReading {
  Config config;
  std::vector<ConfigProblem> problems;  // empty: valid
};

// Reads JSON with comments. Relative paths are relative to `base_dir`. All problems are listed, up
// to 20.
ConfigReading read_config(std::string_view text, const std::string& base_dir);

// The same for data_dir/settings.json, what people changed in the console: members that stand there
// win over `under`. Those that only the configuration file may say are problems.
ConfigReading read_overrides(std::string_view text, const Config& under);

// kNotFound or kInternal if the file cannot be read; what is wrong inside is in the reading.
base::Result<ConfigReading> load_config(const std::string& file);

base::Json to_json(const Config& config);
// The JSON Schema that the table stands for.
base::Json config_schema();
// One line each: path, default, range, help.
std::string config_reference();

// The sections ("log", "platform", …) in which two configurations differ.
std::vector<std::string> changed_sections(const Config& before, const Config& after);

// "file:3:5: platform.port: expected an integer from 1 to 65535, found 70000"
std::string describe(const ConfigProblem& problem, const std::string& file);
// {"file", "valid", "problems": [{"path", "line", "column", "what"}]}
base::Json verdict_json(const ConfigReading& reading, const std::string& file);
// The verdict for people, a line each: what --check-config prints.
std::string verdict_text(const ConfigReading& reading, const std::string& file);

}  // namespace linli::daemon
