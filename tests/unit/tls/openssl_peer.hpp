#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <string>
#include <string_view>

#include "firmware/tls/settings.hpp"

namespace linli::tls {

struct OpensslOptions {
  bool is_server = false;
  Pem certificate;  // with its key; may be empty
  Pem key;
  Pem ca;            // may be empty: the other side is not checked
  std::string host;  // client: checked, and sent as SNI
  int min_version = TLS1_2_VERSION;
  int max_version = TLS1_2_VERSION;
  std::string ciphers;  // OpenSSL's names; empty: its default
  std::string groups;
};

// OpenSSL as the independent other side, in memory: the byte interface of tls::Session.
class OpensslPeer {
 public:
  enum class State { kHandshaking, kOpen, kClosed, kFailed };

  explicit OpensslPeer(const OpensslOptions& options);

  State state() const { return state_; }
  std::size_t receive(std::string_view bytes);
  std::string take_outgoing();
  std::size_t read(char* out, std::size_t capacity);
  std::size_t write(std::string_view bytes);
  void close();

  // What OpenSSL says of the failure.
  const std::string& trouble() const { return trouble_; }
  std::string suite() const { return SSL_get_cipher_name(ssl_.get()); }
  // The curve of the server's ephemeral key, as a client sees it.
  std::string curve() const;
  // Asks for a new handshake within this connection.
  void renegotiate();

 private:
  struct FreeContext {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  };
  struct FreeSsl {
    void operator()(SSL* ssl) const { SSL_free(ssl); }
  };
  void advance();
  void after(int result);

  State state_ = State::kHandshaking;
  std::string trouble_;
  std::unique_ptr<SSL_CTX, FreeContext> context_;
  std::unique_ptr<SSL, FreeSsl> ssl_;
  BIO* in_ = nullptr;   // of ssl_
  BIO* out_ = nullptr;  // of ssl_
};

}  // namespace linli::tls
