#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/base/result.hpp"
#include "firmware/tls/mbed.hpp"

// Keys made and certificates signed, for identity.cpp. No file outside of this folder includes
// this.
namespace linli::tls {

inline constexpr std::size_t kPemBytes = 8192;

// "<doing>: <the library's words>"
base::Failure failed(std::string_view doing, int code);

base::Result<void> load_key(const std::string& path, Key& key);
// P-256, written with mode 0600.
base::Result<void> make_key(const std::string& path, Key& key);
base::Result<void> load_or_make_key(const std::string& path, Key& key);

struct CertificatePlan {
  std::string subject;
  std::string issuer;
  std::int64_t not_before_unix_s = 0;
  std::int64_t days = 0;
  bool is_ca = false;
  std::vector<std::string> hosts;
};

// The certificate as PEM. Subject and issuer are the same key for a CA.
base::Result<std::string> sign(const CertificatePlan& plan, Key& subject, Key& issuer);

}  // namespace linli::tls
