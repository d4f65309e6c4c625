#pragma once

// Why a TLS connection failed, in words for whoever has to mend it. For the .cpp files of this
// folder.

#include <mbedtls/ssl.h>

#include <string>

#include "firmware/base/result.hpp"
#include "firmware/tls/settings_body.hpp"

namespace linli::tls {

// How messages call one certificate of the other side's chain; `depth` 0 is its own.
std::string name_of(const Settings::Body& settings, const mbedtls_x509_crt& certificate, int depth);

// `flags` as mbedTLS gives them for one certificate of a chain.
std::string refusal_of(const Settings::Body& settings, const mbedtls_x509_crt& certificate,
                       int depth, std::uint32_t flags);

// What the library found after it had looked at the chain, for the certificate with that name.
std::string refusal_of_use(const std::string& name, std::uint32_t flags);

// An error code of the library. `was_open` is false in the handshake; `alert` is the other side's
// if it sent one.
base::Error error_of(const Settings::Body& settings, int code, bool was_open, int alert);

}  // namespace linli::tls
