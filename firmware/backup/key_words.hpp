#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "firmware/base/result.hpp"
#include "firmware/base/secret.hpp"

// A key of 256 bits as 24 words that a person can write down (BIP-39: 11 bits a word, the last 8 of
// the 264 bits are the first of the key's SHA-256). Pure.
namespace linli::backup {

inline constexpr std::size_t kKeyWords = 24;

// `key`: 32 bytes.
std::vector<std::string> words_of(const base::SecretText& key);

// In any case, with any spaces between; four letters of a word are enough. kInvalid says which word
// is none, how many there are, or that two are mixed up.
base::Result<base::SecretText> key_of(std::string_view text);

}  // namespace linli::backup
