#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "tests/bench/options.hpp"

struct mosquitto;
struct mosquitto_message;

namespace linli::bench {

// Receives at the platform broker, on the library's own thread. What the gateway sends in batches
// is acknowledged as the platform would, but from memory: the receiver's disk is not what is
// measured.
class Consumer {
 public:
  explicit Consumer(const Options& options);
  Consumer(const Consumer&) = delete;
  Consumer& operator=(const Consumer&) = delete;
  ~Consumer();

  std::uint64_t received() const { return received_; }
  // Delays from here on are kept, those before are forgotten.
  void begin_measuring();
  // Microseconds, sorted.
  std::vector<std::int64_t> delays();

 private:
  static void on_connect(mosquitto* client, void* self, int code);
  static void on_message(mosquitto* client, void* self, const mosquitto_message* message);
  void take(std::string_view topic, std::string_view payload);
  void accept(std::string_view topic, std::string_view payload);

  const Options& options_;
  mosquitto* client_;
  std::atomic<std::uint64_t> received_{0};
  std::atomic<bool> is_ready_{false};
  std::mutex mutex_;
  std::vector<std::int64_t> delays_;
};

}  // namespace linli::bench
