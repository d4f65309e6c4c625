#include "drivers/mqtt/ear.hpp"

#include <algorithm>
#include <utility>

namespace linli::drivers::mqtt {

Ear::Ear(base::Loop& loop, net::MqttOptions options, OnMessage on_message)
    : loop_(loop), options_(std::move(options)), on_message_(std::move(on_message)) {
  options_.name = "mqtt-ear";
  options_.v5 = false;
}

Ear::~Ear() = default;

void Ear::listen_to(std::vector<std::string> topics) {
  std::sort(topics.begin(), topics.end());
  if (topics == options_.subscriptions) return;
  client_.reset();
  since_.reset();
  options_.subscriptions = std::move(topics);
  if (options_.subscriptions.empty()) return;
  client_ = std::make_unique<net::MqttClient>(loop_, options_, events());
}

std::optional<net::MqttStatus> Ear::status() const {
  return client_ ? std::optional(client_->status()) : std::nullopt;
}

net::MqttEvents Ear::events() {
  net::MqttEvents events;
  events.on_up = [this](bool /*session_present*/) { since_ = loop_.now(); };
  events.on_down = [this](const base::Error& /*said in the log*/) { since_.reset(); };
  events.on_batch = [this](const std::vector<net::MqttMessage>& batch,
                           base::Once<void(bool)> release) {
    for (const net::MqttMessage& message : batch) on_message_(message);
    std::move(release)(true);
  };
  return events;
}

}  // namespace linli::drivers::mqtt
