#include "drivers/coap/tapped_outlet.hpp"

#include <utility>

#include "drivers/coap/message_bytes.hpp"

namespace linli::drivers::coap {

void TappedOutlet::belongs(std::uint64_t session, const std::string& device,
                           const std::string& peer,
                           std::shared_ptr<const domain::Profile> profile) {
  // Numbers of sessions grow: the first one is the oldest.
  if (sessions_.size() >= kMaxSessions && !sessions_.contains(session))
    sessions_.erase(sessions_.begin());
  sessions_[session] = {device, peer, std::move(profile)};
}

void TappedOutlet::show(std::uint64_t session, std::string head, std::string bytes,
                        Lwm2mWords words) {
  ports::Frame frame;
  frame.kind = ports::FrameKind::kCoap;
  frame.direction = ports::FrameDirection::kOut;
  if (const auto found = sessions_.find(session); found != sessions_.end()) {
    frame.device = found->second.device;
    frame.peer = found->second.peer;
  }
  frame.head = std::move(head);
  frame.payload = std::move(bytes);
  frame.words = std::move(words.summary);
  frame.decoded = std::move(words.decoded);
  tap_.frame("coap", std::move(frame));
}

// A reply has a message id of its own unless it goes with the acknowledgement; the values do not
// know it, and the capture gives the request's.
void TappedOutlet::reply(const net::CoapExchange& exchange, const net::CoapReply& reply) {
  const CoapType type = exchange.confirmable ? CoapType::kAck : CoapType::kNon;
  show(exchange.session, title_of(static_cast<std::uint8_t>(reply.code)),
       message_bytes(type, exchange.message_id, exchange.token, reply), words_of(reply));
  outlet_->reply(exchange, reply);
}

void TappedOutlet::acknowledge(const net::CoapExchange& exchange) {
  show(exchange.session, "ACK", empty_message(CoapType::kAck, exchange.message_id));
  outlet_->acknowledge(exchange);
}

void TappedOutlet::reply_separately(const net::CoapExchange& exchange,
                                    const net::CoapReply& reply) {
  const CoapType type = exchange.confirmable ? CoapType::kCon : CoapType::kNon;
  show(exchange.session, title_of(static_cast<std::uint8_t>(reply.code)),
       message_bytes(type, exchange.message_id, exchange.token, reply), words_of(reply));
  outlet_->reply_separately(exchange, reply);
}

std::optional<std::uint16_t> TappedOutlet::notify(std::uint64_t session, const std::string& token,
                                                  const net::CoapReply& reply) {
  const auto message_id = outlet_->notify(session, token, reply);
  if (message_id) {
    show(session, title_of(static_cast<std::uint8_t>(reply.code)),
         message_bytes(CoapType::kCon, *message_id, token, reply));
  }
  return message_id;
}

std::optional<std::uint16_t> TappedOutlet::call(std::uint64_t session, const std::string& token,
                                                const net::CoapCall& call) {
  const auto message_id = outlet_->call(session, token, call);
  if (message_id) {
    const auto found = sessions_.find(session);
    const bool is_known = found != sessions_.end() && found->second.profile != nullptr;
    show(session, title_of(call.method, call.path), message_bytes(*message_id, token, call),
         is_known ? words_of(call, *found->second.profile) : Lwm2mWords{});
  }
  return message_id;
}

void TappedOutlet::reset(const net::CoapExchange& exchange) {
  show(exchange.session, "RST", empty_message(CoapType::kRst, exchange.message_id));
  outlet_->reset(exchange);
}

}  // namespace linli::drivers::coap
