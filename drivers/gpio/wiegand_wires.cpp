#include "drivers/gpio/wiegand_wires.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace linli::drivers::gpio {
namespace {

// What a line that chatters may pile up before it is cut off.
constexpr std::size_t kMostPulses = 512;
// One pulse to three are somebody with a screwdriver.
constexpr std::size_t kLeastBits = 4;

}  // namespace

void WiegandWires::pulse(bool bit, base::TimePoint at) {
  latest_ = std::max(latest_.value_or(at), at);
  if (pulses_.size() < kMostPulses) pulses_.push_back({at, bit});
}

std::optional<base::TimePoint> WiegandWires::due() const {
  return latest_ ? std::optional(*latest_ + kQuiet) : std::nullopt;
}

std::vector<WiegandWires::Frame> WiegandWires::take(base::TimePoint now) {
  std::vector<Frame> frames;
  if (!latest_ || now < *latest_ + kQuiet) return frames;
  latest_.reset();
  Pulses pulses = std::exchange(pulses_, {});
  std::stable_sort(pulses.begin(), pulses.end(),
                   [](const Pulse& one, const Pulse& other) { return one.at < other.at; });
  for (auto begin = pulses.cbegin(); begin != pulses.cend();) {
    const auto pause = std::adjacent_find(
        begin, pulses.cend(),
        [](const Pulse& one, const Pulse& next) { return next.at - one.at >= kFramePause; });
    const auto end = pause == pulses.cend() ? pause : std::next(pause);
    if (auto frame = frame_of(begin, end)) {
      frames.push_back(*std::move(frame));
    } else {
      ++faults_;
    }
    begin = end;
  }
  return frames;
}

std::optional<WiegandWires::Frame> WiegandWires::frame_of(Pulses::const_iterator begin,
                                                          Pulses::const_iterator end) const {
  const auto count = static_cast<std::size_t>(end - begin);
  if (count < kLeastBits || count > kMostBits) return std::nullopt;
  const auto noise = std::adjacent_find(
      begin, end, [](const Pulse& one, const Pulse& next) { return next.at - one.at < kLeastGap; });
  if (noise != end) return std::nullopt;
  std::string bits((count + 7) / 8, '\0');
  for (std::size_t i = 0; i < count; ++i) {
    if (!begin[static_cast<std::ptrdiff_t>(i)].bit) continue;
    const auto byte = static_cast<unsigned char>(bits[i / 8]);
    bits[i / 8] = static_cast<char>(byte | (0x80U >> (i % 8)));
  }
  return Frame{base::SecretText(std::move(bits)), count};
}

}  // namespace linli::drivers::gpio
