#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "firmware/base/backoff.hpp"
#include "firmware/base/loop.hpp"
#include "firmware/base/once.hpp"
#include "firmware/base/secret.hpp"

namespace linli::net {

struct MqttTls {
  std::string ca_file;           // whom to trust; required
  std::string certificate_file;  // our own; empty: none
  std::string key_file;
};

struct MqttWill {
  std::string topic;
  std::string payload;
};

struct MqttOptions {
  std::string name = "mqtt";  // in logs
  std::string host;           // with port 0: the path of a Unix socket
  int port = 0;
  bool v5 = true;
  std::string client_id;
  std::string username;  // empty: none
  base::SecretText password;
  bool clean_session = true;
  int keepalive_s = 30;
  std::optional<MqttTls> tls;  // the host name is always verified
  std::optional<MqttWill> will;
  base::BackoffLimits backoff;
  base::Duration connect_limit = std::chrono::seconds(10);  // to a CONNACK
  std::vector<std::string> subscriptions;                   // QoS 1, sent again on every connect
  // Acknowledge each batch only when its release is called (see MqttEvents::on_batch).
  bool ack_after_release = false;
  int window =
      300;  // messages that may wait for their release; below the broker's max_inflight_messages
  base::Duration longest_unwritten_ack = std::chrono::milliseconds(50);
};

struct MqttMessage {
  std::string topic;
  std::string payload;
  std::uint16_t message_id = 0;  // 0: QoS 0
};

struct PublishRequest {
  std::string topic;
  std::string payload;
  int qos = 1;
  std::uint32_t expiry_s = 0;  // MQTT 5 message expiry; 0: none
  std::string content_type;    // MQTT 5; empty: none
};

struct MqttStatus {
  bool up = false;
  std::string peer;
  std::string last_error;  // with the way out; empty after a success
  int attempts = 0;        // failed ones since the last success
};

// All called on the loop.
struct MqttEvents {
  // Connected and subscribed.
  std::function<void(bool session_present)> on_up;
  std::function<void(const base::Error&)> on_down;
  // What was read together. With ack_after_release the broker gets no acknowledgement for it before
  // release(true); release(false) drops the connection, so that the broker delivers again. Without,
  // the acknowledgements were sent already.
  std::function<void(std::vector<MqttMessage> batch, base::Once<void(bool)> release)> on_batch;
  // Reading has stopped until everything read so far is released: hurry.
  std::function<void()> on_pause;
};

// One connection to one broker, on a thread of its own, that comes back by itself after any failure
// with base::Backoff. libmosquitto's own reconnect is not used: it gives up for ever after one TLS
// failure and spins when nothing listens. Members are called on the loop.
class MqttClient {
 public:
  MqttClient(base::Loop& loop, MqttOptions options, MqttEvents events);
  MqttClient(const MqttClient&) = delete;
  MqttClient& operator=(const MqttClient&) = delete;
  // Disconnects and joins the thread.
  ~MqttClient();

  // `done` runs once: ok when the broker has acknowledged it (at once for QoS 0), kNotFound when
  // it has and says that nobody is subscribed (MQTT 5 only), kRefused with the MQTT 5 reason,
  // kOffline if the connection was lost first or is down (it may or may not have arrived), kFull
  // when too many wait.
  void publish(PublishRequest request, base::Done<void> done);

  // Adds a topic to those of the options: now if connected, and on every later connect.
  void subscribe(std::string topic);

  MqttStatus status() const;

 private:
  class Worker;
  std::shared_ptr<Worker> worker_;
};

}  // namespace linli::net
