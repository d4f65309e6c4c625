#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "tests/sim/platform/coap_door.hpp"
#include "tests/sim/platform/command_feed.hpp"
#include "tests/sim/platform/ledger.hpp"
#include "tests/sim/platform/options.hpp"

struct mosquitto;
struct mosquitto_message;
struct mqtt5__property;

namespace linli::sim {

// One connection to the platform's broker, a CoAP server if it is asked for, and the ledger behind
// both, on one thread. What the broker
// delivered together is written together and made durable once; only then the broker gets its
// PUBACKs and the gateways their "accepted". After any trouble it connects again, once a second.
class Receiver {
 public:
  explicit Receiver(Options options);
  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;
  ~Receiver();

  // Until `stop` becomes true.
  void run(const volatile bool& stop);

 private:
  using Clock = std::chrono::steady_clock;

  static void after_connect(mosquitto* client, void* self, int code, int flags,
                            const mqtt5__property* properties);
  static void after_subscribe(mosquitto* client, void* self, int id, int count, const int* granted);
  static void on_message(mosquitto* client, void* self, const mosquitto_message* message,
                         const mqtt5__property* properties);

  bool connect();
  void disconnect();
  void turn();
  // True if the broker has something to read; serves CoAP meanwhile.
  bool wait_for_broker(int timeout_ms);
  void wait_for_coap(int timeout_ms);
  CoapAnswer take_from_coap(const Topic& topic, const std::string& payload);
  int read_group();
  void commit();
  void say_accepted(const Acceptance& acceptance);
  void send_commands();
  void send_command(const std::string& line);
  bool publish(const std::string& topic, const std::string& payload);
  void take(const mosquitto_message& message, const mqtt5__property* properties);
  void print_stats();

  Options options_;
  Ledger ledger_;
  CommandFeed feed_;
  std::unique_ptr<CoapDoor> coap_;
  mosquitto* client_ = nullptr;
  bool up_ = false;
  std::string first_gateway_;
  std::map<std::string, bool> online_;
  std::uint64_t commands_sent_ = 0;
  Clock::time_point next_attempt_{};
  Clock::time_point next_stats_{};
};

}  // namespace linli::sim
