#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "firmware/daemon/config.hpp"

namespace linli::daemon {

// What a row's member is and what it may hold.
struct TextRule {
  std::string& (*member)(Config&);
  std::size_t max_bytes = 256;
};
struct IdRule {
  std::string& (*member)(Config&);
};
struct PathRule {  // made absolute against the file's folder; may be empty if `optional`
  std::string& (*member)(Config&);
  bool optional = false;
};
struct WordRule {
  std::string& (*member)(Config&);
  std::vector<std::string_view> words;
};
struct IntegerRule {
  std::int64_t& (*member)(Config&);
  std::int64_t min;
  std::int64_t max;
};
struct ListRule {
  std::vector<std::string>& (*member)(Config&);
  bool are_paths = false;
  bool may_be_empty = false;
};

using ConfigRule = std::variant<TextRule, IdRule, PathRule, WordRule, IntegerRule, ListRule>;

// When a change of a row takes effect, and whether the console may make it at all.
enum class Effect : std::uint8_t {
  kRestart,   // at the next start of linlid
  kLive,      // at once
  kRollback,  // at once or with a restart of its part; goes back by itself unless it is confirmed
  kFile,      // only the configuration file says it: where things lie, and who may come in locally
};
std::string_view name(Effect effect);

struct ConfigRow {
  std::string_view path;
  ConfigRule rule;
  std::string_view help;
  Effect effect = Effect::kRestart;
};

std::span<const ConfigRow> config_table();

}  // namespace linli::daemon
