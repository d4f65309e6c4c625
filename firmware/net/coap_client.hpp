#pragma once

#include <functional>
#include <memory>
#include <string>

#include "firmware/base/backoff.hpp"
#include "firmware/base/loop.hpp"
#include "firmware/base/result.hpp"
#include "firmware/base/secret.hpp"
#include "firmware/net/coap_requester.hpp"

namespace linli::net {

struct CoapPsk {
  std::string identity;
  base::SecretText key;
};

struct CoapClientOptions {
  std::string host;
  int port = 5684;
  // Asked before each handshake, so that a key that is put right needs no restart. Empty: plain
  // UDP, only where a test speaks to itself.
  std::function<base::Result<CoapPsk>()> psk;
  base::BackoffLimits backoff;
  base::Duration connect_limit = std::chrono::seconds(10);  // to the end of the handshake
  base::Duration keepalive = std::chrono::seconds(30);      // of silence, then a ping
};

// One DTLS 1.2 association with one server, that comes back by itself after any failure with
// base::Backoff; hides libcoap, which runs on the loop: one descriptor, no thread but the
// resolver's. Identity and key are ours whatever hint the server gives (RFC 4279 §5.2): a hint is
// not authenticated, so it chooses nothing, and that the server knows the key is all the proof
// there is. Each attempt has a session and a UDP port of its own.
//
// A request is repeated after 2 to 3 s, and once more after twice that (RFC 7252 §4.2 with
// MAX_RETRANSMIT 2): 14 to 21 s without any acknowledgement end the association, and so does a ping
// (an empty confirmable message) that nobody answers. Two requests may be under way at a time
// (NSTART 2 instead of RFC 7252 §4.7's 1), so that an alarm need not wait behind a long transfer;
// the caller keeps to that, libcoap enforces it. Loop thread only.
class CoapClient final : public CoapRequester {
 public:
  // For the caller: how many requests it may have under way without their waiting for each other.
  static constexpr std::uint16_t kNstart = 2;

  // Begins to connect at the next turn of the loop. `loop` must outlive the client.
  CoapClient(base::Loop& loop, CoapClientOptions options, CoapRequesterEvents events);
  ~CoapClient() override;

  bool send(const CoapOutgoing& request) override;
  CoapRequesterStatus status() const override;

 private:
  struct Body;
  std::unique_ptr<Body> body_;
};

}  // namespace linli::net
