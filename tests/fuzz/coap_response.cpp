#include <coap3/coap.h>

#include "firmware/net/coap_pdu.hpp"
#include "firmware/platform/coap_upload.hpp"
#include "firmware/platform/command_watch.hpp"
#include "firmware/platform/down_messages.hpp"

namespace {

namespace net = linli::net;
namespace platform = linli::platform;

// Whatever comes back, the next block is a block of the payload, and the transfer ends.
void upload(const net::CoapResponse& response) {
  constexpr std::size_t kPayload = 5000;
  constexpr int kMostBlocks = 3 * (kPayload / 16 + 1);
  platform::CoapUpload upload(std::string(kPayload, 'x'));
  for (int blocks = 0;; ++blocks) {
    net::CoapOutgoing request;
    upload.fill(request);
    if (blocks > kMostBlocks || request.payload.empty()) __builtin_trap();
    if (!request.block1 || request.payload.size() > request.block1->size() ||
        request.block1->offset() + request.payload.size() > kPayload)
      __builtin_trap();
    net::CoapResponse answer = response;
    // The platform answers for the block that it got.
    if (answer.block1) answer.block1->number = request.block1->number;
    if (upload.on_response(answer) != platform::CoapUpload::Step::kSendNext) return;
  }
}

void watch(const net::CoapResponse& response) {
  platform::CommandWatch watch(response.token);
  const linli::base::TimePoint now{};
  const auto command = watch.on_message(response, now);
  if (command && !watch.renew_at()) __builtin_trap();
  if (watch.renew_at() && *watch.renew_at() <= now) __builtin_trap();
  if (command) static_cast<void>(platform::parse_platform_command(*command));
}

}  // namespace

// A datagram of the platform from libcoap's parser to what the way north makes of it.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const bool kStarted = [] {
    coap_startup();
    coap_set_log_level(LOG_EMERG);
    return true;
  }();
  coap_pdu_t* const pdu = coap_pdu_init(COAP_MESSAGE_CON, COAP_EMPTY_CODE, 0, 2048);
  if (!kStarted || pdu == nullptr) return 0;
  if (size < 2048 && coap_pdu_parse(COAP_PROTO_UDP, data, size, pdu) != 0) {
    const net::CoapResponse response = net::response_of(*pdu);
    upload(response);
    watch(response);
    static_cast<void>(platform::parse_accepted_reply(response.payload));
  }
  coap_delete_pdu(pdu);
  return 0;
}
