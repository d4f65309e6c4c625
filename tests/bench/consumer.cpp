#include "tests/bench/consumer.hpp"

#include <fmt/format.h>
#include <mosquitto.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "tests/bench/measure.hpp"

namespace linli::bench {
namespace {

constexpr std::string_view kStamp = "\"sent_us\":";
constexpr std::string_view kEpoch = "\"linliepoch\":\"";
constexpr std::string_view kSeq = "\"linliseq\":\"";

// Quoted text that begins at `from`.
std::string_view word_at(std::string_view text, std::size_t from) {
  return text.substr(from, text.find('"', from) - from);
}

}  // namespace

Consumer::Consumer(const Options& options)
    : options_(options), client_(mosquitto_new("bench-consumer", true, this)) {
  mosquitto_int_option(client_, MOSQ_OPT_RECEIVE_MAXIMUM, 1000);
  mosquitto_int_option(client_, MOSQ_OPT_TCP_NODELAY, 1);
  mosquitto_connect_callback_set(client_, &Consumer::on_connect);
  mosquitto_message_callback_set(client_, &Consumer::on_message);
  if (mosquitto_connect(client_, "127.0.0.1", options.consume_port, 60) != MOSQ_ERR_SUCCESS) {
    fmt::print(stderr, "load_gen: no platform broker on port {}\n", options.consume_port);
    std::exit(1);
  }
  mosquitto_loop_start(client_);
  while (!is_ready_) std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

Consumer::~Consumer() {
  mosquitto_disconnect(client_);
  mosquitto_loop_stop(client_, false);
  mosquitto_destroy(client_);
}

void Consumer::on_connect(mosquitto* client, void* self, int code) {
  auto& consumer = *static_cast<Consumer*>(self);
  if (code != 0) return;
  mosquitto_subscribe(client, nullptr, consumer.options_.consume_topic.c_str(), 1);
  consumer.is_ready_ = true;
}

void Consumer::on_message(mosquitto* /*client*/, void* self, const mosquitto_message* message) {
  static_cast<Consumer*>(self)->take(
      message->topic,
      {static_cast<const char*>(message->payload), static_cast<std::size_t>(message->payloadlen)});
}

void Consumer::take(std::string_view topic, std::string_view payload) {
  const std::int64_t now = now_us();
  std::uint64_t count = 0;
  {
    const std::lock_guard lock(mutex_);
    for (std::size_t at = payload.find(kStamp); at != std::string_view::npos;
         at = payload.find(kStamp, at + kStamp.size())) {
      std::int64_t sent = 0;
      const char* const digits = payload.data() + at + kStamp.size();
      std::from_chars(digits, payload.data() + payload.size(), sent);
      delays_.push_back(now - sent);
      ++count;
    }
  }
  received_ += count;
  accept(topic, payload);
}

void Consumer::accept(std::string_view topic, std::string_view payload) {
  const std::size_t epoch = payload.rfind(kEpoch);
  const std::size_t seq = payload.rfind(kSeq);
  const std::size_t up = topic.rfind("/up/");
  if (epoch == std::string_view::npos || seq == std::string_view::npos ||
      up == std::string_view::npos)
    return;
  const std::string answer = fmt::format(R"({{"epoch":"{}","stream":"{}","seq":{}}})",
                                         word_at(payload, epoch + kEpoch.size()),
                                         topic.substr(up + 4), word_at(payload, seq + kSeq.size()));
  const std::string down = fmt::format("{}/down/accepted", topic.substr(0, up));
  mosquitto_publish(client_, nullptr, down.c_str(), static_cast<int>(answer.size()), answer.data(),
                    1, false);
}

void Consumer::begin_measuring() {
  const std::lock_guard lock(mutex_);
  delays_.clear();
}

std::vector<std::int64_t> Consumer::delays() {
  const std::lock_guard lock(mutex_);
  std::vector<std::int64_t> sorted = delays_;
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

}  // namespace linli::bench
