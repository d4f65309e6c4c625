#include <signal.h>  // NOLINT(modernize-deprecated-headers): SIGPIPE

#include <CLI/CLI.hpp>
#include <iostream>
#include <nlohmann/json.hpp>

#include "firmware/base/json.hpp"
#include "firmware/console/api/openapi.hpp"
#include "firmware/daemon/config_layers.hpp"
#include "firmware/daemon/run.hpp"
#include "firmware/daemon/version.hpp"

namespace {

namespace daemon = linli::daemon;

// run() adds 3: cannot start.
enum Exit { kValid = 0, kInvalid = 1, kUnreadable = 2, kUsage = 64 };

int show_verdict(const daemon::LayeredConfig& layers, const std::string& file, bool as_json) {
  const bool valid = layers.is_valid();
  if (as_json) {
    std::cout << linli::base::dump_json(daemon::verdict_json(layers, file)) << "\n";
  } else {
    (valid ? std::cout : std::cerr) << daemon::verdict_text(layers, file);
  }
  return valid ? kValid : kInvalid;
}

int check(const std::string& file, bool as_json) {
  const auto layers = daemon::load_layers(file);
  if (!layers) {
    std::cerr << layers.error().what << "\n";
    return kUnreadable;
  }
  return show_verdict(*layers, file, as_json);
}

int show(const std::string& text) {
  std::cout << text;
  return kValid;
}

int with_config(const std::string& file, const std::function<int(const daemon::Config&)>& use) {
  const auto layers = daemon::load_layers(file);
  if (!layers) {
    std::cerr << layers.error().what << "\n";
    return kUnreadable;
  }
  if (!layers->file.problems.empty()) return show_verdict(*layers, file, false);
  // The doors must open with what the configuration file says.
  if (!layers->is_valid()) {
    std::cerr << daemon::verdict_text(*layers, file)
              << "the settings are passed over until they are valid\n";
  }
  return use(layers->config);
}

}  // namespace

// CLI11 throws while the options are set up only if they contradict each other: our own mistake.
int main(int argc, char** argv) {  // NOLINT(bugprone-exception-escape): above
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
  bool openapi = false;
  app.add_flag("--print-openapi", openapi,
               "print the OpenAPI document of the console's API and exit");
  app.set_version_flag("--version", std::string("linlid ") + daemon::kVersion);
  app.footer(
      "Exit codes: 0 ended in order, or valid; 1 invalid configuration; 2 unreadable; 3 cannot "
      "start (the log says why); 64 usage.");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? kValid : kUsage;
  }

  if (schema) return show(daemon::config_schema().dump(2) + "\n");
  if (openapi) return show(linli::console::api::openapi_document(daemon::kVersion).dump(2) + "\n");
  if (reference) return show(daemon::config_reference());
  if (!check_file.empty()) return check(check_file, format == "json");
  return with_config(config_file, [print, &config_file](const daemon::Config& config) {
    if (print) return show(daemon::to_json(config).dump(2) + "\n");
    signal(SIGPIPE, SIG_IGN);
    return daemon::run(config, config_file);
  });
}
