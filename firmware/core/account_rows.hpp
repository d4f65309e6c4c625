#pragma once

#include <optional>
#include <string>
#include <vector>

#include "firmware/base/json_reader.hpp"
#include "firmware/core/lifetime.hpp"
#include "firmware/domain/privilege.hpp"

namespace linli::core {

// What the rows of people, sessions, tokens and invitations have in common. What cannot be read is
// the reader's problem, and the answer a default.

domain::Role read_role(base::JsonReader& in);
std::vector<std::string> read_texts(base::JsonReader& in, std::string_view key);
std::string read_hex(base::JsonReader& in, std::string_view key);  // its bytes
// nullopt for an empty text.
std::optional<domain::EventTime> read_time(base::JsonReader& in, std::string_view key);
Lifetime read_life(base::JsonReader& in);  // member "life"

}  // namespace linli::core
