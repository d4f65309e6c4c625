#include <utility>

#include "drivers/coap/coap_driver.hpp"
#include "drivers/coap/lwm2m_words.hpp"
#include "drivers/coap/message_bytes.hpp"

// What the driver shows of the messages that it receives; TappedOutlet shows what it sends.
namespace linli::drivers::coap {

ports::Frame CoapDriver::frame_of(const net::CoapRequest& request, const Attached& device) const {
  ports::Frame frame;
  frame.kind = ports::FrameKind::kCoap;
  frame.device = device.id.str();
  frame.peer = request.address;
  frame.head = title_of(request.method, request.path);
  frame.payload = message_bytes(request);
  frame.profile = device.profile;
  if (!lwm2m_.serves(device.id)) return frame;
  Lwm2mWords words = words_of(request, *device.profile);
  frame.words = std::move(words.summary);
  frame.decoded = std::move(words.decoded);
  return frame;
}

void CoapDriver::show(ports::Frame frame, const Outcome* outcome) {
  if (tapped_ == nullptr) return;
  const auto* const to_store = outcome == nullptr ? nullptr : std::get_if<ToStore>(outcome);
  if (to_store != nullptr) frame.report = to_store->report;
  dependencies_.frames->frame("coap", std::move(frame));
}

void CoapDriver::show(const net::CoapAnswer& answer, const Attached& device) {
  if (tapped_ == nullptr) return;
  tapped_->belongs(answer.exchange.session, device.id.str(), answer.address, device.profile);
  ports::Frame frame;
  frame.kind = ports::FrameKind::kCoap;
  frame.device = device.id.str();
  frame.peer = answer.address;
  frame.head = title_of(answer.code);
  frame.payload = message_bytes(answer);
  frame.profile = device.profile;
  Lwm2mWords words =
      words_of(answer, lwm2m_.path_of(device.id, answer.exchange.token), *device.profile);
  frame.words = std::move(words.summary);
  frame.decoded = std::move(words.decoded);
  dependencies_.frames->frame("coap", std::move(frame));
}

}  // namespace linli::drivers::coap
