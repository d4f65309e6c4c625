#include "firmware/domain/object_path.hpp"

#include <fmt/format.h>

#include <charconv>

namespace linli::domain {
namespace {

constexpr std::uint16_t kMaxNumber = 65'534;

// The number up to the next slash; `rest` is then what follows the slash.
std::optional<std::uint16_t> take_number(std::string_view& rest) {
  if (rest.empty() || rest.front() != '/') return std::nullopt;
  rest.remove_prefix(1);
  const std::string_view digits = rest.substr(0, rest.find('/'));
  rest.remove_prefix(digits.size());
  return parse_object_number(digits);
}

}  // namespace

std::optional<std::uint16_t> parse_object_number(std::string_view text) {
  if (text.empty() || (text.size() > 1 && text.front() == '0')) return std::nullopt;
  std::uint16_t number = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end || number > kMaxNumber) return std::nullopt;
  return number;
}

std::optional<ObjectPath> parse_object_path(std::string_view text) {
  const auto object = take_number(text);
  const auto instance = take_number(text);
  const auto resource = take_number(text);
  if (!object || !instance || !resource || !text.empty()) return std::nullopt;
  return ObjectPath{*object, *instance, *resource};
}

std::string to_text(const ObjectPath& path) {
  return fmt::format("/{}/{}/{}", path.object, path.instance, path.resource);
}

}  // namespace linli::domain
