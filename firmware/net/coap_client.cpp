#include "firmware/net/coap_client.hpp"

#include <coap3/coap.h>

#include <cstring>
#include <optional>
#include <random>
#include <utility>

#include "firmware/base/log.hpp"
#include "firmware/net/coap_dtls.hpp"
#include "firmware/net/coap_pdu.hpp"
#include "firmware/net/resolver.hpp"

namespace linli::net {
namespace {

using base::Code;
using base::Error;

constexpr coap_fixed_point_t kAckTimeout{2, 0};
constexpr std::uint16_t kMaxRetransmit = 2;
// What IPv6 carries everywhere (RFC 8200 §5), without the headers of IPv6 and UDP. A block of 1,024
// bytes with the longest path fits; libcoap's own 1,152 would leave no room for it.
constexpr unsigned kMtu = 1280 - 48;

coap_address_t coap_address(const SocketAddress& from) {
  coap_address_t address;
  coap_address_init(&address);
  std::memcpy(&address.addr, &from.storage, from.size);
  address.size = from.size;
  return address;
}

coap_bin_const_t bytes_of(const std::string& text) {
  return {text.size(), reinterpret_cast<const std::uint8_t*>(text.data())};
}

}  // namespace

struct CoapClient::Body {
  enum class State { kWaiting, kConnecting, kUp };

  Body(base::Loop& l, CoapClientOptions o, CoapRequesterEvents e)
      : loop(l),
        options(std::move(o)),
        events(std::move(e)),
        backoff(options.backoff, std::random_device{}()),
        resolver(l, options.host, options.port) {
    timer = loop.after({}, [this] { attempt(); });
  }
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;
  ~Body() {
    watch.reset();
    if (session != nullptr) coap_session_release(std::exchange(session, nullptr));
    if (context != nullptr) coap_free_context(context);
  }

  base::Result<void> open_context();
  void attempt();
  void after_resolve(base::Result<std::vector<SocketAddress>> found);
  base::Result<coap_session_t*> new_session(const SocketAddress& address);
  void after_silence_in_handshake();
  void after_handshake();
  void on_event(coap_event_t event);
  void on_nack(coap_nack_reason_t reason, coap_mid_t mid, const coap_pdu_t* sent);
  coap_response_t on_response(const coap_pdu_t& pdu);
  void keep_alive();
  void look();
  void end(Error why);
  void fail(const Error& why);
  Error gone() const;

  std::string peer() const { return fmt::format("{}:{}", options.host, options.port); }
  bool is_plain() const { return !options.psk; }
  static Body& of(const coap_session_t* raw) {
    return *static_cast<Body*>(coap_get_app_data(coap_session_get_context(raw)));
  }

