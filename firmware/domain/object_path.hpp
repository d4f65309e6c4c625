#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>

namespace linli::domain {

// Where a value stands in a LwM2M device: /object/instance/resource, each 0 to 65534 (65535 is
// reserved).
struct ObjectPath {
  std::uint16_t object = 0;
  std::uint16_t instance = 0;
  std::uint16_t resource = 0;
  friend bool operator==(const ObjectPath&, const ObjectPath&) = default;
  friend bool operator<(const ObjectPath& a, const ObjectPath& b) {
    return std::tie(a.object, a.instance, a.resource) < std::tie(b.object, b.instance, b.resource);
  }
};

// "/3303/0/5700", without leading zeros; nullopt for anything else.
std::optional<ObjectPath> parse_object_path(std::string_view text);
// One number of a path; nullopt beyond 65534 and for other characters.
std::optional<std::uint16_t> parse_object_number(std::string_view text);
std::string to_text(const ObjectPath& path);

}  // namespace linli::domain
