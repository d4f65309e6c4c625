#include <CLI/CLI.hpp>
#include <deque>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "firmware/ctl/commands.hpp"
#include "firmware/ctl/show.hpp"
#include "firmware/daemon/config_layers.hpp"
#include "firmware/daemon/version.hpp"

namespace {

using linli::base::Json;
namespace ctl = linli::ctl;

// What CLI11 fills in for one row of the table.
struct Typed {
  const ctl::CommandRow* row = nullptr;
  CLI::App* app = nullptr;
  std::deque<std::string> texts;
  std::deque<bool> switches;
};

CLI::App* app_of(CLI::App& root, std::map<std::string, CLI::App*>& groups, std::string_view path,
                 std::string_view summary) {
  const std::size_t space = path.find(' ');
  if (space == std::string_view::npos) {
    // "backup" stands alone, and before "verify".
    const auto found = groups.find(std::string(path));
    if (found == groups.end()) return root.add_subcommand(std::string(path), std::string(summary));
    found->second->require_subcommand(0, 1);
    found->second->description(std::string(summary));
    return found->second;
  }
  const std::string group(path.substr(0, space));
  if (!groups.contains(group)) {
    groups[group] = root.add_subcommand(group, "see linlictl " + group + " --help");
    groups[group]->require_subcommand(1);
    groups[group]->fallthrough();
  }
  return groups[group]->add_subcommand(std::string(path.substr(space + 1)), std::string(summary));
}

void add_options(Typed& typed) {
  for (const ctl::OptionRow& option : typed.row->options) {
    const std::string flag(option.flag);
    CLI::Option* added = nullptr;
    if (option.is_switch) {
      added =
          typed.app->add_flag(flag, typed.switches.emplace_back(false), std::string(option.help));
    } else {
      added = typed.app->add_option(flag, typed.texts.emplace_back(), std::string(option.help));
    }
    // Several words come as lines of one text.
    if (option.is_list) {
      added->expected(1, -1)->allow_extra_args()->multi_option_policy(CLI::MultiOptionPolicy::Join);
    }
    added->required(option.required);
  }
}

Json lines_of(const std::string& text) {
  Json lines = Json::array();
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

linli::base::Result<Json> params_of(const Typed& typed) {
  Json params = Json::object();
  auto text = typed.texts.begin();
  auto toggle = typed.switches.begin();
  for (const ctl::OptionRow& option : typed.row->options) {
    const std::string member(option.member);
    if (option.is_switch) {
      if (*toggle++) params[member] = true;
      continue;
    }
    const std::string& value = *text++;
    if (value.empty()) continue;
    if (option.is_list) {
      params[member] = lines_of(value);
      continue;
    }
    if (!option.is_json) {
      params[member] = value;
      continue;
    }
    auto json = linli::base::parse_json(value);
    if (!json) return linli::base::failure_of(std::move(json), option.flag);
    params[member] = *std::move(json);
  }
  return params;
}

std::string socket_of(const std::string& socket, const std::string& config) {
  if (!socket.empty()) return socket;
  const auto layers = linli::daemon::load_layers(config);
  return layers ? layers->config.control.socket : linli::daemon::Config{}.control.socket;
}

int dispatch(const std::deque<Typed>& commands, const std::string& socket,
             const std::string& config, bool as_json) {
  for (const Typed& typed : commands) {
    if (!typed.app->parsed()) continue;
    auto params = params_of(typed);
    if (!params) {
      ctl::show_error(params.error(), as_json);
      return ctl::kUsage;
    }
    return typed.row->run({*params, socket_of(socket, config), config, as_json});
  }
  return ctl::kUsage;
}

}  // namespace

// CLI11 throws while the options are set up only if they contradict each other: our own mistake.
int main(int argc, char** argv) {  // NOLINT(bugprone-exception-escape): above
  CLI::App app{"linlictl, the tool of the smart-community gateway 邻里"};
  std::string socket;
  std::string config;
  bool as_json = false;
  bool man = false;
  bool completion = false;
  app.add_option("--socket", socket, "linlid's control socket (default: the configuration's)");
  app.add_option("--config", config, "the gateway's configuration file");
  app.add_flag("--json", as_json, "answers as JSON");
  app.add_flag("--generate-man", man, "print the man page");
  app.add_flag("--generate-completion", completion, "print the bash completion");
  app.set_version_flag("--version", std::string("linlictl ") + linli::daemon::kVersion);
  app.fallthrough();
  std::deque<Typed> commands;
  std::map<std::string, CLI::App*> groups;
  for (const ctl::CommandRow& row : ctl::command_table()) {
    Typed& typed = commands.emplace_back();
    typed.row = &row;
    typed.app = app_of(app, groups, row.path, row.summary);
    typed.app->fallthrough();
    add_options(typed);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? ctl::kDone : ctl::kUsage;
  }
  if (man || completion) {
    std::cout << (man ? ctl::man_page() : ctl::bash_completion());
    return ctl::kDone;
  }
  if (app.get_subcommands().empty()) {
    std::cerr << app.help();
    return ctl::kUsage;
  }
  return dispatch(commands, socket, config, as_json);
}
