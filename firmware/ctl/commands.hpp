#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/base/json.hpp"

namespace linli::ctl {

// What stands on the command line, as one JSON object of params, and the options that every command
// has.
struct Invocation {
  base::Json& params;
  std::string socket;
  std::string config;
  bool json = false;
};

// The process's exit codes.
enum ExitCode : int {
  kDone = 0,
  kRefused = 1,      // understood and refused, or invalid
  kUsage = 2,        // the command line is wrong
  kUnreachable = 3,  // no daemon, it may not be asked, or what it needs is away
  kMissing = 4,      // the named thing does not exist
  kNoAnswer = 5,     // timed out; a command that is unconfirmed or expired
};

struct OptionRow {
  std::string_view flag;    // "--place"; without dashes: a positional argument
  std::string_view member;  // of the params
  std::string_view help;
  bool required = false;
  bool is_json = false;  // the text is JSON, e.g. a command's input
  bool is_switch = false;
  bool is_list = false;  // one word or more
};

struct CommandRow {
  std::string_view path;  // "device add"
  std::string_view summary;
  std::vector<OptionRow> options;
  int (*run)(const Invocation& invocation);
};

// Everything that linlictl can do. The command line, the man page and the completion come from
// here.
std::span<const CommandRow> command_table();

std::string man_page();
std::string bash_completion();

}  // namespace linli::ctl
