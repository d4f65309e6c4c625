#include "drivers/mqtt/mqtt_driver.hpp"

#include <algorithm>
#include <utility>

#include "drivers/mqtt/mapped_codec.hpp"
#include "drivers/mqtt/native_topics.hpp"
#include "firmware/base/log.hpp"

namespace linli::drivers::mqtt {
namespace {

using base::Code;

constexpr std::string_view kControlResponses = "$CONTROL/dynamic-security/v1/response";

bool is_foreign(const domain::Profile& profile) {
  return !profile.up.empty() || !profile.down.empty();
}

// That nobody listens on its topic does not mean that there is no such device.
base::Failure unheard(base::Error error) {
  if (error.code != Code::kNotFound) return base::Failure(std::move(error));
  return base::fail(Code::kOffline, "the device is not connected, so it was told nothing");
}

}  // namespace

MqttDriver::MqttDriver(base::Loop& loop, ports::Intake& intake, MqttDriverOptions options,
                       std::function<void()> on_pause)
    : loop_(loop), intake_(intake), options_(std::move(options)), on_pause_(std::move(on_pause)) {
  redelivery_.restore(options_.marks);
}

MqttDriver::~MqttDriver() = default;

void MqttDriver::start() {
  net::MqttOptions in = options_.ingest;
  in.name = "mqtt-ingest";
  in.v5 = false;  // a 3.1.1 session outlives the connection without further words
  in.clean_session = false;
  in.ack_after_release = true;
  in.subscriptions = {native_up_filter()};
  for (const auto& [topic, device] : by_topic_) in.subscriptions.push_back(topic);
  in.subscriptions.insert(in.subscriptions.end(), guest_topics_.begin(), guest_topics_.end());
  ingest_ = std::make_unique<net::MqttClient>(
      loop_, std::move(in),
      net::MqttEvents{[this](bool present) { after_connect(present); },
                      [this](const base::Error& /*said in the log*/) { is_hearing_ = false; },
                      [this](const std::vector<net::MqttMessage>& batch,
                             base::Once<void(bool)> release) { take(batch, std::move(release)); },
                      on_pause_});
  net::MqttOptions out = options_.outlet;
  out.name = "mqtt-outlet";
  out.subscriptions = {std::string(kControlResponses)};
  outlet_ = std::make_unique<net::MqttClient>(
      loop_, std::move(out),
      net::MqttEvents{
          [this](bool /*session_present*/) {
            if (on_reachable_) on_reachable_();
            owes_listening_ = true;
            tell_listening();
          },
          [this](const base::Error& /*said in the log*/) { owes_listening_ = false; },
          [this](const std::vector<net::MqttMessage>& batch, base::Once<void(bool)> release) {
            for (const auto& message : batch) {
              if (on_control_) on_control_(message.payload);
            }
            std::move(release)(true);
          },
          {}});
  ear_ = std::make_unique<Ear>(loop_, options_.ear,
                               [this](const net::MqttMessage& message) { hear(message); });
  prick_up();
}

void MqttDriver::listen_to(std::set<domain::DeviceId> devices) {
  heard_ = std::move(devices);
  prick_up();
}

std::optional<base::TimePoint> MqttDriver::heard_since(const domain::DeviceId& device) const {
  return ear_ && heard_.contains(device) ? ear_->since() : std::nullopt;
}

// Only what is attached has topics; a rule may name what is not registered yet.
void MqttDriver::prick_up() {
  if (!ear_) return;
  std::vector<std::string> topics;
  for (const domain::DeviceId& device : heard_) {
    const auto found = devices_.find(device.str());
    if (found == devices_.end()) continue;
    if (!is_foreign(*found->second.profile))
      topics.push_back(native_publish_topics(device.str()));
    else
      for (std::string& topic : up_topics(*found->second.profile, device.str()))
        topics.push_back(std::move(topic));
  }
  ear_->listen_to(std::move(topics));
}

void MqttDriver::subscribe(std::string topic) {
  if (ingest_) ingest_->subscribe(topic);
  guest_topics_.insert(std::move(topic));
}

base::Result<void> MqttDriver::accepts(const domain::Profile& profile,
                                       std::string_view address) const {
  if (domain::dialect_of(profile) == domain::Dialect::kLwm2m)
    return base::fail(Code::kUnsupported, "{} describes a LwM2M device: its driver is coap",
                      profile.name);
  if (domain::dialect_of(profile) == domain::Dialect::kTerminal)
    return base::fail(Code::kUnsupported, "{} describes a terminal: its driver is terminal",
                      profile.name);
  return DeviceDriver::accepts(profile, address);
}

base::Result<void> MqttDriver::attach(domain::DeviceId device,
                                      std::shared_ptr<const domain::Profile> profile,
                                      std::string_view address) {
  if (auto accepted = accepts(*profile, address); !accepted) return accepted;
  const bool is_heard = heard_.contains(device);
  forget(device);
  for (std::string& topic : up_topics(*profile, device.str())) {
    if (ingest_) ingest_->subscribe(topic);
    by_topic_[std::move(topic)] = device;
  }
  const std::string key = device.str();
  devices_[key] = {std::move(device), std::move(profile)};
  if (is_heard) prick_up();
  return {};
}

void MqttDriver::detach(const domain::DeviceId& device) {
  forget(device);
  if (heard_.contains(device)) prick_up();
}

void MqttDriver::forget(const domain::DeviceId& device) {
  devices_.erase(device.str());
  std::erase_if(by_topic_, [&device](const auto& entry) { return entry.second == device; });
}

void MqttDriver::after_connect(bool session_present) {
  redelivery_.after_connect(session_present);
  if (!session_present) forget_marks_ = true;
  is_hearing_ = true;
  tell_listening();
}

void MqttDriver::tell_listening() {
  if (!owes_listening_ || !is_hearing_) return;
  owes_listening_ = false;
  if (on_listening_) on_listening_();
}

void MqttDriver::take(const std::vector<net::MqttMessage>& batch, base::Once<void(bool)> release) {
  ports::Delivery delivery;
  delivery.reports.reserve(batch.size());
  delivery.forget_marks = std::exchange(forget_marks_, false);
  counts_.messages += batch.size();
  for (const net::MqttMessage& message : batch) take_one(message, delivery);
  auto marks = delivery.marks;
  intake_.take(std::move(delivery), [this, marks = std::move(marks), release = std::move(release)](
                                        const base::Result<void>& stored) mutable {
    if (!stored) redelivery_.forget(marks);
    std::move(release)(stored.has_value());
  });
}

void MqttDriver::take_one(const net::MqttMessage& message, ports::Delivery& delivery) {
  if (message.message_id != 0) {
    const ports::InflightMark mark = mark_of(message.message_id, message.topic, message.payload);
    if (redelivery_.is_repeat(mark)) {
      ++counts_.redelivered;
      return;
    }
    redelivery_.remember(mark);
    delivery.marks.push_back(mark);
  }
  decode(message, delivery);
}

// nullptr: the topic is none of an attached device.
const MqttDriver::Attached* MqttDriver::sender_of(const net::MqttMessage& message) const {
  if (const auto native = parse_native_topic(message.topic)) {
    const auto found = devices_.find(native->device);
    const bool is_native = found != devices_.end() && !is_foreign(*found->second.profile);
    return is_native ? &found->second : nullptr;
  }
  const auto foreign = by_topic_.find(message.topic);
  return foreign == by_topic_.end() ? nullptr : &devices_.find(foreign->second.str())->second;
}

domain::Report MqttDriver::report_of(const Attached& sender, const net::MqttMessage& message) {
  if (const auto native = parse_native_topic(message.topic))
    return native::decode(*sender.profile, sender.id, native->kind, message.payload);
  return decode_mapped(*sender.profile, sender.id, message.topic, message.payload);
}

void MqttDriver::hear(const net::MqttMessage& message) const {
  const Attached* const sender = sender_of(message);
  if (sender != nullptr && on_heard_) on_heard_(report_of(*sender, message));
}

void MqttDriver::decode(const net::MqttMessage& message, ports::Delivery& delivery) {
  if (const Attached* const sender = sender_of(message)) {
    delivery.reports.push_back(report_of(*sender, message));
    show(message, sender, &delivery.reports.back());
    return;
  } else if (std::any_of(guests_.begin(), guests_.end(),
                         [&message, &delivery](const BrokerGuest& guest) {
                           return guest(message.topic, message.payload, delivery);
                         })) {
    return;
  }
  show(message, nullptr, nullptr);
  if (const auto native = parse_native_topic(message.topic)) {
    if (auto id = domain::DeviceId::parse(native->device)) {
      domain::Report unknown;
      unknown.device = *std::move(id);
      delivery.reports.push_back(std::move(unknown));
      return;
    }
  }
  ++counts_.strays;
  base::log::warn("mqtt", "a message on a topic of no device", {{"topic", message.topic}});
}

void MqttDriver::invoke(ports::ActionRequest request, base::Done<ports::ActionReply> done) {
  const auto found = devices_.find(request.device.str());
  const bool is_known = found != devices_.end() && outlet_;
  net::PublishRequest publish;
  base::Result<void> ready;
  const bool is_native = is_known && !is_foreign(*found->second.profile);
  if (!is_known) {
    ready = base::fail(Code::kNotFound, "the device is not attached");
  } else if (is_native) {
    publish.topic = command_topic(request.device.str());
    publish.payload =
        native::encode_command(found->second.profile->actions[request.action], request);
  } else if (auto mapped = encode_mapped(*found->second.profile, request)) {
    publish.topic = std::move(mapped->topic);
    publish.payload = std::move(mapped->payload);
  } else {
    ready = base::failure_of(std::move(mapped));
  }
  if (!ready) {
    loop_.post([done = std::move(done), error = ready.error()]() mutable {
      std::move(done)(base::Failure(error));
    });
    return;
  }
  show_sent(request.device, publish);
  publish.expiry_s =
      static_cast<std::uint32_t>(std::max<std::int64_t>(1, base::to_ms(request.expires_in) / 1000));
  outlet_->publish(std::move(publish),
                   [done = std::move(done), is_native](base::Result<void> sent) mutable {
                     if (!sent) return std::move(done)(unheard(std::move(sent).error()));
                     // A foreign device does not answer by id: that the broker has it is all that
                     // anyone will know.
                     if (!is_native)
                       return std::move(done)(
                           base::fail(Code::kTimeout, "sent; this model does not confirm actions"));
                     std::move(done)(ports::ActionReply{true, "{}"});
                   });
}

void MqttDriver::acknowledge(const domain::DeviceId& device, const std::string& message_id) {
  if (!outlet_) return;
  // Lost acknowledgements are no harm: the device repeats, and the repeat is acknowledged again.
  net::PublishRequest publish{ack_topic(device.str()), native::encode_ack(message_id), 1, 0, ""};
  show_sent(device, publish);
  outlet_->publish(std::move(publish), [](const base::Result<void>&) {});
}

void MqttDriver::show(const net::MqttMessage& message, const Attached* device,
                      const domain::Report* report) const {
  if (tap_ == nullptr) return;
  ports::Frame frame;
  frame.head = message.topic;
  frame.payload = message.payload;
  frame.peer = options_.ingest.host;
  if (device != nullptr) {
    frame.device = device->id.str();
    frame.profile = device->profile;
  }
  if (report != nullptr) frame.report = *report;
  tap_->frame("mqtt", std::move(frame));
}

void MqttDriver::show_sent(const domain::DeviceId& device,
                           const net::PublishRequest& publish) const {
  if (tap_ == nullptr) return;
  ports::Frame frame;
  frame.direction = ports::FrameDirection::kOut;
  frame.device = device.str();
  frame.peer = options_.outlet.host;
  frame.head = publish.topic;
  frame.payload = publish.payload;
  tap_->frame("mqtt", std::move(frame));
}

net::MqttStatus MqttDriver::broker_status() const {
  if (!ingest_ || !outlet_) return {};
  net::MqttStatus ingest = ingest_->status();
  if (!ingest.up) return ingest;
  const auto ear = ear_ ? ear_->status() : std::nullopt;
  return ear && !ear->up ? *ear : outlet_->status();
}

}  // namespace linli::drivers::mqtt
