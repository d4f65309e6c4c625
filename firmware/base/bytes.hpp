#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "firmware/base/result.hpp"

namespace linli::base {

// Lower-case hexadecimal, two digits a byte.
std::string to_hex(std::string_view bytes);

// Accepts upper and lower case; an odd length or another character is kInvalid.
Result<std::string> from_hex(std::string_view hex);

// True if both are the same; the time depends on their lengths only, never on where they differ.
bool equal_in_constant_time(std::string_view one, std::string_view other);

// FNV-1a, 64 bit: to recognise repeats, never against an attacker.
std::uint64_t digest64(std::string_view bytes, std::uint64_t seed = 0xcbf29ce484222325ULL);

// Valid UTF-8 without surrogates and over-long forms.
bool is_utf8(std::string_view text);

}  // namespace linli::base
