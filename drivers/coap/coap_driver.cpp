#include "drivers/coap/coap_driver.hpp"

#include <algorithm>
#include <utility>

#include "drivers/coap/message_bytes.hpp"
#include "drivers/coap/reports.hpp"
#include "drivers/native/native_codec.hpp"
#include "firmware/base/log.hpp"

namespace linli::drivers::coap {
namespace {

using base::Code;
using net::CoapCode;
using net::CoapMethod;
using net::CoapReply;

constexpr std::uint32_t kFloodPauseS = 1;
constexpr std::uint32_t kStorePauseS = 5;
constexpr std::uint32_t kFullPauseS = 30;

// Asking twice does no harm (RFC 7252 §5.1): such repeats need no memory.
bool is_safe(CoapMethod method) {
  return method == CoapMethod::kGet || method == CoapMethod::kFetch;
}

bool is_error(CoapCode code, unsigned error_class) {
  return static_cast<unsigned>(code) >> 5U == error_class;
}

CoapReply come_back(CoapCode code, std::uint32_t after_s, std::string why) {
  CoapReply reply{code, std::move(why)};
  reply.max_age_s = after_s;  // RFC 7252 §5.9.3.4
  return reply;
}

CoapReply not_stored(const base::Error& why) {
  if (why.code == Code::kRefused)
    return come_back(CoapCode::kTooManyRequests, kFloodPauseS, "too many readings a second");
  const auto pause = why.code == Code::kFull ? kFullPauseS : kStorePauseS;
  return come_back(CoapCode::kUnavailable, pause, "it could not be stored");
}

}  // namespace

// A report between request and commit.
struct CoapDriver::Waiting {
  net::CoapExchange exchange;
  domain::DeviceId device;
  std::vector<domain::CommandId> answered;
  CoapReply reply;
  base::Task after;
  bool changes_presence = false;
  bool is_acknowledged = false;
};

CoapDriver::CoapDriver(base::Loop& loop, ports::Intake& intake, const ports::WallClock& clock,
                       Dependencies dependencies)
    : loop_(loop),
      intake_(intake),
      clock_(clock),
      dependencies_(std::move(dependencies)),
      silence_(loop, intake),
      lwm2m_(
          loop, intake, [this] { return outlet_.get(); },
          static_cast<std::uint32_t>(clock.now().unix_ms / 1000)) {
  observations_.start_sequence(static_cast<std::uint32_t>(clock.now().unix_ms / 1000));
}

CoapDriver::~CoapDriver() = default;

base::Result<void> CoapDriver::accepts(const domain::Profile& profile,
                                       std::string_view address) const {
  if (domain::dialect_of(profile) == domain::Dialect::kTopics) {
    return base::fail(Code::kUnsupported,
                      "{} describes a foreign MQTT device: CoAP devices speak the native contract "
                      "or LwM2M",
                      profile.name);
  }
  if (address.empty()) return {};
  const std::string text(address);
  if (!base::is_ip_address(text))
    return base::fail(Code::kInvalid, "'{}' is no IP address", address);
  const auto& allowed = dependencies_.plain_from;
  if (std::none_of(allowed.begin(), allowed.end(),
                   [&text](const base::Subnet& subnet) { return subnet.contains(text); })) {
    return base::fail(Code::kDenied,
                      "{} may not speak without a key: plain CoAP is for the subnets of "
                      "coap.plain_from, if coap.plain_port is set",
                      address);
  }
  return {};
}

base::Result<void> CoapDriver::attach(domain::DeviceId device,
                                      std::shared_ptr<const domain::Profile> profile,
                                      std::string_view address) {
  if (auto accepted = accepts(*profile, address); !accepted) return accepted;
  detach(device);
  if (!address.empty() && !by_address_.try_emplace(std::string(address), device).second) {
    return base::fail(Code::kConflict, "{} is the address of another device", address);
  }
  const domain::DeviceId key = device;
  const base::Duration limit = silence_limit(*profile, dependencies_.silent_after);
  if (domain::dialect_of(*profile) == domain::Dialect::kLwm2m) {
    lwm2m_.attach(key, profile, limit);
  } else {
    silence_.expect(key, limit);
  }
  devices_[key] = {std::move(device), std::move(profile), std::string(address)};
  open();
  return {};
}

void CoapDriver::detach(const domain::DeviceId& device) {
  const auto found = devices_.find(device);
  if (found == devices_.end()) return;
  settle(device, base::fail(Code::kNotFound, "the device was removed"));
  observations_.remove(device);
  silence_.forget(device);
  lwm2m_.detach(device);
  by_address_.erase(found->second.address);
  devices_.erase(found);
}

// The first device opens the ports; without any there is nothing to be attacked.
void CoapDriver::open() {
  if (outlet_) return;
  auto outlet = dependencies_.open();
  if (outlet) {
    outlet_ = *std::move(outlet);
    if (dependencies_.frames != nullptr) {
      auto tapped = std::make_unique<TappedOutlet>(std::move(outlet_), *dependencies_.frames);
      tapped_ = tapped.get();
      outlet_ = std::move(tapped);
    }
    last_error_.clear();
    open_again_.reset();
    return;
  }
  if (last_error_ != outlet.error().what)
    base::log::error("coap", "cannot listen", {{"why", outlet.error()}});
  last_error_ = outlet.error().what;
  open_again_ = loop_.after(kOpenAgain, [this] { open(); });
}

const CoapDriver::Attached* CoapDriver::identify(const std::string& identity,
                                                 const std::string& address) const {
  if (!identity.empty()) {
    const auto id = domain::DeviceId::parse(identity);
    const auto found = id ? devices_.find(*id) : devices_.end();
    return found == devices_.end() ? nullptr : &found->second;
  }
  const auto found = by_address_.find(address);
  return found == by_address_.end() ? nullptr : &devices_.at(found->second);
}

void CoapDriver::on_request(net::CoapRequest request) {
  ++counts_.requests;
  const Attached* const device = identify(request.identity, request.address);
  if (device == nullptr) {
    ++counts_.strangers;
    return outlet_->reply(request.exchange, {CoapCode::kUnauthorized});
  }
  ports::Frame frame;
  if (tapped_ != nullptr) {
    tapped_->belongs(request.exchange.session, device->id.str(), request.address, device->profile);
    frame = frame_of(request, *device);
  }
  if (!is_safe(request.method)) {
    const auto verdict = exchanges_.begin(request.exchange, loop_.now());
    if (verdict.seen != ExchangeCache::Seen::kNew) {
      show(std::move(frame), nullptr);
      return answer_repeat(request, verdict.reply);
    }
  }
  const bool is_back = notice(request, *device);
  Outcome outcome = decide(request, *device);
  show(std::move(frame), &outcome);
  if (auto* to_store = std::get_if<ToStore>(&outcome))
    return store(request, std::move(*to_store), is_back);
  if (is_back) silence_.say_online(device->id);
  answer(request, std::get<CoapReply>(std::move(outcome)));
}

// `reply`: what the first one got; nullptr if that is still to come.
void CoapDriver::answer_repeat(const net::CoapRequest& request, const CoapReply* reply) {
  ++counts_.repeats;
  // RFC 7252 §4.5: a repeated non-confirmable message is passed over.
  if (!request.exchange.confirmable) return;
  if (reply == nullptr) {
    outlet_->acknowledge(request.exchange);
  } else {
    outlet_->reply(request.exchange, *reply);
  }
}

// True if the device did not count as there. Whether a LwM2M device is, its registration says.
bool CoapDriver::notice(const net::CoapRequest& request, const Attached& device) {
  const bool presents_itself = !is_safe(request.method) || request.observe == 0U;
  return silence_.heard(device.id, request.exchange.session, presents_itself);
}

void CoapDriver::answer(const net::CoapRequest& request, CoapReply reply) {
  if (is_error(reply.code, 4)) ++counts_.refused;
  reply = request.is_plain() ? fit_unproved(std::move(reply), request)
                             : slice(std::move(reply), request.block2, net::CoapBlock::kMaxSzx);
  if (!is_safe(request.method)) exchanges_.answer(request.exchange, reply);
  outlet_->reply(request.exchange, reply);
}

Outcome CoapDriver::decide(net::CoapRequest& request, const Attached& device) {
  if (request.has_bad_option) return CoapReply{CoapCode::kBadOption};
  const bool is_lwm2m = lwm2m_.serves(device.id);
  const auto resource = find_resource(request.path);
  if (!resource && !is_lwm2m) return CoapReply{CoapCode::kNotFound};
  auto step = uploads_.take(request, loop_.now());
  if (auto* reply = std::get_if<CoapReply>(&step)) return std::move(*reply);
  const std::string& payload = std::get<BlockUploads::Whole>(step).payload;
  Outcome outcome = is_lwm2m ? lwm2m_.decide(request, payload, device.id)
                             : handle(*resource, request, payload,
                                      Caller{device.id, *device.profile, clock_.now()});
  auto* const reply = std::get_if<CoapReply>(&outcome);
  if (reply != nullptr && !is_lwm2m && *resource == Resource::kCommand &&
      reply->code == CoapCode::kContent)
    return listen(request, device, std::move(*reply));
  if (auto* to_store = std::get_if<ToStore>(&outcome)) to_store->reply.block1 = request.block1;
  return outcome;
}

void CoapDriver::store(const net::CoapRequest& request, ToStore to_store, bool is_back) {
  if (waiting_ >= kMaxWaiting) {
    ++counts_.busy;
    if (is_back) silence_.doubt(to_store.report.device);
    return answer(request, come_back(CoapCode::kUnavailable, kStorePauseS, "too much waits"));
  }
  ++waiting_;
  if (is_error(to_store.reply.code, 4)) ++counts_.refused;
  auto waiting = std::make_shared<Waiting>();
  waiting->exchange = request.exchange;
  waiting->device = to_store.report.device;
  waiting->after = std::move(to_store.after);
  const bool is_goodbye = to_store.report.presence == domain::Presence::kOffline;
  if (is_goodbye) silence_.left(waiting->device);
  waiting->changes_presence = is_back || is_goodbye;
  for (const domain::ActionResult& result : to_store.report.results)
    waiting->answered.push_back(result.command);
  waiting->reply = request.is_plain() ? fit_unproved(std::move(to_store.reply), request)
                                      : std::move(to_store.reply);
  if (request.exchange.confirmable) hold(waiting);
  ports::Delivery delivery;
  delivery.refuse_flood = true;
  // A report that is rejected or came before says nothing of the device's presence.
  if (is_back && !is_goodbye)
    delivery.reports.push_back(presence_of(waiting->device, domain::Presence::kOnline));
  delivery.reports.push_back(std::move(to_store.report));
  intake_.take(std::move(delivery), [this, waiting](const base::Result<void>& stored) {
    after_store(*waiting, stored);
  });
}

// One timer for all of them: nearly every commit comes long before its time.
void CoapDriver::hold(const std::shared_ptr<Waiting>& waiting) {
  while (!held_.empty() && held_.front().waiting.expired()) held_.pop_front();
  held_.push_back({loop_.now() + kAckHold, waiting});
  if (!hold_timer_) wait_for_held();
}

void CoapDriver::wait_for_held() {
  hold_timer_ = loop_.after(held_.front().due - loop_.now(), [this] { acknowledge_held(); });
}

void CoapDriver::acknowledge_held() {
  hold_timer_.reset();
  for (; !held_.empty(); held_.pop_front()) {
    const auto late = held_.front().waiting.lock();
    if (!late) continue;
    if (held_.front().due > loop_.now()) return wait_for_held();
    late->is_acknowledged = true;
    outlet_->acknowledge(late->exchange);
  }
}

void CoapDriver::after_store(Waiting& waiting, const base::Result<void>& stored) {
  --waiting_;
  if (!stored) {
    ++counts_.busy;
    if (waiting.changes_presence) silence_.doubt(waiting.device);
    waiting.reply = not_stored(stored.error());
  } else if (const auto told = told_.find(waiting.device); told != told_.end()) {
    const auto& answered = waiting.answered;
    if (std::find(answered.begin(), answered.end(), told->second.command) != answered.end())
      settle(waiting.device, ports::ActionReply{true, "{}"});
  }
  exchanges_.answer(waiting.exchange, waiting.reply);
  if (waiting.is_acknowledged) {
    send_separately(waiting.exchange, waiting.reply);
  } else {
    outlet_->reply(waiting.exchange, waiting.reply);
  }
  if (stored && waiting.after) std::move(waiting.after)();
}

void CoapDriver::send_separately(const net::CoapExchange& exchange, const CoapReply& reply) {
  Separate& separate = separate_[exchange.session];
  if (loop_.now() - separate.since >= kSeparateWindow) separate = {loop_.now(), 0};
  net::CoapExchange how = exchange;
  how.confirmable = ++separate.sent <= kMaxSeparate;
  outlet_->reply_separately(how, reply);
}

void CoapDriver::on_answer(const net::CoapAnswer& answer) {
  const Attached* const device = identify(answer.identity, answer.address);
  if (device != nullptr) show(answer, *device);
  if (device != nullptr) lwm2m_.on_answer(answer, device->id);
}

void CoapDriver::on_session_end(std::uint64_t session) {
  lwm2m_.on_session_end(session);
  exchanges_.end_session(session);
  uploads_.end_session(session);
  observations_.end_session(session);
  separate_.erase(session);
  if (tapped_ != nullptr) tapped_->forget(session);
}

CoapStatus CoapDriver::status() const {
  return {outlet_ != nullptr,      last_error_,          devices_.size(),
          by_address_.size(),      observations_.size(), uploads_.size(),
          observations_.evicted(), uploads_.evicted(),   counts_,
          lwm2m_.status()};
}

}  // namespace linli::drivers::coap
