#include "tests/bench/load.hpp"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>

#include "tests/bench/measure.hpp"

namespace linli::bench {
namespace {

constexpr int kMaxEvents = 64;
constexpr std::int64_t kShortWaitUs = 100;

std::int64_t us(double seconds) {
  return static_cast<std::int64_t>(seconds * 1e6);
}

// What a good meter says, 200 bytes. All of it is news each time: what did not change would not be
// sent on.
std::string reading_of(std::int64_t stamp_us, std::uint64_t number) {
  const double n = static_cast<double>(number % 1000);
  return fmt::format(
      R"({{"properties":{{"sent_us":{},"voltage":{:.2f},"current":{:.3f},"power":{:.1f},)"
      R"("energy":{:.3f},"frequency":{:.3f},"power_factor":{:.3f},"temperature":{:.2f},)"
      R"("humidity":{:.1f}}}}})",
      stamp_us, 220 + n / 100, 1 + n / 1000, 220 + n / 10, 1e4 + n / 8, 49.5 + n / 1000, n / 1000,
      20 + n / 100, n / 10);
}

std::string event_of(const Options& options, std::int64_t stamp_us, std::uint64_t number) {
  std::string text =
      fmt::format(R"({{"event":"raised","data":{{"sent_us":{},"note":"{}-)", stamp_us, number);
  constexpr std::string_view kEnd = R"("}})";
  text.append(options.payload_bytes - text.size() - kEnd.size(), 'x');
  text += kEnd;
  return text;
}

std::string payload_of(const Options& options, std::int64_t stamp_us, std::uint64_t number) {
  return options.kind == "event" ? event_of(options, stamp_us, number)
                                 : reading_of(stamp_us, number);
}

}  // namespace

Load::Load(const Options& options, Consumer& consumer)
    : options_(options), consumer_(consumer), epoll_(epoll_create1(EPOLL_CLOEXEC)) {
  for (int i = 0; i < options.publishers; ++i) {
    publishers_.push_back(std::make_unique<Publisher>(
        options.publish_port, fmt::format("{}{}", options.user, i), options.password));
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u32 = static_cast<std::uint32_t>(i);
    epoll_ctl(epoll_, EPOLL_CTL_ADD, publishers_.back()->socket(), &event);
  }
  const char* const kind = options.kind == "event" ? "event" : "properties";
  for (int i = 0; i < options.devices; ++i)
    topics_.push_back(fmt::format("linli/v1/dev{}/up/{}", i, kind));
}

Load::~Load() {
  close(epoll_);
}

void Load::send_one(std::int64_t stamp_us) {
  // A device always speaks through the same publisher, so that its order is kept.
  // No two stamps are the same: a value that did not change would not be sent on.
  last_stamp_us_ = std::max(stamp_us, last_stamp_us_ + 1);
  const std::size_t device = sent_ % topics_.size();
  publishers_[device % publishers_.size()]->add(topics_[device],
                                                payload_of(options_, last_stamp_us_, sent_));
  ++sent_;
}

void Load::serve(std::int64_t wait_us) {
  for (const auto& publisher : publishers_) publisher->flush();
  epoll_event events[kMaxEvents];
  const timespec wait{0, wait_us * 1000};
  const int ready = epoll_pwait2(epoll_, events, kMaxEvents, &wait, nullptr);
  for (int i = 0; i < ready; ++i) publishers_[events[i].data.u32]->read_acknowledgements();
}

void Load::run_sustained(double seconds) {
  const std::int64_t end = now_us() + us(seconds);
  const auto window = static_cast<std::uint64_t>(options_.window);
  while (now_us() < end) {
    const std::uint64_t on_the_way = sent_ - consumer_.received();
    const std::int64_t now = now_us();
    for (std::uint64_t room = window - std::min(window, on_the_way); room > 0; --room)
      send_one(now);
    serve(kShortWaitUs);
  }
}

void Load::run_at_rate(double seconds) {
  const std::int64_t begun = now_us();
  const auto total = static_cast<std::int64_t>(seconds * options_.rate);
  for (std::int64_t made = 0; made < total;) {
    const std::int64_t now = now_us();
    while (made < total) {
      const auto due = begun + us(static_cast<double>(made) / options_.rate);
      if (due > now) break;
      send_one(due);
      ++made;
    }
    serve(kShortWaitUs);
  }
}

void Load::linger(double seconds) {
  const std::int64_t end = now_us() + us(seconds);
  while (now_us() < end) serve(kShortWaitUs * 10);
}

void Load::drain(double seconds) {
  const std::int64_t end = now_us() + us(seconds);
  while (consumer_.received() < sent_ && now_us() < end) serve(kShortWaitUs * 10);
}

}  // namespace linli::bench
