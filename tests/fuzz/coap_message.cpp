#include <coap3/coap.h>

#include "drivers/coap/block_transfer.hpp"
#include "drivers/coap/native_resources.hpp"
#include "firmware/domain/profile_codec.hpp"
#include "firmware/net/coap_pdu.hpp"

namespace {

namespace coap = linli::drivers::coap;
namespace domain = linli::domain;
namespace net = linli::net;

const domain::Profile& profile() {
  static const domain::Profile kProfile =
      domain::parse_profile("fuzz/coap", R"({"@type":"tm:ThingModel",
    "titles":{"zh":"x","en":"x"},"properties":{"t":{"titles":{"zh":"x","en":"x"},"type":"number","minimum":0,"maximum":9}},
    "events":{"e":{"titles":{"zh":"x","en":"x"},"linli:stream":"alarm","data":{"type":"object","properties":{"n":{"type":"integer"}}}}}})")
          .value();
  return kProfile;
}

net::CoapReply reply_to(net::CoapRequest& request, coap::BlockUploads& uploads) {
  const auto resource = coap::find_resource(request.path);
  if (!resource) return {net::CoapCode::kNotFound};
  auto step = uploads.take(request, linli::base::TimePoint{});
  if (auto* reply = std::get_if<net::CoapReply>(&step)) return *reply;
  const coap::Caller caller{domain::DeviceId::parse("d").value(), profile(), {}};
  auto outcome =
      coap::handle(*resource, request, std::get<coap::BlockUploads::Whole>(step).payload, caller);
  if (auto* reply = std::get_if<net::CoapReply>(&outcome)) return *reply;
  const auto& stored = std::get<coap::ToStore>(outcome);
  const auto& report = stored.report;
  const bool is_empty = report.readings.empty() && report.events.empty() &&
                        report.results.empty() && !report.presence;
  if (report.rejection && !is_empty) __builtin_trap();
  if (!report.events.empty() && !request.exchange.confirmable) __builtin_trap();
  return stored.reply;
}

}  // namespace

// A datagram from libcoap's parser through resources and blocks to the message that goes back. What
// an unproved address gets is within its limit.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static const bool kStarted = [] {
    coap_startup();
    coap_set_log_level(LOG_EMERG);
    return true;
  }();
  static coap::BlockUploads uploads;
  coap_pdu_t* const pdu = coap_pdu_init(COAP_MESSAGE_CON, COAP_EMPTY_CODE, 0, 2048);
  if (!kStarted || pdu == nullptr) return 0;
  if (size < 2048 && coap_pdu_parse(COAP_PROTO_UDP, data, size, pdu) != 0) {
    net::CoapRequest request = net::request_of(*pdu);
    if (request.bytes > size + 16) __builtin_trap();
    const net::CoapReply whole = reply_to(request, uploads);
    if (uploads.size() > coap::BlockUploads::kMaxTransfers) __builtin_trap();
    const net::CoapReply small = coap::fit_unproved(whole, request);
    if (coap::message_bytes(small, request.exchange) + coap::kDatagramOverhead >
        coap::kMaxAmplification * (request.bytes + coap::kDatagramOverhead))
      __builtin_trap();
    for (const auto& reply : {small, coap::slice(whole, request.block2, net::CoapBlock::kMaxSzx)}) {
      coap_pdu_t* const back =
          net::make_pdu(net::CoapType::kAcknowledgement, 1, request.exchange.token, reply, 1152);
      if (back == nullptr) __builtin_trap();
      coap_delete_pdu(back);
    }
  }
  coap_delete_pdu(pdu);
  return 0;
}
