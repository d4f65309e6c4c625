#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "drivers/osdp/frame.hpp"
#include "drivers/osdp/message.hpp"
#include "drivers/osdp/reply.hpp"
#include "drivers/osdp/session_keys.hpp"
#include "firmware/base/result.hpp"

namespace linli::drivers::osdp {

// Which key a handshake is about; said in a flag of its frames.
enum class KeyKind : std::uint8_t {
  kDefault = 0,    // SCBK-D, which everybody knows
  kInstalled = 1,  // SCBK, of this reader
};

// MACs and encryption of one session, from either end: what one seals, the other opens. A session
// is over when open() fails once.
class SecureSession {
 public:
  // Both directions begin with R-MAC_I.
  SecureSession(SessionKeys keys, const std::string& initial_mac);

  // Fills security block, data and MAC of `frame`, whose data is plain. CRC always: there are
  // readers whose secure channel fails with a checksum.
  void seal(Frame& frame);
  // The plain data of a frame of the other side. kRefused for a frame without MAC (whatever else it
  // says), kCorrupt for a wrong one.
  base::Result<base::SecretText> open(const Frame& frame);
  // The other side's next MAC is computed as if the frame opened last had not been: BUSY, after
  // which our command is repeated as it was.
  void reopen() { received_ = before_; }

 private:
  SessionKeys keys_;
  std::string sent_;      // the last MAC of our own direction, all of it
  std::string received_;  // of the other one
  std::string before_;    // received_, before the last open()
};

// The panel's side of the handshake: CHLNG → CCRYPT, SCRYPT → RMAC_I. One object is one attempt.
class Handshake {
 public:
  // `random_a`: 8 bytes that were never used before.
  Handshake(base::SecretText key, KeyKind kind, std::string random_a);

  KeyKind kind() const { return kind_; }
  Message challenge() const;
  // SCRYPT. kRefused: the reader answered under another kind of key (it must not be talked down to
  // the default key), kDenied: it does not have our key.
  base::Result<Message> answer(const Frame& frame, const ClientCryptogram& reply);
  // kDenied: the reader did not take our cryptogram, or cannot prove that it did.
  base::Result<SecureSession> finish(const Frame& frame, const InitialMac& reply);
  // The security block of both commands.
  SecurityBlock block(Scb type) const;

 private:
  base::SecretText key_;
  KeyKind kind_;
  std::string random_a_;
  std::optional<SessionKeys> keys_;
  std::string server_cryptogram_;
};

}  // namespace linli::drivers::osdp
