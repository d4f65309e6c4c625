#include "tests/sim/platform/receiver.hpp"

#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

namespace linli::sim {
namespace {

using nlohmann::json;

constexpr int kKeepAliveSeconds = 20;
constexpr int kMostInGroup = 64;  // messages that share one fdatasync
constexpr int kTurnMs = 100;      // commands and statistics are looked at this often
constexpr int kReceiveMaximum = 200;
constexpr std::string_view kBatchType = "application/cloudevents-batch+json";

void log(const std::string& text) {
  std::fprintf(stderr, "platform_receiver: %s\n", text.c_str());
}

std::optional<std::string> content_type_of(const mqtt5__property* properties) {
  char* text = nullptr;
  if (mosquitto_property_read_string(properties, MQTT_PROP_CONTENT_TYPE, &text, false) == nullptr) {
    return std::nullopt;
  }
  const std::unique_ptr<char, decltype(&std::free)> owned(text, &std::free);
  return text;
}

}  // namespace

Receiver::Receiver(Options options)
    : options_(std::move(options)), ledger_(options_.ledger), feed_(options_.commands) {
  mosquitto_lib_init();
  if (options_.coap_port == 0) return;
  coap_ =
      std::make_unique<CoapDoor>(options_.coap_port, options_.psk_identity, options_.psk_key_file,
                                 [this](const Topic& topic, const std::string& payload) {
                                   return take_from_coap(topic, payload);
                                 });
}

Receiver::~Receiver() {
  disconnect();
  mosquitto_lib_cleanup();
}

void Receiver::run(const volatile bool& stop) {
  while (!stop) {
    const bool may_connect = options_.speaks_mqtt && Clock::now() >= next_attempt_;
    if (client_ == nullptr && may_connect && !connect()) disconnect();
    if (client_ == nullptr) {
      wait_for_coap(kTurnMs);
      if (coap_) send_commands();
    } else {
      turn();
    }
    if (Clock::now() >= next_stats_) {
      next_stats_ = Clock::now() + std::chrono::seconds(1);
      if (options_.prints_stats) print_stats();
    }
  }
  if (client_ != nullptr) mosquitto_disconnect(client_);
}

bool Receiver::connect() {
  next_attempt_ = Clock::now() + std::chrono::seconds(1);
  client_ = mosquitto_new(options_.id.c_str(), true, this);
  if (client_ == nullptr) return false;
  mosquitto_int_option(client_, MOSQ_OPT_PROTOCOL_VERSION,
                       options_.mqtt == 5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311);
  mosquitto_int_option(client_, MOSQ_OPT_RECEIVE_MAXIMUM, kReceiveMaximum);
  // Without this the library acknowledges a message before it hands it over.
  mosquitto_threaded_set(client_, true);
  mosquitto_connect_v5_callback_set(client_, &Receiver::after_connect);
  mosquitto_subscribe_callback_set(client_, &Receiver::after_subscribe);
  mosquitto_message_v5_callback_set(client_, &Receiver::on_message);
  if (!options_.ca.empty() &&
      mosquitto_tls_set(client_, options_.ca.c_str(), nullptr, options_.cert.c_str(),
                        options_.key.c_str(), nullptr) != MOSQ_ERR_SUCCESS) {
    log("the certificate files cannot be used");
    return false;
  }
  const int code = mosquitto_connect_bind_v5(client_, options_.host.c_str(), options_.port,
                                             kKeepAliveSeconds, nullptr, nullptr);
  if (code != MOSQ_ERR_SUCCESS) log(std::string("no connection: ") + mosquitto_strerror(code));
  return code == MOSQ_ERR_SUCCESS;
}

void Receiver::disconnect() {
  up_ = false;
  if (client_ != nullptr) mosquitto_destroy(client_);
  client_ = nullptr;
}

void Receiver::turn() {
  int code = MOSQ_ERR_SUCCESS;
  if (wait_for_broker(kTurnMs)) code = read_group();
  commit();
  if (up_ || coap_) send_commands();
  if (code == MOSQ_ERR_SUCCESS && mosquitto_want_write(client_)) {
    code = mosquitto_loop_write(client_, 1);
  }
  if (code == MOSQ_ERR_SUCCESS) code = mosquitto_loop_misc(client_);
  if (code != MOSQ_ERR_SUCCESS) {
    log(std::string("connection lost: ") + mosquitto_strerror(code));
    disconnect();
  }
}

bool Receiver::wait_for_broker(int timeout_ms) {
  pollfd wait[] = {{mosquitto_socket(client_), POLLIN, 0},
                   {coap_ ? coap_->descriptor() : -1, POLLIN, 0}};
  if (mosquitto_want_write(client_)) wait[0].events |= POLLOUT;
  if (::poll(wait, 2, timeout_ms) <= 0) return false;
  if (wait[1].revents != 0) coap_->process();
  return (wait[0].revents & ~POLLOUT) != 0;
}

void Receiver::wait_for_coap(int timeout_ms) {
  pollfd wait{coap_ ? coap_->descriptor() : -1, POLLIN, 0};
  if (::poll(&wait, 1, timeout_ms) > 0) coap_->process();
}

CoapAnswer Receiver::take_from_coap(const Topic& topic, const std::string& payload) {
  constexpr unsigned kChanged = 2 * 32 + 4;
  constexpr unsigned kBadRequest = 4 * 32;
  constexpr unsigned kUnavailable = 5 * 32 + 3;
  if (first_gateway_.empty()) first_gateway_ = topic.gateway;
  const auto invalid = ledger_.counts().invalid;
  ledger_.take(topic, payload);
  std::optional<CoapAnswer> answer;
  // What came by the broker at the same time became durable, too.
  for (const auto& acceptance : ledger_.commit()) {
    if (acceptance.gateway == topic.gateway && acceptance.stream == topic.channel) {
      answer = {kChanged, json{{"epoch", acceptance.epoch}, {"accepted", acceptance.seq}}.dump()};
    } else if (options_.accepts && up_) {
      say_accepted(acceptance);
    }
  }
  if (ledger_.counts().invalid != invalid) return {kBadRequest, "not what the contract says"};
  if (!options_.accepts || !answer) return {kUnavailable, "nothing is accepted", 2};
  return *answer;
}

int Receiver::read_group() {
  for (int i = 0; i < kMostInGroup; ++i) {
    const int code = mosquitto_loop_read(client_, 1);
    if (code != MOSQ_ERR_SUCCESS) return code;
    if (!wait_for_broker(0)) break;
  }
  return MOSQ_ERR_SUCCESS;
}

void Receiver::commit() {
  const auto acceptances = ledger_.commit();
  if (!options_.accepts || !up_) return;
  for (const auto& acceptance : acceptances) say_accepted(acceptance);
}

void Receiver::say_accepted(const Acceptance& acceptance) {
  publish("linli/v1/" + acceptance.gateway + "/down/accepted",
          json{{"epoch", acceptance.epoch}, {"stream", acceptance.stream}, {"seq", acceptance.seq}}
              .dump());
}

bool Receiver::publish(const std::string& topic, const std::string& payload) {
  return mosquitto_publish(client_, nullptr, topic.c_str(), static_cast<int>(payload.size()),
                           payload.data(), 1, false) == MOSQ_ERR_SUCCESS;
}

void Receiver::send_commands() {
  for (const auto& line : feed_.lines()) send_command(line);
}

void Receiver::send_command(const std::string& line) {
  json command = json::parse(line, nullptr, false);
  std::string gateway = options_.gateway.empty() ? first_gateway_ : options_.gateway;
  // What is no object is sent as it stands: a gateway must cope with it.
  std::string payload = line;
  if (command.is_object()) {
    gateway = command.value("gateway", gateway);
    command.erase("gateway");
    payload = command.dump();
  }
  if (gateway.empty()) {
    log("a command names no gateway and none was heard; use --gateway");
  } else if (coap_ && (!up_ || coap_->is_observed(gateway))) {
    coap_->command(gateway, std::move(payload));
    ++commands_sent_;
  } else if (publish("linli/v1/" + gateway + "/down/command", payload)) {
    ++commands_sent_;
  }
}

void Receiver::after_connect(mosquitto* client, void* /*self*/, int code, int /*flags*/,
                             const mqtt5__property* /*properties*/) {
  if (code != 0) {
    log("the broker refuses this client, reason code " + std::to_string(code));
    return;
  }
  mosquitto_subscribe(client, nullptr, "linli/v1/+/up/#", 1);
}

void Receiver::after_subscribe(mosquitto* /*client*/, void* self, int /*id*/, int /*count*/,
                               const int* granted) {
  static_cast<Receiver*>(self)->up_ = granted[0] == 1;
  if (granted[0] != 1) log("the broker refuses the subscription: check the rights of this client");
}

void Receiver::on_message(mosquitto* /*client*/, void* self, const mosquitto_message* message,
                          const mqtt5__property* properties) {
  static_cast<Receiver*>(self)->take(*message, properties);
}

void Receiver::take(const mosquitto_message& message, const mqtt5__property* properties) {
  const auto topic = topic_of(message.topic);
  if (!topic) return;
  if (first_gateway_.empty()) first_gateway_ = topic->gateway;
  const std::string payload(static_cast<const char*>(message.payload),
                            static_cast<std::size_t>(message.payloadlen));
  if (topic->channel == "presence") {
    const json presence = json::parse(payload, nullptr, false);
    online_[topic->gateway] = presence.is_object() && presence.value("online", false);
    return;
  }
  if (options_.mqtt == 5 && content_type_of(properties) != kBatchType) {
    ledger_.reject(*topic, "the content type is not " + std::string(kBatchType));
    return;
  }
  ledger_.take(*topic, payload);
}

void Receiver::print_stats() {
  const LedgerCounts& counts = ledger_.counts();
  const json stats{{"connected", up_},
                   {"recovered", counts.recovered},
                   {"batches", counts.batches},
                   {"events", counts.events},
                   {"duplicates", counts.duplicates},
                   {"gaps", counts.gaps},
                   {"invalid", counts.invalid},
                   {"holes", ledger_.holes()},
                   {"out_of_order", ledger_.out_of_order()},
                   {"commands", commands_sent_},
                   {"observed", coap_ != nullptr && coap_->is_observed(options_.gateway.empty()
                                                                           ? first_gateway_
                                                                           : options_.gateway)},
                   {"online", online_},
                   {"streams", ledger_.streams()}};
  std::printf("%s\n", stats.dump().c_str());
  std::fflush(stdout);
}

}  // namespace linli::sim
