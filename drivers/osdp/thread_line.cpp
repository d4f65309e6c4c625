#include "drivers/osdp/thread_line.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <utility>

#include "drivers/osdp/open_line.hpp"

namespace linli::drivers::osdp {
namespace {

using base::Code;

constexpr int kFirstPauseMs = 1000;
constexpr int kLastPauseMs = 30'000;
constexpr int kWriteLimitMs = 2000;
constexpr std::size_t kMaxQueued = 64 * 1024;

}  // namespace

// What the loop's thread and the line's share.
struct ThreadLine::Shared : std::enable_shared_from_this<Shared> {
  Shared(base::Loop& the_loop, BusSpec the_spec, LineEvents the_events)
      : loop(the_loop),
        spec(std::move(the_spec)),
        events(std::move(the_events)),
        wake(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;
  ~Shared() {
    if (wake >= 0) close(wake);
  }

  void run();
  void serve(int line);
  // False if the line is gone.
  bool read_some(int line);
  bool write_all(int line, std::string_view bytes) const;
  void tell(base::Result<void> state);
  void tell(std::string bytes);
  std::string take_queued();
  // False if the line is to be closed. Waits at most `ms`, or without end if that is negative.
  bool wait(int ms) const;
  void ring() const;

  base::Loop& loop;
  const BusSpec spec;
  const LineEvents events;
  const int wake;
  std::atomic<bool> is_closing{false};
  bool is_told_about = true;  // loop's thread only
  std::mutex mutex;
  std::string queued;
};

void ThreadLine::Shared::ring() const {
  const std::uint64_t one = 1;
  // It can fail only because the counter is full, and then it has woken the thread already.
  [[maybe_unused]] const ssize_t put = write(wake, &one, sizeof one);
}

bool ThreadLine::Shared::wait(int ms) const {
  pollfd waker{wake, POLLIN, 0};
  poll(&waker, 1, ms);
  return !is_closing;
}

void ThreadLine::Shared::tell(base::Result<void> state) {
  loop.post([self = shared_from_this(), state = std::move(state)] {
    if (self->is_told_about) self->events.on_state(state);
  });
}

void ThreadLine::Shared::tell(std::string bytes) {
  loop.post([self = shared_from_this(), bytes = std::move(bytes)] {
    if (self->is_told_about) self->events.on_bytes(bytes);
  });
}

std::string ThreadLine::Shared::take_queued() {
  std::uint64_t rung = 0;
  [[maybe_unused]] const ssize_t got = read(wake, &rung, sizeof rung);
  const std::lock_guard lock(mutex);
  return std::exchange(queued, {});
}

void ThreadLine::Shared::run() {
  int pause_ms = kFirstPauseMs;
  while (!is_closing) {
    auto line = open_line(spec, wake);
    if (line) {
      pause_ms = kFirstPauseMs;
      (void)take_queued();  // was for the line before
      tell(base::Result<void>{});
      serve(*line);
      close(*line);
      if (is_closing) return;
      tell(base::fail(Code::kOffline, "{} is gone: look at plug, converter and network",
                      place_of(spec)));
    } else {
      tell(base::failure_of(std::move(line)));
    }
    if (!wait(pause_ms)) return;
    pause_ms = std::min(2 * pause_ms, kLastPauseMs);
  }
}

void ThreadLine::Shared::serve(int line) {
  while (!is_closing) {
    std::array<pollfd, 2> watched{pollfd{line, POLLIN, 0}, pollfd{wake, POLLIN, 0}};
    if (poll(watched.data(), watched.size(), -1) < 0 && errno != EINTR) return;
    if (watched[1].revents != 0 && !write_all(line, take_queued())) return;
    if (watched[0].revents != 0 && !read_some(line)) return;
  }
}

bool ThreadLine::Shared::read_some(int line) {
  std::array<char, 4096> room{};
  const ssize_t got = read(line, room.data(), room.size());
  if (got < 0) return errno == EAGAIN || errno == EINTR;
  if (got > 0) tell(std::string(room.data(), static_cast<std::size_t>(got)));
  return got > 0;
}

bool ThreadLine::Shared::write_all(int line, std::string_view bytes) const {
  while (!bytes.empty() && !is_closing) {
    const ssize_t put = write(line, bytes.data(), bytes.size());
    if (put >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(put));
      continue;
    }
    if (errno != EAGAIN && errno != EINTR) return false;
    pollfd writable{line, POLLOUT, 0};
    if (poll(&writable, 1, kWriteLimitMs) == 0) return false;
  }
  return true;
}

ThreadLine::ThreadLine(base::Loop& loop, BusSpec spec, LineEvents events)
    : shared_(std::make_shared<Shared>(loop, std::move(spec), std::move(events))),
      thread_([shared = shared_] { shared->run(); }) {}

ThreadLine::~ThreadLine() {
  shared_->is_told_about = false;
  shared_->is_closing = true;
  shared_->ring();
  thread_.join();
}

void ThreadLine::send(std::string bytes) {
  {
    const std::lock_guard lock(shared_->mutex);
    if (shared_->queued.size() + bytes.size() > kMaxQueued) return;
    shared_->queued += bytes;
  }
  shared_->ring();
}

}  // namespace linli::drivers::osdp
