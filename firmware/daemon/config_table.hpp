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
};

using ConfigRule = std::variant<TextRule, IdRule, PathRule, WordRule, IntegerRule, ListRule>;

struct ConfigRow {
  std::string_view path;
  ConfigRule rule;
  std::string_view help;
};

std::span<const ConfigRow> config_table();

}  // namespace linli::daemon
