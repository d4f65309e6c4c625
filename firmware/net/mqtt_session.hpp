#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "firmware/net/mqtt_client.hpp"
#include "firmware/net/tls_context.hpp"

struct mosquitto;

namespace linli::net {

// Opens and closes a connection to see, within `limit`, whether anybody listens. Resolves names, so
// it may block for as long as the resolver does. Something to read on `cancel_fd` ends it early.
base::Result<void> probe(const std::string& host, int port, base::Duration limit, int cancel_fd);

// One attempt at a connection with a libmosquitto client of its own: what the library would do by
// itself after a failure is not what we want, so it never gets a second life. Worker thread only.
class MqttSession {
 public:
  struct Published {
    int id = 0;
    base::Result<void> result;
  };

  explicit MqttSession(const MqttOptions& options);
  MqttSession(const MqttSession&) = delete;
  MqttSession& operator=(const MqttSession&) = delete;
  ~MqttSession();

  // Begins to connect; is_up or failure follow from read() and write().
  base::Result<void> start();

  int socket() const;
  bool wants_write() const;
  // Reads what there is, up to a bound.
  void read();
  // Writes, if there is something to write.
  void write();
  // Keep-alive; about once a second.
  void tick();

  // The id that take_published() will name; or the reason why it cannot be sent.
  base::Result<int> publish(const PublishRequest& request);
  void subscribe(const std::string& topic);
  // Says goodbye, after all that waits to be written.
  void disconnect();
  // Ends it without writing another byte: what was not acknowledged stays so.
  void abandon(base::Error why) { fail(std::move(why)); }

  // Connected, and every subscription confirmed.
  bool is_up() const { return is_up_; }
  bool session_present() const { return session_present_; }
  // Why the session is over, once it is.
  const std::optional<base::Error>& failure() const { return failure_; }
  std::vector<MqttMessage> take_messages() { return std::exchange(messages_, {}); }
  std::vector<Published> take_published() { return std::exchange(published_, {}); }

 private:
  struct Callbacks;  // the library's C callbacks, friends of this class
  struct Destroy {
    void operator()(mosquitto* client) const;
  };

  base::Result<void> configure();
  base::Result<void> configure_tls(const MqttTls& tls);
  void fail(base::Error error);
  void fail(int library_code, std::string_view doing);

  const MqttOptions& options_;
  std::unique_ptr<TlsContext> tls_;  // outlives the client that uses it
  std::unique_ptr<mosquitto, Destroy> client_;
  int unconfirmed_subscriptions_ = 0;
  bool has_answer_ = false;  // a CONNACK, whatever it says
  bool is_up_ = false;
  bool session_present_ = false;
  bool is_disconnecting_ = false;
  std::optional<base::Error> failure_;
  std::string
      library_complaint_;  // the last error that the library logged: it names the TLS trouble
  std::vector<MqttMessage> messages_;
  std::vector<Published> published_;
  std::uint64_t progress_ = 0;  // counts whatever arrived
};

}  // namespace linli::net
