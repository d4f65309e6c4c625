#include "firmware/backup/key_words.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "firmware/backup/word_list.hpp"
#include "firmware/base/json_reader.hpp"
#include "firmware/tls/chunk_cipher.hpp"
#include "firmware/tls/local_crypto.hpp"

namespace linli::backup {
namespace {

using base::Code;

constexpr std::size_t kBitsOfWord = 11;
constexpr std::size_t kShort = 4;  // letters that tell any two words apart

bool bit(std::string_view bytes, std::size_t index) {
  return ((static_cast<unsigned char>(bytes[index / 8]) >> (7 - index % 8)) & 1U) != 0;
}

// Where it stands in the list, which is in alphabetical order.
std::optional<std::size_t> index_of(std::string_view word) {
  const auto* const found = std::lower_bound(kWords.begin(), kWords.end(), word);
  if (found == kWords.end()) return std::nullopt;
  const bool is_short = word.size() >= kShort && found->starts_with(word);
  if (*found != word && !is_short) return std::nullopt;
  return static_cast<std::size_t>(found - kWords.begin());
}

std::vector<std::string> split(std::string_view text) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (is_letter) {
      words.back().push_back(static_cast<char>(c | 0x20));
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

std::string hint(const std::string& word) {
  std::set<std::string, std::less<>> all;
  for (const std::string_view each : kWords) all.emplace(each);
  const auto near = base::nearest(word, all);
  return near ? ", did you mean '" + *near + "'?" : "";
}

}  // namespace

std::vector<std::string> words_of(const base::SecretText& key) {
  const base::SecretText bits(key.reveal() + tls::sha256(key.reveal()).substr(0, 1));
  std::vector<std::string> words;
  for (std::size_t word = 0; word < kKeyWords; ++word) {
    std::size_t index = 0;
    for (std::size_t i = 0; i < kBitsOfWord; ++i)
      index = index * 2 + (bit(bits.reveal(), word * kBitsOfWord + i) ? 1 : 0);
    words.emplace_back(kWords.at(index));
  }
  return words;
}

base::Result<base::SecretText> key_of(std::string_view text) {
  const std::vector<std::string> words = split(text.substr(0, 1024));
  std::string bits(kKeyWords * kBitsOfWord / 8, '\0');
  if (words.size() != kKeyWords) {
    return base::fail(Code::kInvalid, "a key has {} words, not {}: type it again", kKeyWords,
                      words.size());
  }
  for (std::size_t word = 0; word < kKeyWords; ++word) {
    const auto index = index_of(words[word]);
    if (!index) {
      return base::fail(Code::kInvalid, "word {} of the key, '{}', is not in the list{}", word + 1,
                        words[word], hint(words[word]));
    }
    for (std::size_t i = 0; i < kBitsOfWord; ++i) {
      const std::size_t at = word * kBitsOfWord + i;
      if (((*index >> (kBitsOfWord - 1 - i)) & 1U) != 0)
        bits[at / 8] =
            static_cast<char>(static_cast<unsigned char>(bits[at / 8]) | (1U << (7 - at % 8)));
    }
  }
  base::SecretText key(bits.substr(0, tls::ChunkCipher::kKeyBytes));
  if (tls::sha256(key.reveal()).front() == bits.back()) return key;
  return base::fail(Code::kInvalid,
                    "the words are in the list, but do not belong together: is their order right, "
                    "and each as it was written down?");
}

}  // namespace linli::backup
