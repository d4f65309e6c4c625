#include "drivers/coap/lwm2m_server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "drivers/coap/lwm2m_values.hpp"
#include "drivers/coap/reports.hpp"
#include "firmware/base/log.hpp"

namespace linli::drivers::coap {
namespace {

using base::Code;
using net::CoapCode;
using net::CoapMethod;
using net::CoapReply;

}  // namespace

struct Lwm2mServer::Command {
  base::Done<ports::ActionReply> done;
  base::Handle limit;
};

struct Lwm2mServer::Device {
  domain::DeviceId id;
  std::shared_ptr<const domain::Profile> profile;
  std::string location;           // the last segment of its registration's path
  std::optional<Lwm2mPeer> peer;  // while it is registered
  base::Handle expiry;
  std::map<std::string, base::Handle> limits;  // of calls on their way, by token
  std::map<domain::ObjectPath, base::Handle> stored_again;
  std::unordered_map<domain::CommandId, Command, base::IdHash> commands;
  RaisedForms raised;  // outlives a registration: what held before it still does
  std::uint64_t unconfirmed_alarms = 0;
  std::optional<base::TimePoint> alarm_warned;
};

Lwm2mServer::Lwm2mServer(base::Loop& loop, ports::Intake& intake,
                         std::function<net::CoapOutlet*()> outlet, std::uint32_t era)
    : loop_(loop), intake_(intake), outlet_(std::move(outlet)), era_(era) {}

Lwm2mServer::~Lwm2mServer() = default;

void Lwm2mServer::attach(const domain::DeviceId& device,
                         std::shared_ptr<const domain::Profile> profile,
                         base::Duration register_within) {
  auto& entry = devices_[device];
  entry = std::make_unique<Device>();
  entry->id = device;
  entry->profile = std::move(profile);
  if (register_within == base::Duration::zero()) return;
  entry->expiry = loop_.after(register_within, [this, id = device] { tell_offline(id); });
}

void Lwm2mServer::detach(const domain::DeviceId& device) {
  Device* const found = find(device);
  if (found == nullptr) return;
  while (!found->commands.empty()) {
    const domain::CommandId command = found->commands.begin()->first;
    settle(*found, command, base::fail(Code::kNotFound, "the device was removed"));
  }
  devices_.erase(device);
}

Lwm2mServer::Device* Lwm2mServer::find(const domain::DeviceId& id) {
  const auto found = devices_.find(id);
  return found == devices_.end() ? nullptr : found->second.get();
}

Outcome Lwm2mServer::decide(const net::CoapRequest& request, const std::string& payload,
                            const domain::DeviceId& id) {
  Device& device = *find(id);
  const auto& path = request.path;
  if (path.empty() || path.front() != "rd" || path.size() > 2)
    return CoapReply{CoapCode::kNotFound, "a LwM2M device: POST /rd"};
  if (path.size() == 1) {
    if (request.method != CoapMethod::kPost) return CoapReply{CoapCode::kMethodNotAllowed};
    return register_device(request, payload, device);
  }
  // After a restart no registration is known: 4.04 makes the device register anew.
  if (!device.peer || device.location != path.back()) return CoapReply{CoapCode::kNotFound};
  device.peer->heard(request.exchange.session, loop_.now());
  if (request.method == CoapMethod::kPost) return update(request, payload, device);
  if (request.method == CoapMethod::kDelete) return deregister(device);
  return CoapReply{CoapCode::kMethodNotAllowed};
}

Outcome Lwm2mServer::register_device(const net::CoapRequest& request, const std::string& links,
                                     Device& device) {
  auto registration = parse_registration(request, links, device.id.str());
  if (!registration) return std::move(registration).error();
  std::string location = fmt::format("{:x}-{:x}", era_, ++registrations_);
  ToStore out{presence_of(device.id, domain::Presence::kOnline), {CoapCode::kCreated}};
  out.reply.location = {"rd", location};
  out.after = [this, id = device.id, registration = *std::move(registration),
               location = std::move(location), session = request.exchange.session]() mutable {
    after_register(id, std::move(registration), std::move(location), session);
  };
  return out;
}

void Lwm2mServer::after_register(const domain::DeviceId& id, Lwm2mRegistration registration,
                                 std::string location, std::uint64_t session) {
  Device* const device = find(id);
  if (device == nullptr) return;
  std::vector<std::pair<domain::CommandId, net::CoapCall>> waiting;
  if (device->peer) waiting = device->peer->take_waiting();
  end(*device);
  device->location = std::move(location);
  const std::uint64_t tokens = std::uint64_t{era_} << 32U | (registrations_ & 0xffffU) << 16U;
  device->peer.emplace(device->profile, tokens, std::move(registration), session, loop_.now());
  for (auto& [command, call] : waiting) device->peer->add(command, std::move(call));
  for (const auto& path : device->peer->missing()) {
    base::log::warn("lwm2m", "the device does not have what its model says",
                    {{"device", id}, {"resource", domain::to_text(path)}});
  }
  expire_later(*device);
  pump(*device);
}

Outcome Lwm2mServer::update(const net::CoapRequest& request, const std::string& links,
                            Device& device) {
  auto update = parse_update(request, links, device.peer->registration().version);
  if (!update) return std::move(update).error();
  ToStore out{presence_of(device.id, domain::Presence::kOnline), {CoapCode::kChanged}};
  out.after = [this, id = device.id, update = *std::move(update), location = device.location,
               session = request.exchange.session] {
    Device* const renewed = find(id);
    if (renewed == nullptr || !renewed->peer || renewed->location != location) return;
    renewed->peer->update(update, session, loop_.now());
    expire_later(*renewed);
    pump(*renewed);
  };
  return out;
}

Outcome Lwm2mServer::deregister(Device& device) {
  ToStore out{goodbye_of(device.id), {CoapCode::kDeleted}};
  out.after = [this, id = device.id, location = device.location] {
    Device* const gone = find(id);
    if (gone != nullptr && gone->location == location) end(*gone);
  };
  return out;
}

void Lwm2mServer::expire_later(Device& device) {
  const base::Duration lifetime = std::chrono::seconds(device.peer->registration().lifetime_s);
  device.expiry = loop_.after(lifetime + std::min(lifetime, kMaxLateness),
                              [this, id = device.id] { expire(id); });
}

void Lwm2mServer::expire(const domain::DeviceId& id) {
  Device& device = *find(id);
  ++counts_.expired;
  base::log::info("lwm2m", "a registration was not renewed", {{"device", id}});
  end(device);
  tell_offline(id);
}

void Lwm2mServer::tell_offline(const domain::DeviceId& id) {
  ports::Delivery delivery;
  delivery.reports.push_back(presence_of(id, domain::Presence::kOffline));
  intake_.take(std::move(delivery), [this, id](const base::Result<void>& stored) {
    Device* const device = find(id);
    if (stored || device == nullptr || device->peer) return;
    device->expiry = loop_.after(kStoreAgain, [this, id] { tell_offline(id); });
  });
}

// The registration is over. A command that was sent may have moved the device.
void Lwm2mServer::end(Device& device) {
  if (!device.peer) return;
  for (const domain::CommandId& command : device.peer->commands()) {
    if (device.peer->remove(command)) {
      settle(device, command, base::fail(Code::kOffline, "the device is no longer registered"));
    } else {
      settle(device, command, base::fail(Code::kTimeout, "the device left without an answer"));
    }
  }
  device.peer.reset();
  device.location.clear();
  device.expiry.reset();
  device.limits.clear();
  device.stored_again.clear();
}

void Lwm2mServer::pump(Device& device) {
  while (device.peer && outlet_() != nullptr) {
    const auto outgoing = device.peer->next(loop_.now());
    if (!outgoing) return;
    send(device, *outgoing);
  }
}

void Lwm2mServer::send(Device& device, const Lwm2mPeer::Outgoing& outgoing) {
  const auto message_id = outlet_()->call(device.peer->session(), outgoing.token, outgoing.call);
  if (!message_id) {
    const auto lost = device.peer->lose(outgoing.token, false);
    if (lost.command) {
      settle(device, *lost.command,
             base::fail(Code::kOffline, "the device's association has ended"));
    }
    return;
  }
  device.peer->sent(outgoing.token, *message_id);
  device.limits[outgoing.token] =
      loop_.after(kAnswerLimit, [this, id = device.id, token = outgoing.token] {
        Device* const silent = find(id);
        if (silent == nullptr || !silent->peer) return;
        lose(*silent, silent->peer->lose(token, false), false);
        silent->limits.erase(token);
      });
}

void Lwm2mServer::on_answer(const net::CoapAnswer& answer, const domain::DeviceId& id) {
  using Kind = Lwm2mPeer::Answered::Kind;
  Device* const device = find(id);
  net::CoapOutlet& outlet = *outlet_();
  Lwm2mPeer::Answered answered;
  if (device != nullptr && device->peer) {
    device->peer->heard(answer.exchange.session, loop_.now());
    answered = device->peer->answer(answer, loop_.now());
    device->limits.erase(answer.exchange.token);
  }
  if (answered.kind == Kind::kUnknown) {
    ++counts_.strays;
    if (!answer.is_piggybacked) outlet.reset(answer.exchange);
    return;
  }
  if (answered.kind == Kind::kValue) {
    take(answer, *device, answered);
  } else if (answer.exchange.confirmable) {
    outlet.acknowledge(answer.exchange);
  }
  if (answered.kind == Kind::kStale) ++counts_.stale;
  if (answered.command) settle(*device, *answered.command, outcome_of(answer));
  pump(*device);
}

void Lwm2mServer::take(const net::CoapAnswer& answer, Device& device,
                       const Lwm2mPeer::Answered& answered) {
  const domain::ObjectPath& path = answered.path;
  ++counts_.notifications;
  domain::Report report;
  if (answer.block2 && answer.block2->more) {
    report.rejection = domain::to_text(path) + ": more than one block";
  } else {
    report = decode_resource(*device.profile, {path, answer.content_format, answer.payload},
                             device.raised);
  }
  report.device = device.id;
  const bool is_sure = answer.exchange.confirmable || !answered.is_notification;
  if (!is_sure && is_alarm(report, *device.profile)) count_unconfirmed_alarm(device);
  if (waiting_ >= kMaxWaiting) return ask_again(device.id, path);
  ++waiting_;
  ports::Delivery delivery;
  delivery.reports.push_back(std::move(report));
  intake_.take(std::move(delivery), [this, id = device.id, exchange = answer.exchange,
                                     path](const base::Result<void>& stored) {
    --waiting_;
    after_store(id, exchange, path, stored.has_value());
  });
}

// It has come, but the next one may not, and nobody would know.
void Lwm2mServer::count_unconfirmed_alarm(Device& device) {
  ++counts_.unconfirmed_alarms;
  ++device.unconfirmed_alarms;
  if (device.alarm_warned && loop_.now() - *device.alarm_warned < kWarnAgain) return;
  device.alarm_warned = loop_.now();
  base::log::warn("lwm2m", "an alarm came non-confirmable: the next may be lost on the way",
                  {{"device", device.id}, {"in_all", device.unconfirmed_alarms}});
}

// What is not stored is not acknowledged, and asked for again: libcoap passes over a device's
// repeats of its last message (net::CoapEndpoint).
void Lwm2mServer::after_store(const domain::DeviceId& id, const net::CoapExchange& exchange,
                              const domain::ObjectPath& path, bool is_stored) {
  if (!is_stored) return ask_again(id, path);
  net::CoapOutlet* const outlet = outlet_();
  if (exchange.confirmable && outlet != nullptr) outlet->acknowledge(exchange);
}

void Lwm2mServer::ask_again(const domain::DeviceId& id, const domain::ObjectPath& path) {
  Device* const device = find(id);
  if (device == nullptr || !device->peer) return;
  // An event that was not stored is raised by the next value.
  for (std::size_t i = 0; i < device->profile->up.size(); ++i) {
    const auto& resource = device->profile->up[i].resource;
    if (resource && resource->path == path) device->raised.erase(i);
  }
  device->stored_again[path] = loop_.after(kStoreAgain, [this, id, path] {
    Device* const again = find(id);
    if (again == nullptr || !again->peer) return;
    again->peer->want(path);
    pump(*again);
  });
}

std::vector<std::string> Lwm2mServer::path_of(const domain::DeviceId& id,
                                              const std::string& token) const {
  const auto found = devices_.find(id);
  const bool is_registered = found != devices_.end() && found->second->peer.has_value();
  return is_registered ? found->second->peer->path_of(token) : std::vector<std::string>{};
}

void Lwm2mServer::on_session_end(std::uint64_t session) {
  for (const auto& [id, device] : devices_) {
    if (device->peer) device->peer->end_session(session);
  }
}

bool Lwm2mServer::on_undelivered(std::uint64_t session, std::uint16_t message_id, bool refused) {
  for (const auto& [id, device] : devices_) {
    if (!device->peer || device->peer->session() != session) continue;
    const auto lost = device->peer->lose(message_id, refused);
    if (!lost.is_ours) continue;
    lose(*device, lost, refused);
    return true;
  }
  return false;
}

void Lwm2mServer::lose(Device& device, const Lwm2mPeer::Lost& lost, bool refused) {
  if (lost.command) {
    settle(device, *lost.command,
           refused ? base::fail(Code::kRefused, "the device refused the message")
                   : base::fail(Code::kTimeout, "the device did not answer"));
  }
  pump(device);
}

// Puts the command into the device's queue.
base::Result<void> Lwm2mServer::enqueue(const ports::ActionRequest& request, Device* device) {
  if (device == nullptr || !device->peer)
    return base::fail(Code::kOffline, "the device is not registered, nothing was sent");
  auto call = device->peer->command_call(request.action, request.input);
  if (!call) return base::failure_of(std::move(call));
  if (!device->peer->add(request.command, *std::move(call)))
    return base::fail(Code::kRefused, "too many commands wait for the device");
  return {};
}

void Lwm2mServer::invoke(const ports::ActionRequest& request, base::Done<ports::ActionReply> done) {
  Device* const device = find(request.device);
  if (auto queued = enqueue(request, device); !queued) {
    loop_.post([done = std::move(done), why = std::move(queued).error()]() mutable {
      std::move(done)(base::Failure(std::move(why)));
    });
    return;
  }
  const base::Duration own = device->profile->actions[request.action].timeout;
  const base::Duration limit = std::min(request.expires_in, own) - kBeforeTheLedger;
  device->commands[request.command] = {
      std::move(done), loop_.after(limit, [this, id = device->id, command = request.command] {
        give_up(id, command);
      })};
  pump(*device);
}

void Lwm2mServer::give_up(const domain::DeviceId& id, const domain::CommandId& command) {
  Device& device = *find(id);
  if (device.peer->remove(command)) {
    return settle(device, command,
                  base::fail(Code::kOffline, "the device was not heard, nothing was sent"));
  }
  settle(device, command, base::fail(Code::kTimeout, "the device did not answer in time"));
  pump(device);
}

void Lwm2mServer::settle(Device& device, const domain::CommandId& command,
                         base::Result<ports::ActionReply> reply) {
  const auto found = device.commands.find(command);
  if (found == device.commands.end()) return;
  loop_.post([done = std::move(found->second.done), reply = std::move(reply)]() mutable {
    std::move(done)(std::move(reply));
  });
  device.commands.erase(found);
}

Lwm2mStatus Lwm2mServer::status() const {
  Lwm2mStatus status = counts_;
  for (const auto& [id, device] : devices_) {
    if (!device->peer) continue;
    ++status.registered;
    status.observed += device->peer->observed();
  }
  return status;
}

}  // namespace linli::drivers::coap
