#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "firmware/base/loop.hpp"
#include "firmware/console/message.hpp"
#include "firmware/console/outlet_queue.hpp"

// The two sides of the server and what they say to each other. Each holds the other weakly: what
// is said to a side that is gone is lost.
namespace linli::console {

// The way to the server's thread, from any thread, until it is closed.
class Postbox {
 public:
  // `post` runs a task on the server's thread.
  explicit Postbox(std::function<void(base::Task)> post) : post_(std::move(post)) {}

  void post(base::Task task) {
    const std::lock_guard lock(mutex_);
    if (post_) post_(std::move(task));
  }
  // Afterwards nothing is posted any more.
  void close() {
    const std::lock_guard lock(mutex_);
    post_ = nullptr;
  }

 private:
  std::mutex mutex_;
  std::function<void(base::Task)> post_;
};

// The answer as the server's thread gets it. A stream is opened, or given up, under its number.
struct Answered {
  Response response;         // without on_open
  std::uint64_t stream = 0;  // 0: an ordinary answer
};

// One connection, as the answers find it. Server thread.
class Caller {
 public:
  Caller() = default;
  Caller(const Caller&) = delete;
  Caller& operator=(const Caller&) = delete;
  virtual ~Caller() = default;

  // `exchange`: the number that was given with the request; one that is over is let go.
  virtual void on_answer(std::uint64_t exchange, Answered answered) = 0;
};

// How an open stream is written to. `wake` runs on the server's thread whenever the queue asks.
struct OpenStream {
  std::shared_ptr<OutletQueue> queue;
  std::function<void()> wake;
};

class Front;

// The server's way to the front. Server thread.
class FrontLink {
 public:
  FrontLink(base::Loop& loop, std::weak_ptr<Front> front) : loop_(loop), front_(std::move(front)) {}

  void ask(Request request, std::uint64_t exchange, std::weak_ptr<Caller> caller) const;
  void opened(std::uint64_t stream, OpenStream open) const;
  void given_up(std::uint64_t stream) const;

 private:
  base::Loop& loop_;
  std::weak_ptr<Front> front_;
};

// The loop's side: hands requests to the handler. Made, used and destroyed on the loop's thread.
class Front : public std::enable_shared_from_this<Front> {
 public:
  Front(base::Loop& loop, std::shared_ptr<Postbox> server, RequestHandler handler)
      : loop_(loop), server_(std::move(server)), handler_(std::move(handler)) {}
  Front(const Front&) = delete;
  Front& operator=(const Front&) = delete;
  ~Front() = default;

  void handle(Request request, std::uint64_t exchange, std::weak_ptr<Caller> caller);
  void open(std::uint64_t stream, OpenStream open);
  void give_up(std::uint64_t stream);

 private:
  void answer(Response response, std::uint64_t exchange, std::weak_ptr<Caller> caller);

  base::Loop& loop_;
  std::shared_ptr<Postbox> server_;
  RequestHandler handler_;
  // What the handler gave is kept and destroyed here, on its own thread.
  std::map<std::uint64_t, std::function<void(OutletPtr)>> opening_;
  std::uint64_t next_ = 1;
};

}  // namespace linli::console
