#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/base/secret.hpp"
#include "firmware/ports/crypto.hpp"

namespace linli::core {

// One-time codes from an authenticator app (RFC 6238): SHA-1, six digits, 30 s, which every app
// can.

inline constexpr std::size_t kFactorSecretBytes = 20;
inline constexpr std::size_t kFactorDigits = 6;

// The step whose code `otp` is: this one, the one before or the one after; nullopt if it is none of
// them, or one of `used`. Steps are remembered one by one, not as a highest one: a clock that was
// ahead for a while must not refuse every code until that time has come.
std::optional<std::uint64_t> step_of(ports::Crypto& crypto, const base::SecretText& secret,
                                     const base::SecretText& otp, std::int64_t unix_ms,
                                     const std::vector<std::uint64_t>& used);

// `step` was used; of the older ones a few are kept.
void note_step(std::vector<std::uint64_t>& used, std::uint64_t step);

// RFC 4648 without padding.
std::string base32(std::string_view bytes);

// What the app reads from the QR code. Login and site are ids: nothing in them needs an escape.
base::SecretText factor_uri(const base::SecretText& secret, std::string_view login,
                            std::string_view site);

}  // namespace linli::core
