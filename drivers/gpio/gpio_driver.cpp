#include "drivers/gpio/gpio_driver.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/bytes.hpp"
#include "firmware/base/json_reader.hpp"
#include "firmware/base/log.hpp"

namespace linli::drivers::gpio {
namespace {

using base::Code;

constexpr double kMostSeconds = 86'400;

void read(const domain::Profile& profile, domain::Report& report, std::string_view property,
          domain::Value value) {
  if (const auto index = domain::property_index(profile, property))
    report.readings.push_back({*index, std::move(value)});
}

// How long; nothing: until it is locked again.
base::Result<std::optional<base::Duration>> unlock_time(std::string_view input) {
  auto json = base::parse_json(input);
  if (!json) return base::failure_of(std::move(json));
  base::JsonReader in(*json, "unlock");
  const auto seconds = in.optional_number("seconds", {0.1, kMostSeconds});
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  if (!seconds) return std::optional<base::Duration>();
  return std::optional<base::Duration>(
      std::chrono::duration_cast<base::Duration>(std::chrono::duration<double>(*seconds)));
}

domain::Presentation presentation_of(const domain::DeviceId& device,
                                     const WiegandWires::Frame& frame, base::TimePoint at) {
  domain::Presentation shown;
  shown.reader = device;
  shown.at = at;
  if (const auto key = domain::wiegand_key(frame.bits.reveal(), frame.bit_count)) {
    shown.kind = domain::Presentation::Kind::kKeypad;
    shown.digits = base::SecretText(std::string(1, *key));
    return shown;
  }
  shown.card_bits = base::SecretText(base::to_hex(frame.bits.reveal()));
  shown.bit_count = static_cast<std::uint16_t>(frame.bit_count);
  shown.wiegand = domain::decode_wiegand(frame.bits.reveal(), frame.bit_count);
  return shown;
}

}  // namespace

struct GpioDriver::Switch {
  std::unique_ptr<ports::InputLine> line;
  std::optional<Debounce> debounce;
  base::Handle timer;

