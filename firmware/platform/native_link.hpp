#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "firmware/base/loop.hpp"
#include "firmware/net/mqtt_client.hpp"
#include "firmware/platform/link_contract.hpp"
#include "firmware/ports/platform_link.hpp"
#include "firmware/ports/wall_clock.hpp"

namespace linli::platform {

struct NativeLinkOptions {
  std::string gateway;  // our id at the platform, an id (base::is_id)
  std::string epoch;    // of the store
  std::string host;
  int port = 8883;
  bool v5 = true;                   // false: MQTT 3.1.1, which cannot say that a batch was refused
  std::optional<net::MqttTls> tls;  // absent only where a test speaks to itself
  base::BackoffLimits backoff;
  base::Duration connect_limit = std::chrono::seconds(10);
  int keepalive_s = 30;
};

struct NativeLinkCounts : LinkCounts {
  std::uint64_t unknown_topics = 0;
};

// The native contract: CloudEvents batches over MQTT, "accepted" and commands back.
//
//   up    linli/v1/<gateway>/up/<stream>, up/presence      down  …/down/accepted, …/down/command
//
// The session is a clean one: what the platform sent while we were away (a door's command, say) is
// not delivered late; the platform repeats what it did not get an outcome for.
class NativeLink final : public ports::PlatformLink {
 public:
  // `loop` and `clock` must outlive the link.
  NativeLink(base::Loop& loop, const ports::WallClock& clock, NativeLinkOptions options);

  void start(ports::LinkEvents events) override;
  void send(std::vector<ports::ChunkPtr> chunks, base::Done<void> done) override;
  ports::LinkStatus status() const override;

  NativeLinkCounts counts() const { return {contract_.counts(), unknown_topics_}; }

 private:
  net::MqttOptions mqtt_options() const;
  std::string topic(std::string_view rest) const;
  void after_connect();
  void on_message(const net::MqttMessage& message);

  base::Loop& loop_;
  NativeLinkOptions options_;
  LinkContract contract_;
  std::uint64_t unknown_topics_ = 0;
  std::unique_ptr<net::MqttClient> client_;
};

}  // namespace linli::platform
