#include "board/hal/gpiod_lines.hpp"

#include <gpiod.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "firmware/base/log.hpp"

namespace linli::board {
namespace {

using base::Code;
using ports::LinePlace;

constexpr const char* kConsumer = "linlid";

base::Failure failure(const LinePlace& place, int error) {
  const Code code = error == EBUSY                       ? Code::kConflict
                    : error == ENOENT || error == ENODEV ? Code::kNotFound
                    : error == EINVAL || error == ENOTTY ? Code::kInvalid
                    : error == EACCES || error == EPERM  ? Code::kDenied
                                                         : Code::kInternal;
  return base::fail(code, "line {} of {}: {}", place.offset, place.chip, std::strerror(error));
}

int flags_of(const LinePlace& place) {
  int flags = place.is_low_active ? GPIOD_LINE_REQUEST_FLAG_ACTIVE_LOW : 0;
  if (place.bias == LinePlace::Bias::kPullUp) flags |= GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_UP;
  if (place.bias == LinePlace::Bias::kPullDown) flags |= GPIOD_LINE_REQUEST_FLAG_BIAS_PULL_DOWN;
  return flags;
}

// A chip of its own for each line: closing one line then touches no other.
class Line {
 public:
  static base::Result<Line> open(const LinePlace& place) {
    Line line;
    line.chip_.reset(gpiod_chip_open_by_name(place.chip.c_str()));
    if (!line.chip_) return failure(place, errno);
    line.line_ = gpiod_chip_get_line(line.chip_.get(), place.offset);
    if (line.line_ == nullptr) return failure(place, errno);
    return line;
  }
  gpiod_line* get() const { return line_; }

 private:
  struct Close {
    void operator()(gpiod_chip* chip) const { gpiod_chip_close(chip); }
  };
  std::unique_ptr<gpiod_chip, Close> chip_;  // closing it releases the line
  gpiod_line* line_ = nullptr;
};

class GpiodInput final : public ports::InputLine {
 public:
  GpiodInput(base::Loop& loop, LinePlace place, Line line,
             std::function<void(const ports::LineEdge&)> on_edge)
      : place_(std::move(place)),
        line_(std::move(line)),
        on_edge_(std::move(on_edge)),
        ready_(loop.readable(gpiod_line_event_get_fd(line_.get()), [this] { read(); })) {}

  base::Result<bool> is_active() override {
    const int value = gpiod_line_get_value(line_.get());
    if (value < 0) return failure(place_, errno);
    return value == 1;
  }

 private:
  void read() {
    gpiod_line_event event{};
    if (gpiod_line_event_read(line_.get(), &event) != 0) {
      base::log::error("gpio", "an edge cannot be read",
                       {{"chip", place_.chip}, {"line", place_.offset}});
      return;
    }
    // The kernel's stamps are of CLOCK_MONOTONIC, as ours.
    const auto at =
        std::chrono::seconds(event.ts.tv_sec) + std::chrono::nanoseconds(event.ts.tv_nsec);
    on_edge_({event.event_type == GPIOD_LINE_EVENT_RISING_EDGE, base::TimePoint(at)});
  }

  LinePlace place_;
  Line line_;
  std::function<void(const ports::LineEdge&)> on_edge_;
  base::Handle ready_;  // before the line goes
};

class GpiodOutput final : public ports::OutputLine {
 public:
  GpiodOutput(LinePlace place, Line line) : place_(std::move(place)), line_(std::move(line)) {}

  base::Result<void> set(bool is_active) override {
    if (gpiod_line_set_value(line_.get(), is_active ? 1 : 0) != 0) return failure(place_, errno);
    return {};
  }

 private:
  LinePlace place_;
  Line line_;
};

}  // namespace

base::Result<std::unique_ptr<ports::InputLine>> GpiodLines::input(
    const LinePlace& place, std::function<void(const ports::LineEdge&)> on_edge) {
  auto line = Line::open(place);
  if (!line) return base::failure_of(std::move(line));
  if (gpiod_line_request_both_edges_events_flags(line->get(), kConsumer, flags_of(place)) != 0)
    return failure(place, errno);
  return std::make_unique<GpiodInput>(loop_, place, *std::move(line), std::move(on_edge));
}

base::Result<std::unique_ptr<ports::OutputLine>> GpiodLines::output(const LinePlace& place,
                                                                    bool is_active) {
  auto line = Line::open(place);
  if (!line) return base::failure_of(std::move(line));
  if (gpiod_line_request_output_flags(line->get(), kConsumer, flags_of(place), is_active ? 1 : 0) !=
      0)
    return failure(place, errno);
  return std::make_unique<GpiodOutput>(place, *std::move(line));
}

}  // namespace linli::board
