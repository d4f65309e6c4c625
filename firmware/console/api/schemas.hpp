#pragma once

#include <span>
#include <string_view>

#include "firmware/base/json.hpp"

namespace linli::console::api {

// A named JSON Schema (2020-12) of what goes in or out; references are "#/components/schemas/…".
struct NamedSchema {
  std::string_view name;
  std::string_view json;
};

// The parts, one file each.
std::span<const NamedSchema> common_schemas();
std::span<const NamedSchema> site_schemas();
std::span<const NamedSchema> door_schemas();
std::span<const NamedSchema> household_schemas();
std::span<const NamedSchema> people_schemas();
std::span<const NamedSchema> system_schemas();

// All of them as one object, by name.
base::Json schemas();

}  // namespace linli::console::api
