#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>
#include <string_view>

#include "firmware/net/coap_dtls.hpp"
#include "firmware/net/coap_endpoint_body.hpp"

namespace linli::net {
namespace {

using base::Code;

// Sessions that libcoap makes before we know who it is: plain ones, and handshakes with an SSL
// object each. The one unused for longest makes room.
constexpr unsigned kMaxIdleSessions = 256;
// Addresses that sent a ClientHello and have not returned the cookie: small, and kept for 30 s.
// libcoap ignores new ones beyond this.
constexpr unsigned kMaxHellos = 4096;

// With a wrong key the client's last message cannot be read, OpenSSL passes over it, and all that
// is left to see is that nothing comes: for 1 + 2 + 4 s. A device that was reset in the middle of
// its handshake, and begins anew on its old port, has to wait for that too.
constexpr std::uint16_t kMaxHandshakeRetransmit = 2;

base::Result<coap_address_t> address_of(const std::string& text, int port) {
  coap_address_t address;
  coap_address_init(&address);
  address.addr.sin = {};
  if (inet_pton(AF_INET, text.c_str(), &address.addr.sin.sin_addr) == 1) {
    address.addr.sin.sin_family = AF_INET;
    address.addr.sin.sin_port = htons(static_cast<std::uint16_t>(port));
    address.size = sizeof(address.addr.sin);
    return address;
  }
  address.addr.sin6 = {};
  if (inet_pton(AF_INET6, text.c_str(), &address.addr.sin6.sin6_addr) == 1) {
    address.addr.sin6.sin6_family = AF_INET6;
    address.addr.sin6.sin6_port = htons(static_cast<std::uint16_t>(port));
    address.size = sizeof(address.addr.sin6);
    return address;
  }
  return base::fail(Code::kInvalid, "'{}' is no IP address to listen on", text);
}

}  // namespace

base::Result<void> CoapEndpoint::Body::open(const CoapEndpointOptions& options) {
  coap_startup();
  // What peers do is no reason to write: it is counted, and told by whoever handles it.
  coap_set_log_level(LOG_EMERG);
  coap_dtls_set_log_level(LOG_EMERG);
  context = coap_new_context(nullptr);
  if (context == nullptr) return base::fail(Code::kInternal, "no memory for CoAP");
  coap_set_app_data(context, this);
  coap_context_set_max_idle_sessions(context, kMaxIdleSessions);
  coap_context_set_max_handshake_sessions(context, kMaxHellos);
  set_up_keys();
  if (auto done = harden(*context); !done) return done;
  set_up_resources();
  if (auto done = listen(options.listen, options.port, COAP_PROTO_DTLS); !done) return done;
  if (options.plain_port != 0) {
    if (auto done = listen(options.listen, options.plain_port, COAP_PROTO_UDP); !done) return done;
  }
  watch = loop.readable(coap_context_get_coap_fd(context), [this] { process(); });
  sweep();
  return {};
}

base::Result<void> CoapEndpoint::Body::listen(const std::string& address, int port,
                                              coap_proto_t proto) const {
  const auto at = address_of(address, port);
  if (!at) return base::Failure(at.error());
  if (coap_new_endpoint(context, &*at, proto) == nullptr) {
    return base::fail(Code::kConflict, "cannot listen on UDP port {} of {}: is it taken?", port,
                      address);
  }
  return {};
}

void CoapEndpoint::Body::set_up_keys() {
  static constexpr std::string_view kHint = "linli";
  coap_dtls_spsk_t setup{};
  setup.version = COAP_DTLS_SPSK_SETUP_VERSION;
  setup.psk_info.hint = {kHint.size(), reinterpret_cast<const std::uint8_t*>(kHint.data())};
  setup.validate_id_call_back = [](coap_bin_const_t* identity, coap_session_t* /*session*/,
                                   void* body) -> const coap_bin_const_t* {
    return static_cast<Body*>(body)->key_of(*identity);
  };
  setup.id_call_back_arg = this;
  coap_context_set_psk2(context, &setup);
}

void CoapEndpoint::Body::set_up_resources() const {
  static constexpr std::array kMethods{COAP_REQUEST_GET,    COAP_REQUEST_POST,  COAP_REQUEST_PUT,
                                       COAP_REQUEST_DELETE, COAP_REQUEST_FETCH, COAP_REQUEST_PATCH,
                                       COAP_REQUEST_IPATCH};
  const coap_method_handler_t handler = [](coap_resource_t* /*resource*/, coap_session_t* session,
                                           const coap_pdu_t* request,
                                           const coap_string_t* /*query*/, coap_pdu_t* response) {
    of(session).on_request(session, *request, *response);
  };
  // libcoap would answer for .well-known/core itself if there were no resource of that name.
  coap_str_const_t* const core = coap_make_str_const(".well-known/core");
  for (coap_resource_t* resource :
       {coap_resource_unknown_init2(handler, 0), coap_resource_init(core, 0)}) {
    for (const auto method : kMethods) coap_register_request_handler(resource, method, handler);
    coap_add_resource(context, resource);
  }
  coap_register_event_handler(context, [](coap_session_t* session, const coap_event_t event) {
    if (event == COAP_EVENT_SERVER_SESSION_NEW)
      coap_session_set_max_retransmit(session, kMaxHandshakeRetransmit);
    if (event == COAP_EVENT_DTLS_CONNECTED) of(session).after_handshake(session);
    if (event == COAP_EVENT_SERVER_SESSION_DEL) of(session).before_delete(session);
    return 0;
  });
  coap_register_response_handler(context, [](coap_session_t* raw, const coap_pdu_t* /*sent*/,
                                             const coap_pdu_t* received, const coap_mid_t /*mid*/) {
    of(raw).on_answer(raw, *received);
    // libcoap would acknowledge a confirmable one now. It is ours to do that, when the store has
    // it; the message was made by libcoap and is not really constant.
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): there is no other way to say so
    coap_pdu_set_type(const_cast<coap_pdu_t*>(received), COAP_MESSAGE_NON);
    return COAP_RESPONSE_OK;
  });
  coap_register_nack_handler(context, [](coap_session_t* raw, const coap_pdu_t* /*sent*/,
                                         const coap_nack_reason_t reason, const coap_mid_t mid) {
    of(raw).on_nack(raw, static_cast<std::uint16_t>(mid), reason == COAP_NACK_RST);
  });
}

void CoapEndpoint::Body::close() {
  watch.reset();
  timer.reset();
  *alive = false;
  events.on_answer = [](const CoapAnswer&) {};
  events.on_undelivered = [](std::uint64_t, std::uint16_t, bool) {};
  events.on_session_end = [](std::uint64_t) {};
  while (!sessions.empty()) end(sessions.begin()->first);
  if (context != nullptr) coap_free_context(context);
  context = nullptr;
}

}  // namespace linli::net
