#pragma once

#include <memory>
#include <string>

#include "firmware/base/result.hpp"
#include "firmware/base/secret.hpp"

namespace linli::tls {

// Certificates, a key or a revocation list as PEM text. Keys pass through here too, so the text
// cannot be printed.
struct Pem {
  static base::Result<Pem> read(const std::string& path);

  bool empty() const { return text.empty(); }

  std::string name;  // how messages call it: its file
  base::SecretText text;
};

enum class ClientCertificate {
  kNone,      // not asked for
  kOptional,  // none is fine, one that is not of `client_ca` is refused
  kRequired,
};

struct ServerOptions {
  Pem certificate = {};  // our own first, then those between it and the CA
  Pem key = {};          // P-256
  ClientCertificate client_certificate = ClientCertificate::kNone;
  Pem client_ca = {};    // only these issue client certificates
  Pem revocations = {};  // of client_ca; may be empty
};

struct ClientOptions {
  Pem ca = {};  // only these may have issued the server's certificate
  // Name or IP address that must stand in the server's certificate. Without it no client is made.
  std::string host = {};
  Pem certificate = {};  // our own, with its key; may be empty
  Pem key = {};
  Pem revocations = {};  // of ca; may be empty
};

// What the TLS connections of one listener or one target have in common; never changes once made.
//
// TLS 1.2 only, ECDHE-ECDSA with AES-GCM or ChaCha20-Poly1305, curves X25519 and P-256, SHA-256 and
// SHA-384, no renegotiation. No session tickets and no session cache either: connections are kept
// open, so resuming would save little, and a ticket key would undo the forward secrecy of all
// sessions that it covers.
//
// Shared by sessions of one thread: the library caches curve tables in keys while it uses them.
class Settings {
 public:
  // kInvalid if something cannot be used, with the file and the way out.
  static base::Result<std::shared_ptr<const Settings>> server(const ServerOptions& options);
  static base::Result<std::shared_ptr<const Settings>> client(const ClientOptions& options);

  Settings(const Settings&) = delete;
  Settings& operator=(const Settings&) = delete;
  ~Settings();

  // For this folder only.
  struct Body;
  const Body& body() const { return *body_; }

 private:
  explicit Settings(std::unique_ptr<Body> body);
  std::unique_ptr<Body> body_;
};

}  // namespace linli::tls
