#include "firmware/platform/native_link.hpp"

#include <fmt/format.h>

#include <utility>

#include "firmware/base/log.hpp"
#include "firmware/platform/down_messages.hpp"

namespace linli::platform {
namespace {

constexpr std::string_view kBatchType = "application/cloudevents-batch+json";
constexpr std::string_view kPresence = "up/presence";
constexpr std::string_view kAccepted = "down/accepted";
constexpr std::string_view kCommand = "down/command";

}  // namespace

NativeLink::NativeLink(base::Loop& loop, const ports::WallClock& clock, NativeLinkOptions options)
    : loop_(loop),
      clock_(clock),
      options_(std::move(options)),
      renderer_(options_.gateway, options_.epoch) {}

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
  events_ = std::move(events);
  net::MqttEvents mqtt;
  mqtt.on_up = [this](bool /*session_present*/) { after_connect(); };
  mqtt.on_down = [this](const base::Error& reason) { events_.on_down(reason); };
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
  events_.on_up();
}

void NativeLink::send(std::vector<ports::ChunkPtr> chunks, base::Done<void> done) {
  auto batch = renderer_.render(
      chunks, [this](const domain::EventTime& time) { return clock_.corrected(time); });
  if (batch.corrupt > 0) {
    counts_.corrupt_events += batch.corrupt;
    base::log::error("platform", "stored events are damaged; the platform gets a gap instead",
                     {{"stream", domain::name(chunks.front()->stream)},
                      {"first", chunks.front()->first},
                      {"events", batch.corrupt}});
  }
  if (client_ == nullptr || batch.events == 0) {
    loop_.post([done = std::move(done), is_started = client_ != nullptr]() mutable {
      if (is_started) return std::move(done)({});
      std::move(done)(base::fail(base::Code::kOffline, "the link was not started"));
    });
    return;
  }
  ++sent_batches_;
  sent_events_ += batch.events;
  net::PublishRequest request;
  request.topic = topic(fmt::format("up/{}", domain::name(chunks.front()->stream)));
  request.payload = std::move(batch.json);
  request.content_type = kBatchType;
  client_->publish(std::move(request), std::move(done));
}

void NativeLink::on_message(const net::MqttMessage& message) {
  if (message.topic == topic(kAccepted)) return on_accepted(message);
  if (message.topic == topic(kCommand)) return on_command(message);
  ++counts_.unknown_topics;
  base::log::warn("platform", "message on a topic that nobody subscribed; ignored",
                  {{"topic", message.topic}});
}

void NativeLink::on_accepted(const net::MqttMessage& message) {
  const auto accepted = parse_accepted(message.payload);
  if (!accepted) {
    ++counts_.invalid_accepted;
    base::log::warn("platform", "an accepted message cannot be read; ignored",
                    {{"why", accepted.error()}});
  } else if (accepted->epoch != options_.epoch) {
    ++counts_.foreign_accepted;
    base::log::warn("platform", "an accepted message is of another epoch; ignored",
                    {{"epoch", accepted->epoch}, {"ours", options_.epoch}});
  } else {
    events_.on_accepted(accepted->stream, accepted->seq);
  }
}

void NativeLink::on_command(const net::MqttMessage& message) {
  auto command = parse_platform_command(message.payload);
  if (!command) {
    ++counts_.invalid_commands;
    base::log::warn("platform", "a command cannot be read; nothing was done",
                    {{"why", command.error()}});
    return;
  }
  events_.on_command(*std::move(command));
}

ports::LinkStatus NativeLink::status() const {
  ports::LinkStatus status;
  status.peer =
      fmt::format("{}://{}:{}", options_.tls ? "mqtts" : "mqtt", options_.host, options_.port);
  status.sent_batches = sent_batches_;
  status.sent_events = sent_events_;
  if (client_ == nullptr) return status;
  const auto mqtt = client_->status();
  status.up = mqtt.up;
  status.last_error = mqtt.last_error;
  status.attempts = mqtt.attempts;
  return status;
}

}  // namespace linli::platform
