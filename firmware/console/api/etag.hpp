#pragma once

#include <string>
#include <string_view>

#include "firmware/base/json.hpp"

namespace linli::console::api {

// A strong ETag: `version` is what a change is held against, `json` the whole representation. Two
// answers with the same tag are the same; two tags with the same version differ only in what
// nobody edits (live values).
std::string etag_of(std::string_view version, const base::Json& json);

// If-None-Match: "*" or a list that has this tag (weak or not).
bool matches_any(std::string_view header, std::string_view etag);

// If-Match: "*" or a list with a tag of this version.
bool matches_version(std::string_view header, std::string_view version);

}  // namespace linli::console::api
