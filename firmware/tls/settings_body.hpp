#pragma once

// The inside of tls::Settings, for the .cpp files of this folder.

#include <mbedtls/ssl.h>

#include "firmware/tls/mbed.hpp"
#include "firmware/tls/settings.hpp"

namespace linli::tls {

struct Settings::Body {
  Owned<mbedtls_ssl_config, mbedtls_ssl_config_init, mbedtls_ssl_config_free> config;
  Certificate own_certificate;
  Key own_key;
  Certificate ca;
  RevocationList revocations;

  bool is_server = false;
  ClientCertificate client_certificate = ClientCertificate::kNone;
  std::string host;     // client: what must stand in the server's certificate
  std::string address;  // client: `host` in network order if it is an IP address
  std::string ca_name;  // the file, for messages
};

}  // namespace linli::tls
