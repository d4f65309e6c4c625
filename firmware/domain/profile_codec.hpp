#pragma once

#include <string_view>

#include "firmware/base/result.hpp"
#include "firmware/domain/profile.hpp"

namespace linli::domain {

// Reads a W3C WoT Thing Model in our subset (config/schema/thing-model.schema.json); `name` is its
// path below config/profiles without the ending. Strict: an unknown member, unit-less range,
// unknown transform or a form for something that is not there is kInvalid, with the path.
base::Result<Profile> parse_profile(std::string_view name, std::string_view json);

}  // namespace linli::domain