  bool is_there() const { return line != nullptr; }
};

struct GpioDriver::Door {
  domain::DeviceId device;
  std::shared_ptr<const domain::Profile> profile;
  Switch contact;
  Switch exit;
  std::unique_ptr<ports::InputLine> d0;
  std::unique_ptr<ports::InputLine> d1;
  WiegandWires wires;
  std::uint64_t parity_faults = 0;
  base::Handle wires_timer;
  std::unique_ptr<ports::OutputLine> lock;
  bool is_fail_safe = false;
  bool is_unlocked = false;
  base::Handle lock_timer;
  base::Handle report_timer;
};

GpioDriver::GpioDriver(base::Loop& loop, ports::Intake& intake, ports::DigitalLines& board,
                       std::vector<LineSpec> lines, base::Duration settle)
    : loop_(loop), intake_(intake), board_(board), settle_(settle) {
  for (LineSpec& spec : lines) {
    std::string name = spec.name;
    lines_.emplace(std::move(name), std::move(spec));
  }
}

GpioDriver::~GpioDriver() = default;

base::Result<const LineSpec*> GpioDriver::line(const std::string& name, bool is_output) const {
  const auto found = lines_.find(name);
  if (found == lines_.end()) return base::fail(Code::kNotFound, "no line '{}' in gpio.lines", name);
  if (found->second.is_output != is_output)
    return base::fail(Code::kInvalid,
                      "the line '{}' is an {}: choose another, or change gpio.lines", name,
                      is_output ? "input" : "output");
  return &found->second;
}

base::Result<void> GpioDriver::check(const DoorLines& lines) const {
  for (const std::string* name : {&lines.contact, &lines.exit, &lines.d0, &lines.d1}) {
    if (name->empty()) continue;
    if (auto known = line(*name, false); !known) return base::failure_of(std::move(known));
  }
  if (lines.lock.empty()) return {};
  auto lock = line(lines.lock, true);
  if (!lock) return base::failure_of(std::move(lock));
  return {};
}

base::Result<void> GpioDriver::accepts(const domain::Profile& profile,
                                       std::string_view address) const {
  if (!profile.name.starts_with("gpio/"))
    return base::fail(Code::kUnsupported, "{} is nothing on lines: use a model of gpio/",
                      profile.name);
  const auto lines = parse_door_lines(address);
  if (!lines) return base::Failure(lines.error());
  return check(*lines);
}

base::Result<void> GpioDriver::attach(domain::DeviceId device,
                                      std::shared_ptr<const domain::Profile> profile,
                                      std::string_view address) {
  if (auto accepted = accepts(*profile, address); !accepted) return accepted;
  detach(device);
  auto door = std::make_unique<Door>();
  door->device = device;
  door->profile = std::move(profile);
  if (auto opened = open(*door, parse_door_lines(address).value()); !opened) return opened;
  Door& there = *door;
  doors_[device.str()] = std::move(door);
  there.report_timer = loop_.after(base::Duration{0}, [this, &there] { report_all(there); });
  return {};
}

void GpioDriver::detach(const domain::DeviceId& device) {
  doors_.erase(device.str());
}

base::Result<void> GpioDriver::open(Door& door, const DoorLines& lines) {
  if (auto opened = open_switch(door, door.contact, lines.contact); !opened) return opened;
  if (auto opened = open_switch(door, door.exit, lines.exit); !opened) return opened;
  if (auto opened = open_wires(door, lines); !opened) return opened;
  if (lines.lock.empty()) return {};
  const LineSpec& spec = *line(lines.lock, true).value();
  door.is_fail_safe = spec.is_fail_safe;
  // Locked from the first moment on.
  auto output = board_.output(spec.place, door.is_fail_safe);
  if (!output) return base::failure_of(std::move(output), spec.name);
  door.lock = *std::move(output);
  return {};
}

base::Result<void> GpioDriver::open_switch(Door& door, Switch& into, const std::string& name) {
  if (name.empty()) return {};
  auto input = board_.input(line(name, false).value()->place,
                            [this, &door, &into](const ports::LineEdge& edge) {
                              if (!into.debounce) return;
                              into.debounce->edge(edge.is_active, edge.at);
                              watch(door, into);
                            });
  if (!input) return base::failure_of(std::move(input), name);
  const auto now = (*input)->is_active();
  if (!now) return base::Failure(now.error());
  into.debounce.emplace(settle_, *now);
  into.line = *std::move(input);
  return {};
}

base::Result<void> GpioDriver::open_wires(Door& door, const DoorLines& lines) {
  const auto open_wire = [this, &door](const std::string& name, bool bit) {
    return board_.input(line(name, false).value()->place,
                        [this, &door, bit](const ports::LineEdge& edge) {
                          if (edge.is_active) on_pulse(door, bit, edge.at);
                        });
  };
  if (lines.d0.empty()) return {};
  auto d0 = open_wire(lines.d0, false);
  if (!d0) return base::failure_of(std::move(d0), lines.d0);
  auto d1 = open_wire(lines.d1, true);
  if (!d1) return base::failure_of(std::move(d1), lines.d1);
  door.d0 = *std::move(d0);
  door.d1 = *std::move(d1);
  return {};
}

// ------------------------------------------------------------------ contact and button

void GpioDriver::watch(Door& door, Switch& one) {
  const auto due = one.debounce->due();
  if (!due) return;
  one.timer = loop_.after(*due - loop_.now(), [this, &door, &one] { on_settled(door, one); });
}

void GpioDriver::on_settled(Door& door, Switch& one) {
  const auto state = one.debounce->take(loop_.now());
  if (!state) return watch(door, one);
  domain::Report report;
  report.device = door.device;
  if (&one == &door.contact) {
    read(*door.profile, report, "door_open", *state);
  } else if (const auto event = domain::event_index(*door.profile, "exit"); event && *state) {
    report.events.push_back({*event, "{}"});
  }
  this->report(std::move(report));
}

// ------------------------------------------------------------------ reader

void GpioDriver::on_pulse(Door& door, bool bit, base::TimePoint at) {
  door.wires.pulse(bit, at);
  watch_wires(door);
}

void GpioDriver::watch_wires(Door& door) {
  const auto due = door.wires.due();
  if (!due) return;
  door.wires_timer = loop_.after(*due - loop_.now(), [this, &door] { take_frames(door); });
}

void GpioDriver::take_frames(Door& door) {
  const std::uint64_t faults = door.wires.faults();
  for (const WiegandWires::Frame& frame : door.wires.take(loop_.now())) on_frame(door, frame);
  if (door.wires.faults() != faults) {
    domain::Report report;
    report.device = door.device;
    read(*door.profile, report, "wire_faults", static_cast<std::int64_t>(door.wires.faults()));
    this->report(std::move(report));
  }
  watch_wires(door);
}

void GpioDriver::on_frame(Door& door, const WiegandWires::Frame& frame) {
  domain::Report report;
  report.device = door.device;
  auto shown = presentation_of(door.device, frame, loop_.now());
  if (shown.wiegand && !shown.wiegand->parity_ok)
    read(*door.profile, report, "parity_faults", static_cast<std::int64_t>(++door.parity_faults));
  report.presentations.push_back(std::move(shown));
  this->report(std::move(report));
}

// ------------------------------------------------------------------ lock

base::Result<void> GpioDriver::set_unlocked(Door& door, bool is_unlocked) {
  if (auto set = door.lock->set(is_unlocked != door.is_fail_safe); !set) return set;
  if (std::exchange(door.is_unlocked, is_unlocked) == is_unlocked) return {};
  domain::Report report;
  report.device = door.device;
  read(*door.profile, report, "unlocked", is_unlocked);
  this->report(std::move(report));
  return {};
}

// A lock that cannot be locked is tried until it is.
void GpioDriver::lock(Door& door) {
  door.lock_timer = {};
  const auto locked = set_unlocked(door, false);
  if (locked) return;
  base::log::error("gpio", "the lock cannot be locked, and is tried again",
                   {{"device", door.device}, {"why", locked.error()}});
  door.lock_timer = loop_.after(kTryAgain, [this, &door] { lock(door); });
}

void GpioDriver::invoke(ports::ActionRequest request, base::Done<ports::ActionReply> done) {
  const auto answer = [this, &done](base::Result<ports::ActionReply> reply) {
    loop_.post([done = std::move(done), reply = std::move(reply)]() mutable {
      std::move(done)(std::move(reply));
    });
  };
  const auto found = doors_.find(request.device.str());
  if (found == doors_.end())
    return answer(base::fail(Code::kNotFound, "the device is not attached"));
  Door& door = *found->second;
  const std::string& action = door.profile->actions[request.action].name;
  if (door.lock == nullptr || (action != "unlock" && action != "lock"))
    return answer(base::fail(Code::kUnsupported, "no lock hangs on a line of this device"));
  if (action == "lock") {
    lock(door);
    return answer(door.is_unlocked ? base::Result<ports::ActionReply>(base::fail(
                                         Code::kInternal, "the lock cannot be locked yet"))
                                   : ports::ActionReply{});
  }
  auto time = unlock_time(request.input);
  if (!time) return answer(base::failure_of(std::move(time)));
  if (auto set = set_unlocked(door, true); !set) return answer(base::failure_of(std::move(set)));
  door.lock_timer = {};
  if (*time) door.lock_timer = loop_.after(**time, [this, &door] { lock(door); });
  answer(ports::ActionReply{});
}

// ------------------------------------------------------------------ reports

void GpioDriver::report_all(Door& door) {
  ports::Delivery delivery;
  domain::Report report;
  report.device = door.device;
  report.presence = domain::Presence::kOnline;
  if (door.contact.is_there())
    read(*door.profile, report, "door_open", door.contact.debounce->state());
  if (door.lock != nullptr) read(*door.profile, report, "unlocked", door.is_unlocked);
  delivery.reports.push_back(std::move(report));
  intake_.take(std::move(delivery), [](const base::Result<void>& /*the next one is whole too*/) {});
}

// What could not be stored is not lost: the state is told again.
void GpioDriver::report(domain::Report report) {
  const std::string device = report.device.str();
  ports::Delivery delivery;
  delivery.reports.push_back(std::move(report));
  intake_.take(std::move(delivery),
               [this, living = std::weak_ptr(alive_), device](const base::Result<void>& stored) {
                 if (stored || living.expired()) return;
                 const auto door = doors_.find(device);
                 if (door == doors_.end()) return;
                 Door& there = *door->second;
                 there.report_timer = loop_.after(kTryAgain, [this, &there] { report_all(there); });
               });
}

}  // namespace linli::drivers::gpio
