#include <algorithm>
#include <utility>

#include "drivers/coap/coap_driver.hpp"
#include "drivers/native/native_codec.hpp"
#include "firmware/base/log.hpp"

// The driver's way down: who observes /linli/v1/command, and the commands that are told there.
namespace linli::drivers::coap {

using base::Code;
using net::CoapReply;

CoapReply CoapDriver::listen(const net::CoapRequest& request, const Attached& device,
                             CoapReply reply) {
  // The rest of a command that did not fit its notification.
  const auto told = told_.find(device.id);
  if (request.block2.value_or(net::CoapBlock{}).number > 0 && told != told_.end() &&
      told->second.session == request.exchange.session) {
    CoapReply rest = told->second.whole;
    rest.observe.reset();
    return rest;
  }
  if (request.observe == 1U) {
    observations_.cancel(device.id, request.exchange.token);
    silence_.asks_no_more(device.id);
  }
  if (request.observe != 0U) return reply;
  silence_.asks_again_within(device.id, request.exchange.session,
                             std::chrono::seconds(kObserveMaxAgeS));
  const auto evicted =
      observations_.add({device.id, request.exchange.session, request.exchange.token,
                         reply.format.value_or(net::CoapFormat::kJson)});
  if (evicted) {
    base::log::warn("coap", "more devices listen than there is room for: the oldest no longer does",
                    {{"device", evicted->device}, {"in_all", observations_.evicted()}});
  }
  reply.observe = observations_.next_sequence();
  reply.max_age_s = kObserveMaxAgeS;
  return reply;
}

void CoapDriver::invoke(ports::ActionRequest request, base::Done<ports::ActionReply> done) {
  if (lwm2m_.serves(request.device)) return lwm2m_.invoke(request, std::move(done));
  const auto fail_later = [this, &done](base::Failure why) {
    loop_.post([done = std::move(done), why = std::move(why)]() mutable { std::move(done)(why); });
  };
  const auto device = devices_.find(request.device);
  const Observation* const observation = observations_.find(request.device);
  if (device == devices_.end())
    return fail_later(base::fail(Code::kNotFound, "the device is not attached"));
  if (observation == nullptr)
    return fail_later(base::fail(Code::kOffline, "the device does not observe /linli/v1/command"));
  settle(request.device, ports::ActionReply{true, "{}"});
  CoapReply whole =
      content(native::encode_command(device->second.profile->actions[request.action], request),
              static_cast<std::uint16_t>(observation->format));
  whole.observe = observations_.next_sequence();
  whole.max_age_s =
      static_cast<std::uint32_t>(std::max<std::int64_t>(1, base::to_ms(request.expires_in) / 1000));
  const auto sent = outlet_->notify(observation->session, observation->token,
                                    slice(whole, std::nullopt, net::CoapBlock::kMaxSzx));
  if (!sent) {
    return fail_later(base::fail(Code::kOffline, "the device's association has ended"));
  }
  Told& told = told_[request.device];
  told = {request.command,  observation->session, *sent,
          std::move(whole), std::move(done),      base::Handle()};
  told.limit = loop_.after(request.expires_in, [this, id = request.device] {
    settle(id, ports::ActionReply{true, "{}"});
  });
}

// What was told is over: the answer is here or will come as a report, or it never will.
void CoapDriver::settle(const domain::DeviceId& device, base::Result<ports::ActionReply> reply) {
  const auto found = told_.find(device);
  if (found == told_.end()) return;
  loop_.post([done = std::move(found->second.done), reply = std::move(reply)]() mutable {
    std::move(done)(std::move(reply));
  });
  told_.erase(found);
}

void CoapDriver::on_undelivered(std::uint64_t session, std::uint16_t message_id, bool refused) {
  if (lwm2m_.on_undelivered(session, message_id, refused)) return;
  const auto told =
      std::find_if(told_.begin(), told_.end(), [session, message_id](const auto& one) {
        return one.second.session == session && one.second.message_id == message_id;
      });
  if (told == told_.end()) return;
  ++counts_.undelivered_commands;
  const domain::DeviceId device = told->first;
  observations_.remove(device);  // RFC 7641 §4.5
  if (refused) silence_.asks_no_more(device);
  settle(device, refused ? base::fail(Code::kRefused, "the device no longer observes")
                         : base::fail(Code::kTimeout, "the device did not acknowledge"));
}

}  // namespace linli::drivers::coap
