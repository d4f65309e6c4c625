#pragma once

#include <string>
#include <string_view>

#include "firmware/base/secret.hpp"

// The arithmetic of the secure channel (SIA OSDP 2.2 annex D). Pure.
namespace linli::drivers::osdp {

constexpr std::size_t kKeyBytes = 16;
constexpr std::size_t kRandomBytes = 8;    // RndA, RndB
constexpr std::size_t kClientIdBytes = 8;  // cUID
constexpr std::size_t kMacBytes = 4;       // of 16, on the line

// SCBK-D, 30 31 … 3F: the key that everybody knows.
base::SecretText default_key();

// A reader's key (SCBK) from a site's master key and the reader's cUID.
base::SecretText derive_key(const base::SecretText& master, std::string_view client_id);

struct SessionKeys {
  base::SecretText enc;
  base::SecretText mac1;
  base::SecretText mac2;
};
SessionKeys session_keys(const base::SecretText& key, std::string_view random_a);

std::string client_cryptogram(const SessionKeys& keys, std::string_view random_a,
                              std::string_view random_b);
std::string server_cryptogram(const SessionKeys& keys, std::string_view random_a,
                              std::string_view random_b);
std::string initial_mac(const SessionKeys& keys, std::string_view server_cryptogram);

// All 16 bytes. `iv` is the other direction's last MAC.
std::string mac_of(const SessionKeys& keys, std::string_view iv, std::string_view bytes);

// Data is always padded, 80 00 …; the initial vector is the complement of `iv`.
std::string encrypt(const SessionKeys& keys, std::string_view iv, std::string_view plain);
// Nothing if it is no whole blocks or its padding is wrong. Check the MAC first.
bool decrypt(const SessionKeys& keys, std::string_view iv, std::string_view cipher,
             base::SecretText& plain);

}  // namespace linli::drivers::osdp
