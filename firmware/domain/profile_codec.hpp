#pragma once

#include <string_view>

#include "firmware/base/result.hpp"
#include "firmware/domain/profile.hpp"

namespace linli::domain {

// Reads a W3C WoT Thing Model in our subset (config/schema/thing-model.schema.json); `name` is its
// path below config/profiles without the ending. Strict: an unknown member or transform, a
// limit that means nothing for its type, or a foreign device's part without a form is kInvalid,
// with the path.
base::Result<Profile> parse_profile(std::string_view name, std::string_view json);

}  // namespace linli::domain
