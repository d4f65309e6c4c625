#include "firmware/net/asio_loop.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <mutex>
#include <utility>
#include <vector>

namespace linli::net {

namespace asio = boost::asio;
using boost::system::error_code;

struct AsioLoop::Body {
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  base::TimePoint now = base::Clock::now();

  // Tasks from other threads: one wake-up for all that come while the loop is busy.
  std::mutex mutex;
  std::vector<base::Task> posted;
  bool woken = false;

  void run_posted() {
    std::vector<base::Task> tasks;
    {
      const std::lock_guard lock(mutex);
      tasks.swap(posted);
      woken = false;
    }
    for (base::Task& task : tasks) std::move(task)();
  }
};

namespace {

// A timer outlives its handle while Asio still holds the wait; cancelled, it runs nothing.
struct Timer {
  Timer(asio::io_context& io, base::Task t) : timer(io), task(std::move(t)) {}
  asio::steady_timer timer;
  base::Task task;
};

// A descriptor that is lent, not owned: it is released, never closed.
struct Watch {
  Watch(asio::io_context& io, int fd, std::function<void()> f)
      : descriptor(io, fd), on_ready(std::move(f)) {}
  ~Watch() { release(); }
  void release() {
    on_ready = nullptr;
    if (descriptor.is_open()) descriptor.release();
  }
  asio::posix::stream_descriptor descriptor;
  std::function<void()> on_ready;
};

struct SignalWatch {
  SignalWatch(asio::io_context& io, int number, std::function<void()> f)
      : signals(io, number), on_signal(std::move(f)) {}
  asio::signal_set signals;
  std::function<void()> on_signal;
};

void wait(const std::shared_ptr<Watch>& watch) {
  watch->descriptor.async_wait(asio::posix::descriptor_base::wait_read,
                               [watch](const error_code& error) {
                                 if (error || !watch->on_ready) return;
                                 // A copy: the callback may end its own watch.
                                 const auto on_ready = watch->on_ready;
                                 on_ready();
                                 if (watch->on_ready) wait(watch);
                               });
}

void wait(const std::shared_ptr<SignalWatch>& watch) {
  watch->signals.async_wait([watch](const error_code& error, int /*number*/) {
    if (error || !watch->on_signal) return;
    watch->on_signal();
    if (watch->on_signal) wait(watch);
  });
}

}  // namespace

AsioLoop::AsioLoop() : body_(std::make_unique<Body>()) {}

AsioLoop::~AsioLoop() {
  // What was posted may hold handles of this loop: it goes while the loop is still whole.
  std::vector<base::Task> unrun;
  {
    const std::lock_guard lock(body_->mutex);
    unrun.swap(body_->posted);
  }
}

base::TimePoint AsioLoop::now() const {
  return body_->now;
}

void AsioLoop::post(base::Task task) {
  const std::lock_guard lock(body_->mutex);
  body_->posted.push_back(std::move(task));
  if (std::exchange(body_->woken, true)) return;
  asio::post(body_->io, [body = body_.get()] { body->run_posted(); });
}

base::Handle AsioLoop::after(base::Duration delay, base::Task task) {
  auto timer = std::make_shared<Timer>(body_->io, std::move(task));
  timer->timer.expires_at(body_->now + std::max(delay, base::Duration::zero()));
  timer->timer.async_wait([timer](const error_code& error) {
    if (error || !timer->task) return;
    auto due = std::move(timer->task);
    std::move(due)();
  });
  return base::Handle([weak = std::weak_ptr(timer)] {
    const auto held = weak.lock();
    if (!held) return;
    const auto unrun = std::move(held->task);
    held->task = {};
    held->timer.cancel();
  });
}

base::Handle AsioLoop::readable(int fd, std::function<void()> on_ready) {
  auto watch = std::make_shared<Watch>(body_->io, fd, std::move(on_ready));
  wait(watch);
  return base::Handle([weak = std::weak_ptr(watch)] {
    if (const auto held = weak.lock()) held->release();
  });
}

base::Handle AsioLoop::on_signal(int signal, std::function<void()> on_signal) {
  auto watch = std::make_shared<SignalWatch>(body_->io, signal, std::move(on_signal));
  wait(watch);
  return base::Handle([weak = std::weak_ptr(watch)] {
    const auto held = weak.lock();
    if (!held) return;
    held->on_signal = nullptr;
    held->signals.cancel();
  });
}

void AsioLoop::run() {
  body_->now = base::Clock::now();
  while (body_->io.run_one() > 0) body_->now = base::Clock::now();
}

void AsioLoop::stop() {
  body_->io.stop();
}

}  // namespace linli::net
