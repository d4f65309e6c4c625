#pragma once

#include <functional>
#include <memory>
#include <string>

#include "firmware/base/loop.hpp"
#include "firmware/base/result.hpp"
#include "firmware/base/secret.hpp"
#include "firmware/net/coap_message.hpp"

namespace linli::net {

struct CoapEndpointOptions {
  std::string listen = "0.0.0.0";  // an IPv4 or IPv6 address
  int port = 5684;                 // DTLS
  int plain_port = 0;              // UDP without DTLS; 0: none
};

// What the endpoint tells and asks, all on the loop's thread.
struct CoapEndpointEvents {
  // The pre-shared key of an identity, until the next turn of the loop; nullptr: let nobody in.
  std::function<const base::SecretText*(const std::string& identity)> key_of;
  // May this address speak without a key? If not it gets 4.01.
  std::function<bool(const std::string& address)> admits;
  std::function<void(CoapRequest)> on_request;
  // Nothing can be sent to it any more.
  std::function<void(std::uint64_t session)> on_session_end;
  // A confirmable message was not acknowledged, or (`refused`) answered with a reset.
  std::function<void(std::uint64_t session, std::uint16_t message_id, bool refused)> on_undelivered;
  // To a call of ours, or a notification. It is for the caller to acknowledge() or reset() it.
  std::function<void(const CoapAnswer&)> on_answer = [](const CoapAnswer&) {};
};

struct CoapEndpointCounts {
  std::uint64_t handshakes = 0;          // that ended well
  std::uint64_t unknown_identities = 0;  // never registered, or revoked
  std::uint64_t wrong_keys = 0;          // known identity, but the handshake did not end
  std::uint64_t evicted = 0;             // associations that made room for newer ones
  std::uint64_t strangers = 0;           // requests without a key from elsewhere
};

// CoAP over DTLS 1.2 with a pre-shared key for each identity, and, where it is allowed, over plain
// UDP; hides libcoap, which runs on the loop: one descriptor, no thread. Multicast is not joined.
// Sends and receives single messages: repeats, blocks and observations are the caller's business.
// Loop thread only.
class CoapEndpoint final : public CoapOutlet {
 public:
  // Established associations; the one unused for longest makes room.
  static constexpr std::size_t kMaxAssociations = 1024;
  // Of one identity: a device that starts anew leaves its old one behind.
  static constexpr std::size_t kMaxAssociationsOfIdentity = 2;
  static constexpr base::Duration kIdle = std::chrono::hours(25);
  // Of peers without a key: addresses and ports. Longer than the 247 s for which a repeat is known.
  static constexpr std::size_t kMaxPlain = 256;
  static constexpr base::Duration kIdlePlain = std::chrono::seconds(300);

  // kConflict if a port is taken, kInvalid for an address that is none.
  static base::Result<std::unique_ptr<CoapEndpoint>> open(base::Loop& loop,
                                                          const CoapEndpointOptions& options,
                                                          CoapEndpointEvents events);
  ~CoapEndpoint() override;

  void reply(const CoapExchange& exchange, const CoapReply& reply) override;
  void acknowledge(const CoapExchange& exchange) override;
  void reply_separately(const CoapExchange& exchange, const CoapReply& reply) override;
  std::optional<std::uint16_t> notify(std::uint64_t session, const std::string& token,
                                      const CoapReply& reply) override;
  std::optional<std::uint16_t> call(std::uint64_t session, const std::string& token,
                                    const CoapCall& call) override;
  void reset(const CoapExchange& exchange) override;

  // Ends the associations of an identity, at the next turn of the loop. Nothing of it is heard
  // after that until it comes with the key that key_of() then gives.
  void cut(const std::string& identity);

  std::size_t associations() const;
  const CoapEndpointCounts& counts() const;

 private:
  struct Body;
  explicit CoapEndpoint(std::unique_ptr<Body> body);
  std::unique_ptr<Body> body_;
};

}  // namespace linli::net
