#include "firmware/core/value_rows.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace linli::core {
namespace {

// Small turns: an alarm that arrives meanwhile waits for one of them at the most.
constexpr std::size_t kRowsATurn = 256;
constexpr base::Duration kBetweenTurns = std::chrono::milliseconds(50);

}  // namespace

ValueRows::ValueRows(base::Loop& loop, ports::Store& store, DeviceTable& devices)
    : loop_(loop), store_(store), devices_(devices) {}

void ValueRows::note(Device& device) {
  if (device.row_waits) return;
  device.row_waits = true;
  waiting_.push_back({device.registration.id, loop_.now() + kBehind});
  if (!timer_) watch();
}

void ValueRows::watch() {
  if (waiting_.empty()) return;
  const auto wait = std::max(kBetweenTurns, waiting_.front().due - loop_.now());
  timer_ = loop_.after(wait, [this] { write_due(); });
}

void ValueRows::write_due() {
  timer_.reset();
  write(kRowsATurn, loop_.now());
  watch();
}

void ValueRows::write_all() {
  write(std::numeric_limits<std::size_t>::max(), base::TimePoint::max());
}

void ValueRows::write(std::size_t most, base::TimePoint due) {
  ports::Turn turn;
  auto written = std::make_shared<std::vector<domain::DeviceId>>();
  while (!waiting_.empty() && waiting_.front().due <= due && turn.puts.size() < most) {
    const domain::DeviceId id = std::move(waiting_.front().device);
    waiting_.pop_front();
    Device* const device = devices_.find(id);
    if (device == nullptr) continue;
    device->row_waits = false;
    turn.puts.push_back({ports::Space::kProperty, id.str(), property_row(*device)});
    written->push_back(id);
  }
  if (turn.empty()) return;
  store_.commit(std::move(turn),
                [this, written, alive = std::weak_ptr(alive_)](const base::Result<void>& stored) {
                  if (stored || alive.expired()) return;
                  for (const domain::DeviceId& id : *written) {
                    if (Device* const device = devices_.find(id)) note(*device);
                  }
                });
}

}  // namespace linli::core
