#include "firmware/console/api/etag.hpp"

#include <algorithm>

#include "firmware/base/bytes.hpp"

namespace linli::console::api {
namespace {

std::string version_part(std::string_view version) {
  return fmt::format("\"{:016x}-", base::digest64(version));
}

// Runs `is_it` on each tag of a header until it is true.
template <class Test>
bool any_tag(std::string_view header, Test is_it) {
  while (!header.empty()) {
    std::string_view tag = header.substr(0, header.find(','));
    header.remove_prefix(std::min(tag.size() + 1, header.size()));
    while (!tag.empty() && tag.front() == ' ') tag.remove_prefix(1);
    while (!tag.empty() && tag.back() == ' ') tag.remove_suffix(1);
    if (tag == "*" || is_it(tag)) return true;
  }
  return false;
}

}  // namespace

std::string etag_of(std::string_view version, const base::Json& json) {
  return fmt::format("{}{:016x}\"", version_part(version), base::digest64(base::dump_json(json)));
}

bool matches_any(std::string_view header, std::string_view etag) {
  return any_tag(header, [etag](std::string_view tag) {
    if (tag.starts_with("W/")) tag.remove_prefix(2);  // If-None-Match compares weakly
    return tag == etag;
  });
}

bool matches_version(std::string_view header, std::string_view version) {
  const std::string part = version_part(version);
  return any_tag(header, [&part](std::string_view tag) { return tag.starts_with(part); });
}

}  // namespace linli::console::api
