#pragma once

#include <functional>
#include <memory>

#include "firmware/base/loop.hpp"

namespace linli::net {

// base::Loop on Boost.Asio (which only the .cpp knows). One thread calls run().
class AsioLoop final : public base::Loop {
 public:
  AsioLoop();
  ~AsioLoop() override;

  base::TimePoint now() const override;
  void post(base::Task task) override;
  base::Handle after(base::Duration delay, base::Task task) override;
  base::Handle readable(int fd, std::function<void()> on_ready) override;

  // Runs `on_signal` on the loop each time the process gets `signal`.
  base::Handle on_signal(int signal, std::function<void()> on_signal);

  // Runs until stop(). What is posted later is destroyed unrun.
  void run();
  // From any thread.
  void stop();

 private:
  struct Body;
  std::unique_ptr<Body> body_;
};

}  // namespace linli::net
