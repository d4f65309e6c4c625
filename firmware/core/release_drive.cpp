#include "firmware/core/release_drive.hpp"

#include <algorithm>
#include <utility>

#include "firmware/base/log.hpp"
#include "firmware/base/number.hpp"
#include "firmware/domain/schema_check.hpp"

namespace linli::core {
namespace {

using base::Code;

// So old a command may get on its way. Short, so that a broker does not gather one a second for an
// actuator that is away.
constexpr base::Duration kLife = std::chrono::seconds(5);
// A driver that still works on an attempt is given so long before the next.
constexpr base::Duration kPatience = std::chrono::seconds(3);

bool contains(const std::vector<domain::access::Release>& list,
              const domain::access::Release& release) {
  return std::find(list.begin(), list.end(), release) != list.end();
}

}  // namespace

ReleaseDrive::ReleaseDrive(base::Loop& loop, const DeviceTable& devices, std::string run,
                           Dependencies dependencies)
    : loop_(loop),
      devices_(devices),
      prefix_("fire-" + std::move(run) + "-"),
      dependencies_(std::move(dependencies)) {}

void ReleaseDrive::hold(const std::vector<Release>& held) {
  std::erase_if(held_, [&held](const Held& each) { return !contains(held, each.release); });
  for (const Release& release : held) {
    const bool is_held = std::any_of(held_.begin(), held_.end(), [&release](const Held& each) {
      return each.release == release;
    });
    if (is_held) continue;
    Held fresh;
    fresh.serial = ++serial_;
    fresh.release = release;
    held_.push_back(std::move(fresh));
    renew(held_.back());
  }
  watch();
}

void ReleaseDrive::again(const domain::DeviceId& device) {
  for (Held& held : held_) {
    if (held.release.device == device) renew(held);
  }
  watch();
}

void ReleaseDrive::again_now() {
  for (Held& held : held_) {
    if (!held.is_confirmed) attempt(held);
  }
}

// Whatever it said before counts no more.
void ReleaseDrive::renew(Held& held) {
  if (held.is_confirmed || held.attempts == 0) held.since = loop_.now();
  held.is_confirmed = false;
  held.counts_from = held.attempts + 1;
  attempt(held);
}

void ReleaseDrive::attempt(Held& held) {
  ++held.attempts;
  held.sent = loop_.now();
  held.is_with_driver = true;
  if (const auto sent = send(held); !sent) {
    held.is_with_driver = false;
    held.why = sent.error().what;
  }
}

base::Result<void> ReleaseDrive::send(Held& held) {
  const Release& release = held.release;
  const Device* const device = devices_.find(release.device);
  if (device == nullptr)
    return base::fail(Code::kNotFound, "no device '{}' is registered", release.device.str());
  const auto action = domain::action_index(*device->profile, release.action);
  if (!action) {
    return base::fail(Code::kNotFound, "a {} has no action '{}'", device->profile->name,
                      release.action);
  }
  auto input = domain::validate_input(device->profile->actions[*action].input, release.input);
  if (!input) return base::failure_of(std::move(input), "input");
  auto command =
      domain::CommandId::parse(fmt::format("{}{}-{}", prefix_, held.serial, held.attempts));
  if (!command) return base::failure_of(std::move(command));
  ports::DeviceDriver* const driver = dependencies_.driver_of(*device);
  if (driver == nullptr)
    return base::fail(Code::kUnsupported, "no driver '{}'", device->registration.driver);
  driver->invoke(
      {*std::move(command), release.device, *action, *std::move(input), kLife},
      [this, serial = held.serial, attempt = held.attempts](
          const base::Result<ports::ActionReply>& reply) { after_invoke(serial, attempt, reply); });
  return {};
}

void ReleaseDrive::after_invoke(std::uint64_t serial, std::uint64_t attempt,
                                const base::Result<ports::ActionReply>& reply) {
  Held* const held = find(serial);
  if (held == nullptr || attempt < held->counts_from) return;
  if (attempt == held->attempts) held->is_with_driver = false;
  if (!reply) {
    held->why = reply.error().what;
  } else if (!reply->answer_follows) {
    confirm(*held);
  }
}

void ReleaseDrive::on_report(const Device& device, const domain::Report& report) {
  for (const domain::ActionResult& result : report.results) on_result(result);
  const auto now = report.presence.value_or(domain::Presence::kOnline);
  const bool was_online = device.presence == domain::Presence::kOnline;
  // Who answers has not just begun.
  const bool is_back = now == domain::Presence::kOnline && !was_online && report.results.empty();
  if (is_back) again(device.registration.id);
}

void ReleaseDrive::on_result(const domain::ActionResult& result) {
  if (!knows(result.command)) return;
  const std::string_view numbers = std::string_view(result.command.str()).substr(prefix_.size());
  const std::size_t cut = numbers.find('-');
  if (cut == std::string_view::npos) return;
  const auto serial = base::parse_number<std::uint64_t>(numbers.substr(0, cut));
  const auto attempt = base::parse_number<std::uint64_t>(numbers.substr(cut + 1));
  Held* const held = serial ? find(*serial) : nullptr;
  if (held == nullptr || !attempt || *attempt < held->counts_from) return;
  if (result.ok) return confirm(*held);
  held->why = "device: " + result.problem;
}

bool ReleaseDrive::knows(const domain::CommandId& command) const {
  return command.str().starts_with(prefix_);
}

void ReleaseDrive::confirm(Held& held) {
  if (std::exchange(held.is_confirmed, true)) return;
  base::log::info("interlock", "an actuator holds its door open",
                  {{"device", held.release.device},
                   {"door", held.release.door},
                   {"attempts", held.attempts},
                   {"after_ms", base::to_ms(loop_.now() - held.since)}});
  if (std::exchange(held.is_told, false)) dependencies_.on_doubt(held.release, true, "");
}

void ReleaseDrive::watch() {
  const bool is_all_confirmed =
      std::all_of(held_.begin(), held_.end(), [](const Held& held) { return held.is_confirmed; });
  if (is_all_confirmed) return timer_.reset();
  if (!timer_) timer_ = loop_.after(kAgain, [this] { tick(); });
}

void ReleaseDrive::tick() {
  timer_.reset();
  for (Held& held : held_) {
    if (held.is_confirmed) continue;
    if (loop_.now() - held.since >= kDoubt && !std::exchange(held.is_told, true)) {
      base::log::error("interlock", "an actuator does not confirm: open the door by hand",
                       {{"device", held.release.device},
                        {"door", held.release.door},
                        {"attempts", held.attempts},
                        {"why", held.why}});
      dependencies_.on_doubt(held.release, false, held.why);
    }
    if (!held.is_with_driver || loop_.now() - held.sent >= kPatience) attempt(held);
  }
  watch();
}

bool ReleaseDrive::holds(const domain::DeviceId& device) const {
  return std::any_of(held_.begin(), held_.end(),
                     [&device](const Held& held) { return held.release.device == device; });
}

std::vector<ReleaseDrive::Release> ReleaseDrive::unconfirmed() const {
  std::vector<Release> list;
  for (const Held& held : held_) {
    if (!held.is_confirmed) list.push_back(held.release);
  }
  return list;
}

ReleaseDrive::Held* ReleaseDrive::find(std::uint64_t serial) {
  const auto found = std::find_if(held_.begin(), held_.end(),
                                  [serial](const Held& held) { return held.serial == serial; });
  return found == held_.end() ? nullptr : &*found;
}

}  // namespace linli::core
