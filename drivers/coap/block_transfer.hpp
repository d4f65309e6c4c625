#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <variant>

#include "firmware/base/time.hpp"
#include "firmware/net/coap_message.hpp"

// Block-wise transfers (RFC 7959), pure: time is a parameter.
namespace linli::drivers::coap {

// Puts the blocks of uploads together. A transfer belongs to a session and a path; a first block
// begins it anew.
class BlockUploads {
 public:
  static constexpr std::size_t kMaxTransfers = 64;
  static constexpr std::size_t kMaxBytes = 64 * 1024;  // of one whole payload, as over MQTT
  // RFC 7959 §2.4 gives the sender EXCHANGE_LIFETIME to go on.
  static constexpr base::Duration kLifetime = std::chrono::seconds(247);

  struct Whole {
    std::string payload;
  };
  using Step = std::variant<net::CoapReply, Whole>;

  // Takes the request's block. The reply is 2.31 for more, 4.08 if a block is missing, 4.13 beyond
  // the limit, 4.00 for a block that is no block. Requests without Block1 are whole.
  Step take(net::CoapRequest& request, base::TimePoint now);
  void end_session(std::uint64_t session);

  std::size_t size() const { return transfers_.size(); }
  std::uint64_t evicted() const { return evicted_; }

 private:
  struct Transfer {
    std::uint64_t session = 0;
    std::string path;
    std::optional<std::uint16_t> format;
    base::TimePoint at;
    std::string payload;
  };
  using Transfers = std::list<Transfer>;  // the one that waited longest first

  Transfers::iterator find(std::uint64_t session, const std::string& path);
  Transfers::iterator start(const net::CoapRequest& request, std::string path);

  Transfers transfers_;
  std::uint64_t evicted_ = 0;
};

// The block of `whole` that the request asks for, with ETag (RFC 7252 §5.10.6) and, in the first
// block, Size2; `whole` itself if it fits one block of `max_szx` and none was asked for. A block
// behind the end gives 4.00. What carries no payload, and errors, stay as they are.
net::CoapReply slice(net::CoapReply whole, const std::optional<net::CoapBlock>& asked,
                     std::uint8_t max_szx);

// An upper bound of the reply's bytes on the wire, without UDP and IP.
std::size_t message_bytes(const net::CoapReply& reply, const net::CoapExchange& exchange);

// Bytes of an IPv4 and a UDP header: the smallest there are, so that a ratio that counts them holds
// for IPv6 too.
inline constexpr std::size_t kDatagramOverhead = 28;
// What an address that nobody has proved may get for what it sent (RFC 9175 §2.3), headers counted.
inline constexpr std::size_t kMaxAmplification = 3;

// slice() with blocks so small, and errors with so little text, that the reply's datagram is at
// most kMaxAmplification times the request's.
net::CoapReply fit_unproved(net::CoapReply reply, const net::CoapRequest& request);

}  // namespace linli::drivers::coap
