#include "firmware/net/mqtt_client.hpp"

#include <mosquitto.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <thread>
#include <utility>

#include "firmware/base/log.hpp"
#include "firmware/net/ack_window.hpp"
#include "firmware/net/mqtt_session.hpp"

namespace linli::net {
namespace {

using base::Code;

constexpr std::size_t kMaxQueued = 4096;
constexpr int kTickMs = 1000;

// The library wants to be initialised once a process.
void init_library() {
  static std::once_flag once;
  std::call_once(once, [] { mosquitto_lib_init(); });
}

}  // namespace

class MqttClient::Worker : public std::enable_shared_from_this<Worker> {
 public:
  Worker(base::Loop& loop, MqttOptions options, MqttEvents events)
      : loop_(loop),
        options_(std::move(options)),
        events_(std::move(events)),
        backoff_(options_.backoff, std::random_device{}()),
        acks_(options_.window, options_.longest_unwritten_ack),
        wake_fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    status_.peer = options_.port == 0 ? "unix:" + options_.host
                                      : fmt::format("{}://{}:{}", options_.tls ? "mqtts" : "mqtt",
                                                    options_.host, options_.port);
  }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker() { close(wake_fd_); }

  void start() {
    init_library();
    thread_ = std::thread([this] { run(); });
  }

  void stop() {
    is_alive_ = false;
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    wake();
    thread_.join();
  }

  void publish(PublishRequest request, base::Done<void> done) {
    {
      const std::lock_guard lock(mutex_);
      if (status_.up && queue_.size() < kMaxQueued) {
        queue_.push_back({std::move(request), std::move(done)});
      } else {
        const bool is_up = status_.up;
        refuse(std::move(done),
               is_up ? base::Error{Code::kFull, "too many messages wait for the broker"}
                     : base::Error{Code::kOffline, status_.peer + " is not connected"});
        return;
      }
    }
    wake();
  }

  void subscribe(std::string topic) {
    {
      const std::lock_guard lock(mutex_);
      new_subscriptions_.push_back(std::move(topic));
    }
    wake();
  }

  MqttStatus status() const {
    const std::lock_guard lock(mutex_);
    return status_;
  }

 private:
  struct Queued {
    PublishRequest request;
    base::Done<void> done;
  };
  using InFlight = std::map<int, base::Done<void>>;

  void wake() const {
    const std::uint64_t one = 1;
    if (write(wake_fd_, &one, sizeof one) < 0) return;  // full means it will wake anyway
  }

  void refuse(base::Done<void> done, base::Error error) {
    loop_.post([done = std::move(done), error = std::move(error)]() mutable {
      std::move(done)(base::Failure(std::move(error)));
    });
  }

  // Runs `body` on the loop, if the client still lives there.
  template <class Body>
  void tell(Body body) {
    loop_.post([self = shared_from_this(), body = std::move(body)]() mutable {
      if (self->is_alive_) body(*self);
    });
  }

  bool is_stopping() const {
    const std::lock_guard lock(mutex_);
    return stopping_;
  }

  void run() {
    while (!is_stopping()) {
      const base::Error reason = run_session();
      after_session(reason);
      wait_for_releases();
      wait(backoff_.next());
    }
  }

  base::Error run_session() {
    if (auto probed = probe(options_.host, options_.port, options_.connect_limit, wake_fd_);
        !probed)
      return probed.error();
    add_subscriptions(nullptr);
    MqttSession session(options_);
    if (auto started = session.start(); !started) return started.error();
    InFlight in_flight;
    const auto ended = drive(session, in_flight);
    end_publishes(in_flight);
    return ended.value_or(base::Error{Code::kOffline, "closed"});
  }

  // Until the session ends, is not up in time, or shall stop.
  std::optional<base::Error> drive(MqttSession& session, InFlight& in_flight) {
    const auto limit = base::Clock::now() + options_.connect_limit;
    auto next_tick = base::Clock::now();
    bool was_up = false;
    while (!session.failure()) {
      if (is_stopping()) {
        if (acks_.open() == 0) session.disconnect();
        break;
      }
      poll_once(session);
      if (base::Clock::now() >= next_tick) {
        session.tick();
        next_tick = base::Clock::now() + std::chrono::milliseconds(kTickMs);
      }
      if (session.is_up() && !std::exchange(was_up, true)) after_up(session);
      if (!was_up && base::Clock::now() > limit) {
        return base::Error{
            Code::kTimeout,
            fmt::format("no MQTT answer within {} s: is it an MQTT broker, and TLS on both sides?",
                        base::to_ms(options_.connect_limit) / 1000)};
      }
      add_subscriptions(&session);
      publish_queued(session, in_flight);
      report_published(session, in_flight);
    }
    return session.failure();
  }

  void poll_once(MqttSession& session) {
    check_pause();
    const bool paused = acks_.is_paused();
    const bool wants_write = acks_.may_write() && session.wants_write();
    const auto events = static_cast<short>((paused ? 0 : POLLIN) | (wants_write ? POLLOUT : 0));
    std::array fds{pollfd{session.socket(), events, 0}, pollfd{wake_fd_, POLLIN, 0}};
    poll(fds.data(), fds.size(),
         paused ? static_cast<int>(base::to_ms(AckWindow::kLongestPause)) : kTickMs);
    std::uint64_t count = 0;
    if ((fds[1].revents & POLLIN) != 0 && read(wake_fd_, &count, sizeof count) < 0) count = 0;
    const bool readable = (fds[0].revents & (POLLIN | POLLHUP | POLLERR)) != 0;
    // What is read now is not released yet, so nothing may be written with it.
    if (readable && !paused) session.read();
    hand_over(session);
    if (acks_.take_failure()) {
      session.abandon(
          {Code::kInternal, "messages could not be stored: the broker shall send them again"});
    } else if (acks_.may_write()) {
      session.write();
    }
  }

