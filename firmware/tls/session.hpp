#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "firmware/base/result.hpp"
#include "firmware/tls/settings.hpp"

namespace linli::tls {

// Who the other side proved to be.
struct PeerCertificate {
  std::string subject;
  std::string sha256;  // fingerprint, hexadecimal
};

// One TLS connection without any I/O: bytes of the network go in and come out, plain bytes go in
// and come out. It owns no socket and no timer; how long a handshake may last is the caller's
// business.
//
//                 handshake done            close(), or close_notify of the other side
//   kHandshaking ────────────────→ kOpen ────────────────────────────────────────────→ kClosed
//        │                           │
//        └── anything wrong ─────────┴──→ kFailed (error() says what; an alert is in the outgoing)
//
// After every call there may be something for the network: take_outgoing(). Also after a failure.
// One thread; a session's Settings are of the same thread.
class Session {
 public:
  enum class State { kHandshaking, kOpen, kClosed, kFailed };

  // Received and not yet decrypted: one record of the greatest size, and what came along with it.
  static constexpr std::size_t kMaxIncoming = 32 * 1024;
  // Over this, write() takes nothing until the outgoing bytes have been taken.
  static constexpr std::size_t kMaxOutgoing = 64 * 1024;
  // All that the other side may send until the handshake is done.
  static constexpr std::size_t kMaxHandshake = 64 * 1024;

  // A client has its first bytes ready at once. kInternal if there is no memory.
  static base::Result<std::unique_ptr<Session>> make(std::shared_ptr<const Settings> settings);

  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session();

  State state() const { return state_; }
  // What went wrong, while kFailed; a sentence a field engineer can act on.
  const base::Error& error() const { return error_; }
  // After the handshake; nothing if the other side showed no certificate.
  std::optional<PeerCertificate> peer() const;
  // The cipher suite after the handshake, e.g. TLS-ECDHE-ECDSA-WITH-AES-128-GCM-SHA256.
  std::string suite() const;

  // Bytes from the network. Returns how many were taken: fewer than given only if what was received
  // before has not been read, so read() first; a session that is over takes all and forgets them.
  std::size_t receive(std::string_view bytes);
  // The network's stream has ended. What was received before can still be read.
  void end_of_input();
  // Bytes for the network, in order.
  std::string take_outgoing();

  // Plain bytes from the other side, as many as there are, at most `capacity`. 0: none now, or the
  // state has changed: kClosed after an orderly end, kFailed after anything else, also if the
  // stream was cut off.
  std::size_t read(char* out, std::size_t capacity);
  // Plain bytes for the other side. Returns how many were taken: 0 while the session is not open
  // or too much is outgoing.
  std::size_t write(std::string_view bytes);
  // Says goodbye (close_notify). Nothing is read or written afterwards. In the handshake it breaks
  // off; later it does nothing.
  void close();

 private:
  struct Body;
  explicit Session(std::unique_ptr<Body> body);

  void advance();
  void refuse_certificate();
  void stop_for(int code);
  void fail(base::Error error);

  State state_ = State::kHandshaking;
  base::Error error_;
  std::unique_ptr<Body> body_;
};

}  // namespace linli::tls
