#pragma once

#include <string_view>

namespace linli::platform {

// True if `text` is one JSON object in valid UTF-8, nested at most 32 levels deep. Builds nothing:
// it guards the batch against a stored record that was damaged on disk, at the cost of one look at
// each byte. One such record would make the whole batch unreadable for the platform.
bool is_json_object(std::string_view text);

}  // namespace linli::platform
