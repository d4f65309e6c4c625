#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// CoAP messages as values (RFC 7252, 7641, 7959): what net::CoapEndpoint hands over and takes, and
// all that a driver needs to know of CoAP. No library behind it.
namespace linli::net {

enum class CoapMethod : std::uint8_t {
  kGet = 1,
  kPost = 2,
  kPut = 3,
  kDelete = 4,
  kFetch = 5,
  kPatch = 6,
  kIpatch = 7,
};

constexpr std::uint8_t coap_code(unsigned code_class, unsigned detail) {
  return static_cast<std::uint8_t>((code_class << 5U) | detail);
}

// c.dd of RFC 7252 §12.1.2 as one byte.
enum class CoapCode : std::uint8_t {
  kCreated = coap_code(2, 1),
  kDeleted = coap_code(2, 2),
  kChanged = coap_code(2, 4),
  kContent = coap_code(2, 5),
  kContinue = coap_code(2, 31),
  kBadRequest = coap_code(4, 0),
  kUnauthorized = coap_code(4, 1),
  kBadOption = coap_code(4, 2),
  kForbidden = coap_code(4, 3),
  kNotFound = coap_code(4, 4),
  kMethodNotAllowed = coap_code(4, 5),
  kNotAcceptable = coap_code(4, 6),
  kIncomplete = coap_code(4, 8),
  kPreconditionFailed = coap_code(4, 12),
  kTooLarge = coap_code(4, 13),
  kUnsupportedFormat = coap_code(4, 15),
  kTooManyRequests = coap_code(4, 29),
  kInternal = coap_code(5, 0),
  kUnavailable = coap_code(5, 3),
};

// Content-Formats of the IANA registry that we speak.
enum class CoapFormat : std::uint16_t {
  kText = 0,
  kLink = 40,
  kJson = 50,
  kCbor = 60,
  kSenmlJson = 110,
  kTlv = 11542,  // OMA-TLV of LwM2M
};

// A Block1 or Block2 option (RFC 7959 §2.2): block `number` of size() bytes each.
struct CoapBlock {
  static constexpr std::uint8_t kMaxSzx = 6;  // 1,024 bytes; 7 is reserved on UDP

  std::uint32_t number = 0;  // 20 bits
  bool more = false;
  std::uint8_t szx = kMaxSzx;

  std::size_t size() const { return std::size_t{16} << szx; }
  std::size_t offset() const { return number * size(); }
  friend bool operator==(const CoapBlock&, const CoapBlock&) = default;
};

// What a reply needs of its request. `session` is a DTLS association, or an address and port on
// plain UDP; its number is never used again.
struct CoapExchange {
  std::uint64_t session = 0;
  std::uint16_t message_id = 0;
  std::string token;  // 0 to 8 bytes
  bool confirmable = false;
  std::uint8_t no_response = 0;  // classes of which no reply is wanted, as bits (RFC 7967)
};

struct CoapRequest {
  CoapExchange exchange;
  std::string identity;  // of the pre-shared key; empty: the request came over plain UDP
  std::string address;   // the peer's IP address, without the port
  CoapMethod method = CoapMethod::kGet;
  std::vector<std::string> path;   // each segment decoded
  std::vector<std::string> query;  // each "name=value" or "name"
  std::optional<std::uint32_t> observe;
  std::optional<CoapBlock> block1;
  std::optional<CoapBlock> block2;
  std::optional<std::uint32_t> size1;
  std::optional<std::uint16_t> content_format;
  std::optional<std::uint16_t> accept;
  bool has_bad_option = false;  // a critical one that asks for what we do not do
  std::string payload;
  std::size_t bytes = 0;  // of the whole message, without UDP and IP

  bool is_plain() const { return identity.empty(); }
};

struct CoapReply {
  CoapCode code = CoapCode::kChanged;
  std::string payload{};               // of an error: a diagnostic text
  std::optional<CoapFormat> format{};  // of `payload`
  std::optional<std::uint32_t> observe{};
  std::optional<std::uint32_t> max_age_s{};
  std::optional<CoapBlock> block1{};
  std::optional<CoapBlock> block2{};
  std::string etag{};                   // 1 to 8 bytes; empty: none
  std::vector<std::string> location{};  // of what was created: Location-Path, segment by segment
  std::optional<std::uint32_t> size1{};
  std::optional<std::uint32_t> size2{};
  friend bool operator==(const CoapReply&, const CoapReply&) = default;
};

// What we ask of a peer; always confirmable. Blocks are the caller's business.
struct CoapCall {
  CoapMethod method = CoapMethod::kGet;
  std::vector<std::string> path{};         // each segment as it is, 1 to 255 bytes
  std::optional<std::uint32_t> observe{};  // 0: tell me of changes, 1: no more (RFC 7641 §2)
  std::optional<CoapFormat> format{};      // of `payload`
  std::optional<CoapFormat> accept{};
  std::optional<CoapBlock> block1{};
  std::optional<std::uint32_t> size1{};
  std::string payload{};
  friend bool operator==(const CoapCall&, const CoapCall&) = default;
};

// What a peer answered, or, if it carries Observe, a notification of it. The exchange has the token
// of the call; `confirmable` means that it waits to be acknowledged, as an answer that came with
// the acknowledgement does not. A repeat of the last one is not handed over (net::CoapEndpoint).
struct CoapAnswer {
  CoapExchange exchange;
  std::string identity;  // as in CoapRequest
  std::string address;
  bool is_piggybacked = false;  // on the acknowledgement of our call: nothing is to be said to it
  std::uint8_t code = 0;        // c.dd; a peer may use any
  std::optional<std::uint32_t> observe;
  std::optional<CoapBlock> block2;
  std::optional<std::uint16_t> content_format;
  std::string payload;

  bool is_plain() const { return identity.empty(); }
  bool is_success() const { return code >> 5U == 2; }
};

// The way out: net::CoapEndpoint, or a fake in a test. Loop thread only. Whoever answers an
// exchange does it once; a session that has ended swallows what is sent to it.
class CoapOutlet {
 public:
  CoapOutlet() = default;
  CoapOutlet(const CoapOutlet&) = delete;
  CoapOutlet& operator=(const CoapOutlet&) = delete;
  virtual ~CoapOutlet() = default;

  // With the acknowledgement if the request was confirmable, else non-confirmable.
  virtual void reply(const CoapExchange& exchange, const CoapReply& reply) = 0;
  // An empty acknowledgement: the reply will come separately (RFC 7252 §5.2.2).
  virtual void acknowledge(const CoapExchange& exchange) = 0;
  // In a message of its own, with the request's token; confirmable if the request was.
  virtual void reply_separately(const CoapExchange& exchange, const CoapReply& reply) = 0;
  // A confirmable notification (RFC 7641); its message id, or nothing if it could not be sent.
  virtual std::optional<std::uint16_t> notify(std::uint64_t session, const std::string& token,
                                              const CoapReply& reply) = 0;
  // A request of ours; its message id, or nothing if it could not be sent. The token (1 to 8 bytes)
  // is the caller's, and comes back with the answer.
  virtual std::optional<std::uint16_t> call(std::uint64_t session, const std::string& token,
                                            const CoapCall& call) = 0;
  // Nobody here has asked for that message (RFC 7252 §4.2, RFC 7641 §3.6).
  virtual void reset(const CoapExchange& exchange) = 0;
};

}  // namespace linli::net
