#include "firmware/base/base64.hpp"

#include <cstdint>

namespace linli::base {
namespace {

constexpr std::string_view kLetters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

Result<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return fail(Code::kInvalid, "this is not base64");
  std::size_t padding = 0;
  while (padding < 2 && text.size() > padding && text[text.size() - 1 - padding] == '=') ++padding;
  text.remove_suffix(padding);
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const char letter : text) {
    const std::size_t value = kLetters.find(letter);
    if (value == std::string_view::npos) return fail(Code::kInvalid, "this is not base64");
    held = (held << 6U) | static_cast<std::uint32_t>(value);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push_back(static_cast<char>((held >> bits) & 0xFFU));
  }
  const bool is_clean = (held & ((1U << bits) - 1U)) == 0;
  if (!is_clean) return fail(Code::kInvalid, "this is not base64");
  return bytes;
}

}  // namespace linli::base
