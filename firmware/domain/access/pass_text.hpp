#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace linli::domain::access {

// Crockford's base 32: 0-9 and A-Z without I, L, O, U; five bits a character, the most significant
// first. `bytes` must be a multiple of five bytes long, so that no bits are left over.
std::string to_base32(std::string_view bytes);

// Exactly `chars` characters (a multiple of eight), after spaces, tabs, dashes and line ends are
// left out. Forgives lower case, O for 0, I and L for 1. nullopt for anything else.
std::optional<std::string> from_base32(std::string_view text, std::size_t chars);

}  // namespace linli::domain::access