  void hand_over(MqttSession& session) {
    auto messages = session.take_messages();
    if (messages.empty()) return;
    const auto count = static_cast<int>(messages.size());
    if (options_.ack_after_release) acks_.add(count);
    tell([messages = std::move(messages), count](Worker& self) mutable {
      self.events_.on_batch(std::move(messages), self.release_of(count));
    });
  }

  base::Once<void(bool)> release_of(int count) {
    if (!options_.ack_after_release) return [](bool /*stored*/) {};
    return [self = shared_from_this(), count](bool stored) {
      if (self->acks_.release(count, stored)) self->wake();
    };
  }

  void check_pause() {
    if (!acks_.begin_pause()) return;
    tell([](Worker& self) {
      if (self.events_.on_pause) self.events_.on_pause();
    });
  }

  void add_subscriptions(MqttSession* session) {
    std::vector<std::string> topics;
    {
      const std::lock_guard lock(mutex_);
      topics.swap(new_subscriptions_);
    }
    for (std::string& topic : topics) {
      if (session != nullptr && session->is_up()) session->subscribe(topic);
      options_.subscriptions.push_back(std::move(topic));
    }
  }

  void publish_queued(MqttSession& session, InFlight& in_flight) {
    if (!session.is_up()) return;
    std::deque<Queued> queue;
    {
      const std::lock_guard lock(mutex_);
      queue.swap(queue_);
    }
    for (Queued& queued : queue) {
      auto id = session.publish(queued.request);
      if (id) {
        in_flight[*id] = std::move(queued.done);
      } else {
        refuse(std::move(queued.done), id.error());
      }
    }
  }

  void report_published(MqttSession& session, InFlight& in_flight) {
    for (auto& [id, result] : session.take_published()) {
      auto node = in_flight.extract(id);
      if (node.empty()) continue;
      loop_.post([done = std::move(node.mapped()), result = std::move(result)]() mutable {
        std::move(done)(std::move(result));
      });
    }
  }

  void end_publishes(InFlight& in_flight) {
    std::deque<Queued> queue;
    {
      const std::lock_guard lock(mutex_);
      queue.swap(queue_);
      status_.up = false;
    }
    const base::Error lost{Code::kOffline, "the connection was lost before the broker answered"};
    for (auto& [id, done] : in_flight) refuse(std::move(done), lost);
    for (Queued& queued : queue) refuse(std::move(queued.done), lost);
    in_flight.clear();
  }

  void after_up(const MqttSession& session) {
    backoff_.reset();
    {
      const std::lock_guard lock(mutex_);
      status_.up = true;
      status_.attempts = 0;
      status_.last_error.clear();
    }
    base::log::info(options_.name, "connected", {{"peer", status_.peer}});
    tell([present = session.session_present()](Worker& self) {
      if (self.events_.on_up) self.events_.on_up(present);
    });
  }

  void after_session(const base::Error& reason) {
    {
      const std::lock_guard lock(mutex_);
      status_.up = false;
      status_.last_error = reason.what;
      ++status_.attempts;
      if (stopping_) return;
    }
    base::log::warn(options_.name, "not connected", {{"peer", status_.peer}, {"why", reason}});
    tell([reason](Worker& self) {
      if (self.events_.on_down) self.events_.on_down(reason);
    });
  }

  // A new session delivers again what was not acknowledged. What was read before must have its fate
  // first, or a repeat could be taken for something new.
  void wait_for_releases() {
    while (acks_.open() > 0 && !is_stopping()) wait_for_wake(kTickMs);
    acks_.reset();
  }

  void wait(base::Duration duration) {
    const auto until = base::Clock::now() + duration;
    while (!is_stopping()) {
      const auto left = base::to_ms(until - base::Clock::now());
      if (left <= 0) return;
      wait_for_wake(static_cast<int>(std::min<std::int64_t>(left + 1, 60'000)));
    }
  }

  void wait_for_wake(int limit_ms) const {
    pollfd fd{wake_fd_, POLLIN, 0};
    std::uint64_t count = 0;
    if (poll(&fd, 1, limit_ms) > 0 && read(wake_fd_, &count, sizeof count) < 0) return;
  }

  base::Loop& loop_;
  MqttOptions options_;      // subscriptions grow; worker thread only
  const MqttEvents events_;  // called on the loop
  bool is_alive_ = true;     // loop thread only
  base::Backoff backoff_;    // worker thread only
  AckWindow acks_;
  const int wake_fd_;

  mutable std::mutex mutex_;
  std::deque<Queued> queue_;
  std::vector<std::string> new_subscriptions_;
  MqttStatus status_;
  bool stopping_ = false;
  std::thread thread_;
};

MqttClient::MqttClient(base::Loop& loop, MqttOptions options, MqttEvents events)
    : worker_(std::make_shared<Worker>(loop, std::move(options), std::move(events))) {
  worker_->start();
}

MqttClient::~MqttClient() {
  worker_->stop();
}

void MqttClient::publish(PublishRequest request, base::Done<void> done) {
  worker_->publish(std::move(request), std::move(done));
}

void MqttClient::subscribe(std::string topic) {
  worker_->subscribe(std::move(topic));
}

MqttStatus MqttClient::status() const {
  return worker_->status();
}

}  // namespace linli::net
