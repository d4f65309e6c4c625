#pragma once

#include <map>
#include <string>
#include <string_view>

#include "firmware/base/result.hpp"

namespace linli::console {

// What stands between method and version, decoded.
struct RequestTarget {
  std::string path;
  std::map<std::string, std::string> query;  // the last of equal names
};

// Percent-decoded once, and refused rather than mended: a path must begin with '/', be UTF-8, and
// hold no '..' or '.' as a part, no NUL or other control character, no backslash and no "//". A
// '%2F' is a slash like any other. '+' is a space in the query alone. kInvalid with one sentence.
base::Result<RequestTarget> parse_target(std::string_view target);

}  // namespace linli::console
