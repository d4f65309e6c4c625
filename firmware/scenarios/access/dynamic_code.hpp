#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/base/secret.hpp"
#include "firmware/scenarios/access/credential_book.hpp"

// 动态码: six digits that change every 30 s (RFC 6238, SHA-1), which any authenticator app shows.
// At a keypad somebody types the four digits of the credential's number, then the code; beside a
// card the code alone. The number says whose code it is, so that a guess is at one person's code
// and not at everybody's at once.
namespace linli::scenarios::access {

// The seed of a credential, 20 bytes, made of the gateway's key and the credential's own name: it
// is stored nowhere, and a stolen database has none. Empty if there is no key.
base::SecretText totp_seed(std::string_view secret_name, const KeypadMac& mac);

struct TypedCode {
  std::string number;
  base::SecretText code;
};
// What was typed, as a number and a code; nullopt if it has not ten digits.
std::optional<TypedCode> typed_code(std::string_view digits);

// The steps that a credential has used, as stored: "58000001 58000002". kCorrupt for anything else.
std::string steps_to_row(const std::vector<std::uint64_t>& steps);
base::Result<std::vector<std::uint64_t>> steps_from_row(std::string_view row);

}  // namespace linli::scenarios::access
