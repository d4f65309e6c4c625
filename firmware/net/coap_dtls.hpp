#pragma once

#include <functional>

#include "firmware/base/result.hpp"

struct coap_context_t;
struct coap_session_t;

// What libcoap does not let its user set in OpenSSL, for net::CoapEndpoint and
// net::CoapClient alone.
namespace linli::net {

// DTLS 1.2 with authenticated encryption only, without renegotiation, session cache and tickets:
// whoever resumes an association is not asked for its key, and could come back after it was
// revoked. After the keys are set up, or the first handshake has none. kInternal if it cannot be
// done.
base::Result<void> harden(coap_context_t& context);

// False for an association that was resumed, because libcoap does not know whose it is, and for one
// without authenticated encryption, which the first handshake could still agree on.
bool is_acceptable(const coap_session_t& session);

// Of a client whose handshake has not ended: did the server say anything but "show me that you are
// there"? Then it is our keys that do not fit, and not the network.
bool has_server_answered(const coap_session_t& session);

// `on_hello` is called, from inside of libcoap, when a handshake begins at the address of this
// established association: OpenSSL drops such records without a word. It must outlive the session.
void watch_hellos(const coap_session_t& session, std::function<void()>& on_hello);

}  // namespace linli::net