  base::Loop& loop;
  CoapClientOptions options;
  CoapRequesterEvents events;
  base::Backoff backoff;
  Resolver resolver;
  State state = State::kWaiting;
  coap_context_t* context = nullptr;
  coap_session_t* session = nullptr;
  std::optional<CoapPsk> psk;    // of this attempt
  std::optional<Error> ended;    // why the session is over: told when libcoap has returned
  bool is_established = false;   // the handshake has ended, and its outcome is ours
  std::size_t next_address = 0;  // each attempt takes another one
  base::TimePoint heard;
  std::optional<coap_mid_t> ping;
  std::string last_error;
  int attempts = 0;
  base::Handle watch;
  base::Handle timer;      // the next attempt, or the end of this one
  base::Handle keepalive;  // while up
  std::shared_ptr<bool> alive = std::make_shared<bool>(true);
};

base::Result<void> CoapClient::Body::open_context() {
  if (context != nullptr) return {};
  coap_startup();
  coap_set_log_level(LOG_EMERG);
  coap_dtls_set_log_level(LOG_EMERG);
  context = coap_new_context(nullptr);
  if (context == nullptr) return base::fail(Code::kInternal, "no memory for CoAP");
  coap_set_app_data(context, this);
  if (auto done = harden(*context); !done) return done;
  coap_register_response_handler(
      context, [](coap_session_t* raw, const coap_pdu_t* /*sent*/, const coap_pdu_t* received,
                  const coap_mid_t /*mid*/) { return of(raw).on_response(*received); });
  coap_register_event_handler(context, [](coap_session_t* raw, const coap_event_t event) {
    of(raw).on_event(event);
    return 0;
  });
  coap_register_nack_handler(
      context, [](coap_session_t* raw, const coap_pdu_t* sent, const coap_nack_reason_t reason,
                  const coap_mid_t mid) { of(raw).on_nack(reason, mid, sent); });
  watch = loop.readable(coap_context_get_coap_fd(context), [this] {
    coap_io_process(context, COAP_IO_NO_WAIT);
    look();
  });
  return {};
}

void CoapClient::Body::attempt() {
  state = State::kConnecting;
  ended.reset();
  is_established = false;
  if (auto opened = open_context(); !opened) return fail(opened.error());
  if (!is_plain()) {
    auto got = options.psk();
    if (!got) return fail(got.error());
    psk = *std::move(got);
  }
  timer = loop.after(options.connect_limit, [this] { after_silence_in_handshake(); });
  resolver.resolve([this](auto found) { after_resolve(std::move(found)); });
}

void CoapClient::Body::after_resolve(base::Result<std::vector<SocketAddress>> found) {
  if (state != State::kConnecting || session != nullptr) return;  // too late: the limit is over
  if (!found) return fail(found.error());
  auto made = new_session(found->at(next_address++ % found->size()));
  if (!made) return fail(made.error());
  session = *made;
  coap_session_set_mtu(session, kMtu);
  coap_session_set_ack_timeout(session, kAckTimeout);
  coap_session_set_nstart(session, kNstart);
  if (is_plain()) is_established = true;
  look();
}

base::Result<coap_session_t*> CoapClient::Body::new_session(const SocketAddress& address) {
  const coap_address_t to = coap_address(address);
  coap_session_t* made = nullptr;
  if (is_plain()) {
    made = coap_new_client_session(context, nullptr, &to, COAP_PROTO_UDP);
  } else {
    coap_dtls_cpsk_t setup{};
    setup.version = COAP_DTLS_CPSK_SETUP_VERSION;
    setup.psk_info.identity = bytes_of(psk->identity);
    setup.psk_info.key = bytes_of(psk->key.reveal());
    made = coap_new_client_session_psk2(context, nullptr, &to, COAP_PROTO_DTLS, &setup);
  }
  if (made == nullptr)
    return base::fail(Code::kOffline, "no way to {}: check the address and our network", peer());
  return made;
}

void CoapClient::Body::after_silence_in_handshake() {
  const auto limit_ms = base::to_ms(options.connect_limit);
  if (session == nullptr)
    return fail({Code::kTimeout, fmt::format("the name {} is not resolved within {} ms: check DNS",
                                             options.host, limit_ms)});
  if (has_server_answered(*session))
    return fail({Code::kDenied,
                 fmt::format("{} answers, but the handshake does not end: the key is wrong on one "
                             "side; check the key file and the identity",
                             peer())});
  fail({Code::kTimeout,
        fmt::format("{}: no DTLS answer within {} ms; check the address, and that no firewall "
                    "swallows this UDP port",
                    peer(), limit_ms)});
}

// From inside of libcoap.
void CoapClient::Body::on_event(coap_event_t event) {
  if (session == nullptr) return;  // the one that set OpenSSL up
  if (event == COAP_EVENT_DTLS_CONNECTED) {
    if (is_acceptable(*session)) {
      is_established = true;
    } else {
      end({Code::kDenied, peer() + " agrees on no authenticated encryption: check its ciphers"});
    }
  } else if (event == COAP_EVENT_DTLS_ERROR) {
    end({Code::kDenied,
         peer() + " refused the handshake: check that it knows our identity and key"});
  } else if (event == COAP_EVENT_DTLS_CLOSED) {
    // A goodbye, or an ICMP message, in which libcoap makes no difference.
    end(is_established ? Error{Code::kOffline, peer() + " closed the association"} : gone());
  }
}

// From inside of libcoap.
void CoapClient::Body::on_nack(coap_nack_reason_t reason, coap_mid_t mid, const coap_pdu_t* sent) {
  if (session == nullptr) return;  // it is being released
  if (reason == COAP_NACK_RST) {
    heard = loop.now();
    if (ping == mid) {
      ping.reset();
    } else if (sent != nullptr) {
      events.on_reset(response_of(*sent).token);
    }
    return;
  }
  if (reason == COAP_NACK_TOO_MANY_RETRIES)
    end({Code::kTimeout, peer() + " does not acknowledge any more: connection lost"});
  else
    end(gone());
}

// From inside of libcoap.
coap_response_t CoapClient::Body::on_response(const coap_pdu_t& pdu) {
  heard = loop.now();
  if (state != State::kUp || ended) return COAP_RESPONSE_FAIL;
  return events.on_response(response_of(pdu)) ? COAP_RESPONSE_OK : COAP_RESPONSE_FAIL;
}

void CoapClient::Body::after_handshake() {
  state = State::kUp;
  timer.reset();
  coap_session_set_max_retransmit(session, kMaxRetransmit);
  backoff.reset();
  attempts = 0;
  last_error.clear();
  ping.reset();
  heard = loop.now();
  base::log::info("coap", "connected", {{"to", peer()}});
  keep_alive();
  events.on_up();
}

void CoapClient::Body::keep_alive() {
  const auto silent = loop.now() - heard;
  if (silent >= options.keepalive && !ping) {
    ping = coap_new_message_id(session);
    if (coap_pdu_t* const message = make_ping(static_cast<std::uint16_t>(*ping));
        message != nullptr)
      coap_send(session, message);
  }
  const auto rest = silent >= options.keepalive ? options.keepalive : options.keepalive - silent;
  keepalive = loop.after(rest, [this] { keep_alive(); });
  if (ended) look();
}

Error CoapClient::Body::gone() const {
  return {Code::kOffline,
          fmt::format("{}: connection refused; check the address, and that it listens on this UDP "
                      "port",
                      peer())};
}

void CoapClient::Body::end(Error why) {
  if (!ended) ended = std::move(why);
}

// What libcoap has found out, now that it has returned.
void CoapClient::Body::look() {
  if (session == nullptr) return;
  // It does not tell of an association that the peer, or an ICMP message, has ended.
  if (!ended && coap_session_get_state(session) == COAP_SESSION_STATE_NONE) end(gone());
  if (ended) return fail(*ended);
  if (is_established && state == State::kConnecting) after_handshake();
}

// Never from inside of libcoap.
void CoapClient::Body::fail(const Error& why) {
  const bool was_up = state == State::kUp;
  state = State::kWaiting;
  keepalive.reset();
  if (session != nullptr) coap_session_release(std::exchange(session, nullptr));
  psk.reset();
  last_error = why.what;
  ++attempts;
  const auto wait = backoff.next();
  base::log::warn("coap", was_up ? "connection lost" : "no connection",
                  {{"to", peer()}, {"why", why}, {"again_in_ms", base::to_ms(wait)}});
  timer = loop.after(wait, [this] { attempt(); });
  if (was_up) events.on_down(why);
}

CoapClient::CoapClient(base::Loop& loop, CoapClientOptions options, CoapRequesterEvents events)
    : body_(std::make_unique<Body>(loop, std::move(options), std::move(events))) {}
CoapClient::~CoapClient() = default;

bool CoapClient::send(const CoapOutgoing& request) {
  Body& body = *body_;
  if (body.state != Body::State::kUp || body.ended) return false;
  coap_pdu_t* const pdu = make_call(coap_new_message_id(body.session), request.token, request,
                                    coap_session_max_pdu_size(body.session));
  if (pdu == nullptr) return false;
  const bool is_sent = coap_send(body.session, pdu) != COAP_INVALID_MID;
  // Sending may find out that nobody is there.
  if (!is_sent || body.ended)
    body.loop.post([&body, living = std::weak_ptr(body.alive)] {
      if (!living.expired()) body.look();
    });
  return is_sent;
}

CoapRequesterStatus CoapClient::status() const {
  return {body_->state == Body::State::kUp, body_->last_error, body_->attempts};
}

}  // namespace linli::net
