#include "firmware/domain/access/pass_text.hpp"

#include <cstdint>

namespace linli::domain::access {
namespace {

constexpr std::string_view kDigits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::string_view kLeftOut = " \t\r\n-";

std::optional<unsigned> digit_of(char c) {
  if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  if (c == 'O') c = '0';
  if (c == 'I' || c == 'L') c = '1';
  const std::size_t at = kDigits.find(c);
  if (at == std::string_view::npos) return std::nullopt;
  return static_cast<unsigned>(at);
}

}  // namespace

std::string to_base32(std::string_view bytes) {
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char byte : bytes) {
    bits = (bits << 8U) | static_cast<unsigned char>(byte);
    for (count += 8; count >= 5; count -= 5) out += kDigits[(bits >> (count - 5)) & 0x1FU];
  }
  return out;
}

std::optional<std::string> from_base32(std::string_view text, std::size_t chars) {
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  std::size_t seen = 0;
  for (const char c : text) {
    if (kLeftOut.find(c) != std::string_view::npos) continue;
    const auto digit = digit_of(c);
    if (!digit || ++seen > chars) return std::nullopt;
    bits = (bits << 5U) | *digit;
    count += 5;
    if (count < 8) continue;
    count -= 8;
    out += static_cast<char>((bits >> count) & 0xFFU);
  }
  if (seen != chars) return std::nullopt;
  return out;
}

}  // namespace linli::domain::access
