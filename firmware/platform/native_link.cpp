#include "firmware/platform/native_link.hpp"

#include <fmt/format.h>

#include <utility>

#include "firmware/base/log.hpp"

namespace linli::platform {
namespace {

constexpr std::string_view kBatchType = "application/cloudevents-batch+json";
constexpr std::string_view kPresence = "up/presence";
constexpr std::string_view kAccepted = "down/accepted";
constexpr std::string_view kCommand = "down/command";

}  // namespace

NativeLink::NativeLink(base::Loop& loop, const ports::WallClock& clock, NativeLinkOptions options)
    : loop_(loop),
      options_(std::move(options)),
      contract_(clock, options_.gateway, options_.epoch) {}

std::string NativeLink::topic(std::string_view rest) const {
  return fmt::format("linli/v1/{}/{}", options_.gateway, rest);
}

net::MqttOptions NativeLink::mqtt_options() const {
  net::MqttOptions mqtt;
  mqtt.name = "platform";
  mqtt.host = options_.host;
  mqtt.port = options_.port;
  mqtt.v5 = options_.v5;
  mqtt.client_id = options_.gateway;
  mqtt.keepalive_s = options_.keepalive_s;
  mqtt.tls = options_.tls;
  mqtt.will = net::MqttWill{topic(kPresence), R"({"online":false})"};
  mqtt.backoff = options_.backoff;
  mqtt.connect_limit = options_.connect_limit;
  mqtt.subscriptions = {topic(kAccepted), topic(kCommand)};
  return mqtt;
}

void NativeLink::start(ports::LinkEvents events) {
  contract_.start(std::move(events));
  net::MqttEvents mqtt;
  mqtt.on_up = [this](bool /*session_present*/) { after_connect(); };
  mqtt.on_down = [this](const base::Error& reason) { contract_.events().on_down(reason); };
  mqtt.on_batch = [this](const std::vector<net::MqttMessage>& batch,
                         base::Once<void(bool)> release) {
    for (const auto& message : batch) on_message(message);
    if (release) std::move(release)(true);
  };
  client_ = std::make_unique<net::MqttClient>(loop_, mqtt_options(), std::move(mqtt));
}

void NativeLink::after_connect() {
  net::PublishRequest presence;
  presence.topic = topic(kPresence);
  presence.payload = R"({"online":true})";
  client_->publish(std::move(presence), [](const base::Result<void>& /*will be said again*/) {});
  contract_.events().on_up();
}

void NativeLink::send(std::vector<ports::ChunkPtr> chunks, base::Done<void> done) {
  std::string payload = client_ != nullptr ? contract_.render(chunks) : "";
  if (payload.empty()) {
    loop_.post([done = std::move(done), is_started = client_ != nullptr]() mutable {
      if (is_started) return std::move(done)({});
      std::move(done)(base::fail(base::Code::kOffline, "the link was not started"));
    });
    return;
  }
  net::PublishRequest request;
  request.topic = topic(fmt::format("up/{}", domain::name(chunks.front()->stream)));
  request.payload = std::move(payload);
  request.content_type = kBatchType;
  client_->publish(std::move(request), std::move(done));
}

void NativeLink::on_message(const net::MqttMessage& message) {
  if (message.topic == topic(kAccepted))
    return contract_.take_accepted(parse_accepted(message.payload));
  if (message.topic == topic(kCommand)) return contract_.take_command(message.payload);
  ++unknown_topics_;
  base::log::warn("platform", "message on a topic that nobody subscribed; ignored",
                  {{"topic", message.topic}});
}

ports::LinkStatus NativeLink::status() const {
  ports::LinkStatus status;
  status.peer =
      fmt::format("{}://{}:{}", options_.tls ? "mqtts" : "mqtt", options_.host, options_.port);
  contract_.describe(status);
  if (client_ == nullptr) return status;
  const auto mqtt = client_->status();
  status.up = mqtt.up;
  status.last_error = mqtt.last_error;
  status.attempts = mqtt.attempts;
  return status;
}

}  // namespace linli::platform
