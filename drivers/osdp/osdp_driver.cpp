#include "drivers/osdp/osdp_driver.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "drivers/osdp/actions.hpp"
#include "drivers/osdp/osdp_driver_body.hpp"
#include "drivers/osdp/stored_keys.hpp"
#include "firmware/base/log.hpp"

namespace linli::drivers::osdp {
namespace {

using base::Code;

constexpr std::string_view kModels = "osdp/";

bool is_quiet(const Frame& frame) {
  return frame.code == static_cast<std::uint8_t>(frame.is_reply
                                                     ? static_cast<unsigned>(ReplyCode::kAck)
                                                     : static_cast<unsigned>(CommandCode::kPoll));
}

}  // namespace

OsdpDriver::OsdpDriver(base::Loop& loop, std::vector<BusSpec> buses, base::Duration turnaround,
                       Dependencies dependencies)
    : loop_(loop), dependencies_(std::move(dependencies)) {
  for (BusSpec& spec : buses) {
    const std::string name = spec.name;
    const BusPace pace{spec.baud, turnaround};
    runners_[name] = std::make_unique<BusRunner>(
        loop_, std::move(spec), pace, dependencies_.open_line,
        BusRunner::Events{[this, name](std::uint8_t address, PanelEvent event) {
                            on_event(name, address, std::move(event));
                          },
                          [this, name](const Frame& frame) { on_frame(name, frame); },
                          [this, name] { on_turn(name); }});
  }
}

OsdpDriver::~OsdpDriver() = default;

base::Result<ReaderAddress> OsdpDriver::place_in(std::string_view address) const {
  auto place = parse_reader_address(address);
  if (!place) return place;
  if (runner(place->bus) != nullptr) return place;
  std::string names;
  for (const auto& [name, runner] : runners_) names += (names.empty() ? "" : ", ") + name;
  return base::fail(Code::kInvalid, "no bus '{}': osdp.buses has {}", place->bus,
                    names.empty() ? "none" : names);
}

base::Result<void> OsdpDriver::accepts(const domain::Profile& profile,
                                       std::string_view address) const {
  if (!profile.name.starts_with(kModels))
    return base::fail(Code::kUnsupported, "{} is no reader on OSDP: use a model of osdp/",
                      profile.name);
  auto place = place_in(address);
  if (!place) return base::failure_of(std::move(place));
  const auto taken = readers_.find(*place);
  if (taken != readers_.end())
    return base::fail(Code::kInvalid, "{} is the address of {}", address,
                      taken->second->device.str());
  return {};
}

base::Result<void> OsdpDriver::attach(domain::DeviceId device,
                                      std::shared_ptr<const domain::Profile> profile,
                                      std::string_view address) {
  detach(device);
  if (auto accepted = accepts(*profile, address); !accepted) return accepted;
  const ReaderAddress place = place_in(address).value();
  auto keys = stored_keys(device);
  if (!keys) return base::failure_of(std::move(keys));
  auto reader = std::make_unique<Reader>();
  reader->device = std::move(device);
  reader->profile = std::move(profile);
  reader->address = place;
  reader->keys = *keys;
  readers_[place] = std::move(reader);
  BusRunner& bus = *runner(place.bus);
  bus.bus().add(place.number, *std::move(keys),
                [this] { return dependencies_.crypto.random(kRandomBytes); });
  bus.start();
  bus.wake();
  return {};
}

void OsdpDriver::detach(const domain::DeviceId& device) {
  const Reader* const reader = reader_of(device);
  if (reader == nullptr) return;
  const ReaderAddress address = reader->address;
  runner(address.bus)->bus().remove(address.number);
  readers_.erase(address);
  std::vector<std::uint64_t> orphans;
  for (const auto& [ticket, waiting] : waiting_) {
    if (waiting.device == device) orphans.push_back(ticket);
  }
  for (const std::uint64_t ticket : orphans)
    settle(ticket, base::fail(Code::kNotFound, "the reader was removed"));
}

void OsdpDriver::invoke(ports::ActionRequest request, base::Done<ports::ActionReply> done) {
  auto answer_later = [this, &done](base::Result<ports::ActionReply> reply) {
    loop_.post([done = std::move(done), reply = std::move(reply)]() mutable {
      std::move(done)(std::move(reply));
    });
  };
  Reader* const reader = reader_of(request.device);
  if (reader == nullptr)
    return answer_later(base::fail(Code::kNotFound, "the device is not attached"));
  auto action = encode_action(reader->profile->actions[request.action].name, request.input);
  if (!action) return answer_later(base::failure_of(std::move(action)));
  if (const auto* const window = std::get_if<OpenWindow>(&*action)) {
    auto opened = open_window(request.device, window->length);
    if (!opened) return answer_later(base::failure_of(std::move(opened)));
    return answer_later(ports::ActionReply{false, R"({"window":"open"})"});
  }
  order(*reader, std::get<Message>(*std::move(action)), request, std::move(done));
}

void OsdpDriver::order(Reader& reader, Message message, const ports::ActionRequest& request,
                       base::Done<ports::ActionReply> done) {
  const std::uint64_t ticket = ++last_ticket_;
  const base::Duration limit = reader.profile->actions[request.action].timeout;
  Waiting& waiting = waiting_[ticket];
  waiting.device = reader.device;
  waiting.done = std::move(done);
  waiting.limit = loop_.after(limit, [this, ticket] {
    settle(ticket, base::fail(Code::kTimeout, "the reader has not confirmed it in time"));
  });
  auto taken = panel_of(reader)->order(ticket, std::move(message),
                                       loop_.now() + std::min(request.expires_in, limit));
  if (taken) return runner(reader.address.bus)->wake();
  loop_.post([this, ticket, error = taken.error(), alive = std::weak_ptr(alive_)] {
    if (!alive.expired()) settle(ticket, base::Failure(error));
  });
}

void OsdpDriver::settle(std::uint64_t ticket, base::Result<ports::ActionReply> reply) {
  const auto found = waiting_.find(ticket);
  if (found == waiting_.end()) return;
  auto done = std::move(found->second.done);
  waiting_.erase(found);
  std::move(done)(std::move(reply));
}

// POLL and ACK are twenty lines a second, and say nothing.
void OsdpDriver::on_frame(const std::string& bus, const Frame& frame) {
  if (is_quiet(frame)) return;
  ports::Frame shown;
  shown.kind = ports::FrameKind::kOsdp;
  shown.direction = frame.is_reply ? ports::FrameDirection::kIn : ports::FrameDirection::kOut;
  shown.peer = fmt::format("{}/{}", bus, frame.address);
  shown.head = frame.is_reply ? name(static_cast<ReplyCode>(frame.code))
                              : name(static_cast<CommandCode>(frame.code));
  shown.payload = masked(frame);
  if (const Reader* const reader = reader_at({bus, frame.address})) {
    shown.device = reader->device.str();
    shown.profile = reader->profile;
  }
  dependencies_.tap.frame("osdp", std::move(shown));
}

// Ends what was asked of a bus as a whole, once its result is there or its line is gone.
void OsdpDriver::on_turn(const std::string& bus) {
  BusRunner& at = *runner(bus);
  const bool is_lost = !at.is_up() && !at.last_error().empty();
  const base::Error lost{Code::kOffline, at.last_error()};
  if (is_lost) at.bus().cancel();
  if (auto search = searches_.extract(at.bus().is_searching() ? "" : bus)) {
    auto done = std::move(search.mapped());
    if (is_lost) return std::move(done)(base::Failure(lost));
    std::move(done)(at.bus().found());
  }
  std::optional<base::Result<Com>> com = at.bus().take_com();
  if (is_lost) com = base::Failure(lost);
  if (!com) return;
  if (auto addressing = addressings_.extract(bus)) {
    auto done = std::move(addressing.mapped());
    if (!*com) return std::move(done)(base::failure_of(*std::move(com)));
    std::move(done)({});
  }
}

void OsdpDriver::search(const std::string& bus, base::Done<std::vector<Found>> done) {
  BusRunner* const at = runner(bus);
  base::Result<void> begun;
  if (at == nullptr) {
    begun = base::fail(Code::kNotFound, "no bus '{}' in osdp.buses", bus);
  } else {
    at->start();
    begun = at->bus().search();
  }
  if (!begun) {
    loop_.post([done = std::move(done), error = begun.error()]() mutable {
      std::move(done)(base::Failure(std::move(error)));
    });
    return;
  }
  searches_[bus] = std::move(done);
  at->wake();
}

void OsdpDriver::give_address(const std::string& bus, std::uint8_t from, std::uint8_t to,
                              base::Done<void> done) {
  BusRunner* const at = runner(bus);
  base::Result<void> begun;
  if (at == nullptr) {
    begun = base::fail(Code::kNotFound, "no bus '{}' in osdp.buses", bus);
  } else {
    at->start();
    begun = at->bus().set_com(from, {to, at->spec().baud});
  }
  if (!begun) {
    loop_.post([done = std::move(done), error = begun.error()]() mutable {
      std::move(done)(base::Failure(std::move(error)));
    });
    return;
  }
  addressings_[bus] = std::move(done);
  at->wake();
}

std::vector<BusStatus> OsdpDriver::status() const {
  std::vector<BusStatus> all;
  for (const auto& [name, at] : runners_) {
    BusStatus status{at->spec(), at->is_up(), at->last_error(),   0,
                     0,          0,           at->bus().counts(), at->bus().line_counts()};
    for (const auto& [address, panel] : at->bus().panels()) {
      ++status.readers;
      status.online += panel->is_online() ? 1U : 0U;
      status.in_clear += panel->is_online() && panel->security() != Security::kOwnKey ? 1U : 0U;
    }
    all.push_back(std::move(status));
  }
  return all;
}

BusRunner* OsdpDriver::runner(const std::string& bus) const {
  const auto found = runners_.find(bus);
  return found == runners_.end() ? nullptr : found->second.get();
}

OsdpDriver::Reader* OsdpDriver::reader_of(const domain::DeviceId& device) {
  const auto found = std::find_if(readers_.begin(), readers_.end(), [&device](const auto& entry) {
    return entry.second->device == device;
  });
  return found == readers_.end() ? nullptr : found->second.get();
}

OsdpDriver::Reader* OsdpDriver::reader_at(const ReaderAddress& address) {
  const auto found = readers_.find(address);
  return found == readers_.end() ? nullptr : found->second.get();
}

Panel* OsdpDriver::panel_of(const Reader& reader) const {
  return runner(reader.address.bus)->bus().find(reader.address.number);
}

}  // namespace linli::drivers::osdp
