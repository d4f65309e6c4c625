#include "drivers/osdp/bus_runner.hpp"

#include <algorithm>
#include <utility>

#include "firmware/base/log.hpp"

namespace linli::drivers::osdp {

BusRunner::BusRunner(base::Loop& loop, BusSpec spec, BusPace pace, OpenLine open_line,
                     Events events)
    : loop_(loop),
      spec_(std::move(spec)),
      open_line_(std::move(open_line)),
      events_(std::move(events)),
      bus_(pace) {
  bus_.observe([this](const Frame& frame) { events_.on_frame(frame); });
}

void BusRunner::start() {
  if (line_) return;
  line_ =
      open_line_(spec_, LineEvents{[this](const std::string& bytes) { on_bytes(bytes); },
                                   [this](const base::Result<void>& state) { on_state(state); }});
}

void BusRunner::wake() {
  timer_ = loop_.after(base::Duration{0}, [this] { turn(); });
}

void BusRunner::turn() {
  timer_.reset();
  while (is_up_) {
    auto bytes = bus_.next(loop_.now());
    if (!bytes) break;
    line_->send(kMark + *std::move(bytes));
  }
  hand_over_events();
  events_.on_turn();
  if (!is_up_) return;
  const base::TimePoint due = bus_.due();
  if (due == base::TimePoint::max()) return;
  timer_ = loop_.after(std::max(base::Duration{0}, due - loop_.now()), [this] { turn(); });
}

void BusRunner::on_bytes(const std::string& bytes) {
  bus_.on_bytes(loop_.now(), bytes);
  turn();
}

void BusRunner::on_state(const base::Result<void>& state) {
  const bool was_up = std::exchange(is_up_, state.has_value());
  if (state) {
    last_error_.clear();
    base::log::info("osdp", "bus opened", {{"bus", spec_.name}, {"at", place_of(spec_)}});
    return turn();
  }
  if (was_up || last_error_ != state.error().what)
    base::log::warn("osdp", "bus cannot be reached", {{"bus", spec_.name}, {"why", state.error()}});
  last_error_ = state.error().what;
  bus_.on_line_lost(loop_.now(), state.error());
  turn();
}

void BusRunner::hand_over_events() {
  // An event may attach or detach readers of this bus, so the panels are walked by address.
  std::vector<std::pair<std::uint8_t, std::vector<PanelEvent>>> all;
  for (const auto& [address, panel] : bus_.panels())
    all.emplace_back(address, panel->take_events());
  for (auto& [address, events] : all) {
    for (PanelEvent& event : events) events_.on_event(address, std::move(event));
  }
}

}  // namespace linli::drivers::osdp
