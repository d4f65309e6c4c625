#include <set>
#include <string>

#include "firmware/ctl/commands.hpp"

// The man page and the completion, from the table of commands.
namespace linli::ctl {

std::string man_page() {
  std::string out =
      ".TH LINLICTL 1 \"\" \"Linli\" \"Linli gateway\"\n.SH NAME\nlinlictl \\- the tool of the "
      "smart-community gateway\n.SH SYNOPSIS\n";
  out +=
      ".B linlictl\n[\\-\\-socket PATH] [\\-\\-config FILE] [\\-\\-json] COMMAND [OPTIONS]\n.SH "
      "COMMANDS\n";
  for (const CommandRow& row : command_table()) {
    out += fmt::format(".TP\n.B {}\n{}\n", row.path, row.summary);
    for (const OptionRow& option : row.options) {
      out += fmt::format(".RS\n.TP\n.I {}\n{}{}\n.RE\n", option.flag, option.help,
                         option.required ? " (required)" : "");
    }
  }
  out +=
      ".SH EXIT STATUS\n0 done, 1 refused or invalid, 2 usage, 3 linlid, or what "
      "it needs for this, cannot be reached, 4 not "
      "found, 5 no answer in time.\n";
  return out;
}

namespace {

// A line of the completion's `case`: after `typed`, these words.
std::string completion_case(std::string_view typed, std::string_view words) {
  return fmt::format("    {}) COMPREPLY=($(compgen -W '{}' -- \"$cur\")); return;;\n", typed,
                     words);
}

std::string flags_of(const CommandRow& row) {
  std::string flags;
  for (const OptionRow& option : row.options) {
    if (option.flag.starts_with("--")) flags += std::string(option.flag) + " ";
  }
  return flags;
}

// The first words of all commands, each once.
std::string first_words() {
  std::string words;
  for (const CommandRow& row : command_table()) {
    const std::string first(row.path.substr(0, row.path.find(' ')));
    if ((" " + words + " ").find(" " + first + " ") == std::string::npos)
      words += (words.empty() ? "" : " ") + first;
  }
  return words;
}

// The first words that have second ones, each once.
std::set<std::string> groups() {
  std::set<std::string> groups;
  for (const CommandRow& row : command_table()) {
    const std::size_t space = row.path.find(' ');
    if (space != std::string_view::npos) groups.emplace(row.path.substr(0, space));
  }
  return groups;
}

std::string second_words(const std::string& group) {
  std::string words;
  for (const CommandRow& row : command_table()) {
    if (row.path.starts_with(group + " "))
      words += std::string(row.path.substr(row.path.find(' ') + 1)) + " ";
  }
  return words;
}

}  // namespace

std::string bash_completion() {
  std::string cases = completion_case("''", first_words());
  for (const CommandRow& row : command_table())
    cases += completion_case(fmt::format("'{}'", row.path), flags_of(row) + "--json");
  for (const std::string& group : groups())
    cases += completion_case(fmt::format("'{} '*|'{}'", group, group), second_words(group));
  return "_linlictl() {\n  local cur=${COMP_WORDS[COMP_CWORD]}\n  local "
         "typed=\"${COMP_WORDS[*]:1:COMP_CWORD-1}\"\n  case \"$typed\" in\n" +
         cases + "  esac\n}\ncomplete -F _linlictl linlictl\n";
}

}  // namespace linli::ctl
