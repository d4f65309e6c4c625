#pragma once

#include <memory>
#include <string>

#include "firmware/net/mqtt_client.hpp"

namespace linli::net {

// The TLS settings of one connection attempt, and why its handshake failed. libmosquitto only says
// "a TLS error occurred"; whoever has to mend it needs to know which. TLS 1.2 or newer, the other
// side must show a certificate of our CA for the host name that we asked for.
class TlsContext {
 public:
  // kInvalid if a file cannot be used, with its name.
  static base::Result<std::unique_ptr<TlsContext>> make(const MqttTls& tls,
                                                        const std::string& host);

  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;
  ~TlsContext();

  // An SSL_CTX* for MOSQ_OPT_SSL_CTX. This object must outlive the connections made with it.
  void* native() const;
  // What went wrong, with the way out; empty if nothing did.
  const std::string& trouble() const;

 private:
  struct Body;
  explicit TlsContext(std::unique_ptr<Body> body);
  std::unique_ptr<Body> body_;
};

}  // namespace linli::net
