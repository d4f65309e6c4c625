#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tests/bench/consumer.hpp"
#include "tests/bench/options.hpp"
#include "tests/bench/publisher.hpp"

namespace linli::bench {

// All publishers on one thread.
class Load {
 public:
  Load(const Options& options, Consumer& consumer);
  ~Load();

  // As fast as it goes with at most `window` messages between publisher and consumer.
  void run_sustained(double seconds);
  // At a fixed rate. A message bears the time at which it was due, so that waiting in here counts.
  void run_at_rate(double seconds);
  // Until everything that was sent has come out, or `seconds` have gone.
  void drain(double seconds);

  // Nothing more is sent, but what came last is still acknowledged.
  void linger(double seconds);

  std::uint64_t sent() const { return sent_; }

 private:
  void send_one(std::int64_t stamp_us);
  void serve(std::int64_t wait_us);

  const Options& options_;
  Consumer& consumer_;
  std::vector<std::unique_ptr<Publisher>> publishers_;
  std::vector<std::string> topics_;
  int epoll_ = -1;
  std::uint64_t sent_ = 0;
  std::int64_t last_stamp_us_ = 0;
};

}  // namespace linli::bench
