#include "firmware/core/second_factor.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "firmware/base/bytes.hpp"

namespace linli::core {
namespace {

constexpr std::int64_t kStepMs = 30'000;
constexpr std::size_t kKeptSteps = 8;

}  // namespace

std::optional<std::uint64_t> step_of(ports::Crypto& crypto, const base::SecretText& secret,
                                     const base::SecretText& otp, std::int64_t unix_ms,
                                     const std::vector<std::uint64_t>& used) {
  if (otp.reveal().size() != kFactorDigits) return std::nullopt;
  const std::int64_t middle = unix_ms / kStepMs;
  std::optional<std::uint64_t> found;
  for (std::int64_t at = std::max<std::int64_t>(0, middle - 1); at <= middle + 1; ++at) {
    const auto step = static_cast<std::uint64_t>(at);
    const bool is_right =
        base::equal_in_constant_time(crypto.one_time_code(secret, step), otp.reveal());
    if (is_right && std::find(used.begin(), used.end(), step) == used.end()) found = step;
  }
  return found;
}

void note_step(std::vector<std::uint64_t>& used, std::uint64_t step) {
  used.push_back(step);
  if (used.size() > kKeptSteps) used.erase(used.begin());
}

std::string base32(std::string_view bytes) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string text;
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const char c : bytes) {
    held = ((held << 8U) | static_cast<unsigned char>(c)) & 0xFFFFU;
    for (bits += 8; bits >= 5; bits -= 5) text.push_back(kLetters[(held >> (bits - 5)) & 0x1FU]);
  }
  if (bits > 0) text.push_back(kLetters[(held << (5 - bits)) & 0x1FU]);
  return text;
}

base::SecretText factor_uri(const base::SecretText& secret, std::string_view login,
                            std::string_view site) {
  return base::SecretText(
      fmt::format("otpauth://totp/Linli%20{}:{}?secret={}&issuer=Linli%20{}&digits=6&period=30",
                  site, login, base32(secret.reveal()), site));
}

}  // namespace linli::core
