#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "firmware/base/secret.hpp"
#include "firmware/core/account_refusal.hpp"
#include "firmware/domain/privilege.hpp"

namespace linli::core {

// What people may choose. Each refusal is kInvalid, names the member and says what would do.

inline constexpr std::size_t kShortestPassword = 10;  // characters
inline constexpr std::size_t kLongestPassword = 256;  // bytes

// At least 10 characters, not the login, not the compound's id, none of the commonest
// (config/common_passwords.txt); no rules of letters and digits, which only make people write
// passwords down. `field` is the member that is named.
AccountResult<void> check_password(const base::SecretText& password, std::string_view login,
                                   std::string_view site, std::string_view field);

// 3 to 32 of a-z 0-9 . _ -
AccountResult<void> check_login(std::string_view login);

// 1 to 64 characters, none of which ends a line or steers a terminal.
AccountResult<void> check_name(std::string_view name);

// Ids, each once; a resident has at least one.
AccountResult<void> check_places(const std::vector<std::string>& places, domain::Role role);

}  // namespace linli::core
