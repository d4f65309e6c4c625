#include <signal.h>  // NOLINT(modernize-deprecated-headers): SIGPIPE

#include <CLI/CLI.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "firmware/daemon/config.hpp"
#include "firmware/daemon/run.hpp"
#include "firmware/daemon/version.hpp"

namespace {

using linli::base::Json;
namespace daemon = linli::daemon;

enum Exit { kValid = 0, kInvalid = 1, kUnreadable = 2 };

int print_problems(const daemon::ConfigReading& reading, const std::string& file, bool as_json) {
  Json list = Json::array();
  for (const daemon::ConfigProblem& problem : reading.problems) {
    if (!as_json) std::cerr << daemon::describe(problem, file) << "\n";
    list.push_back({{"path", problem.path},
                    {"line", problem.line},
                    {"column", problem.column},
                    {"what", problem.what}});
  }
  if (as_json) {
    std::cout << Json{{"file", file}, {"valid", reading.problems.empty()}, {"problems", list}}.dump(
                     2)
              << "\n";
  } else if (reading.problems.empty()) {
    std::cout << file << ": valid\n";
  }
  return reading.problems.empty() ? kValid : kInvalid;
}

int check(const std::string& file, bool as_json) {
  const auto reading = daemon::load_config(file);
  if (!reading) {
    std::cerr << reading.error().what << "\n";
    return kUnreadable;
  }
  return print_problems(*reading, file, as_json);
}

int show(const std::string& text) {
  std::cout << text;
  return kValid;
}

int with_config(const std::string& file, const std::function<int(const daemon::Config&)>& use) {
  if (file.empty()) return use(daemon::Config{});
  const auto reading = daemon::load_config(file);
  if (!reading) {
    std::cerr << reading.error().what << "\n";
    return kUnreadable;
  }
  if (!reading->problems.empty()) return print_problems(*reading, file, false);
  return use(reading->config);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"linlid, the smart-community gateway 邻里"};
  std::string config_file;
  std::string check_file;
  std::string format = "text";
  app.add_option("--config", config_file, "run with this configuration (JSON with comments)");
  app.add_option("--check-config", check_file,
                 "check a configuration and exit: 0 valid, 1 invalid, 2 unreadable");
  app.add_option("--format", format, "of --check-config")->check(CLI::IsMember({"text", "json"}));
  bool print = false;
  bool schema = false;
  bool reference = false;
  app.add_flag("--print-config", print, "print the configuration with all defaults and exit");
  app.add_flag("--print-schema", schema, "print the JSON Schema of the configuration and exit");
  app.add_flag("--print-reference", reference, "print a table of all members and exit");
  app.set_version_flag("--version", std::string("linlid ") + daemon::kVersion);
  CLI11_PARSE(app, argc, argv);

  if (schema) return show(daemon::config_schema().dump(2) + "\n");
  if (reference) return show(daemon::config_reference());
  if (!check_file.empty()) return check(check_file, format == "json");
  return with_config(config_file, [print, &config_file](const daemon::Config& config) {
    if (print) return show(daemon::to_json(config).dump(2) + "\n");
    signal(SIGPIPE, SIG_IGN);
    return daemon::run(config, config_file);
  });
}
