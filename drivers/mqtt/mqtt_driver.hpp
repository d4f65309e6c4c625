#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "drivers/mqtt/ear.hpp"
#include "drivers/mqtt/redelivery.hpp"
#include "firmware/base/loop.hpp"
#include "firmware/net/mqtt_client.hpp"
#include "firmware/ports/device_driver.hpp"
#include "firmware/ports/frame_tap.hpp"
#include "firmware/ports/intake.hpp"

namespace linli::drivers::mqtt {

struct MqttDriverOptions {
  net::MqttOptions
      ingest;  // where the site broker is; the driver adds session, topics and acknowledging
  net::MqttOptions outlet;
  net::MqttOptions ear;
  std::vector<ports::InflightMark> marks;  // from Query::marks
};

struct MqttDriverCounts {
  std::uint64_t messages = 0;
  std::uint64_t redelivered = 0;  // known repeats of the broker
  std::uint64_t strays = 0;       // on topics that belong to no device
};

// Another driver whose devices hang on the site broker too. False: the topic is none of its own.
// What it reads goes into the delivery, and so is acknowledged when that is durable.
using BrokerGuest =
    std::function<bool(const std::string& topic, const std::string& payload, ports::Delivery&)>;

// Devices at the site broker: the native contract, and foreign ones by the forms of their profile.
// Needs what the intake needs: loop thread only.
class MqttDriver final : public ports::DeviceDriver {
 public:
  // `on_pause`: reading has stopped until the store has caught up; hurry it.
  MqttDriver(base::Loop& loop, ports::Intake& intake, MqttDriverOptions options,
             std::function<void()> on_pause);
  ~MqttDriver() override;

  // Connects; call it when the devices of the store are attached, so that none is a stranger.
  void start();

  base::Result<void> accepts(const domain::Profile& profile,
                             std::string_view address) const override;
  base::Result<void> attach(domain::DeviceId device, std::shared_ptr<const domain::Profile> profile,
                            std::string_view address) override;
  void detach(const domain::DeviceId& device) override;
  void invoke(ports::ActionRequest request, base::Done<ports::ActionReply> done) override;
  void acknowledge(const domain::DeviceId& device, const std::string& message_id) override;

  // The client that speaks to the broker; also for its administration. nullptr before start().
  net::MqttClient* outlet() { return outlet_.get(); }
  // Called with what arrives on the broker's control topic.
  void on_control(std::function<void(const std::string& payload)> on_control) {
    on_control_ = std::move(on_control);
  }

  // Who is asked about messages of no device of this driver, before they are called strays; and
  // what such a guest listens to.
  void host(BrokerGuest guest) { guests_.push_back(std::move(guest)); }
  void subscribe(std::string topic);

  // Who sees the messages of devices; it must outlive the driver.
  void show_frames(ports::FrameTap& tap) { tap_ = &tap; }

  // What these devices say is also heard at once, beside the intake; replaces those before.
  // `on_heard` gets it in the order of its arrival, and later comes the same report to the intake.
  void listen_to(std::set<domain::DeviceId> devices);
  void on_heard(std::function<void(const domain::Report&)> on_heard) {
    on_heard_ = std::move(on_heard);
  }
  // Since when each word of such a device has been heard so; nullopt: not now, or another device.
  std::optional<base::TimePoint> heard_since(const domain::DeviceId& device) const;

  // Called whenever the broker's administration can be reached (again).
  void on_reachable(std::function<void()> on_reachable) { on_reachable_ = std::move(on_reachable); }

  // Called once for each time that the outlet comes up, as soon as answers can be heard as well:
  // what is answered without QoS while nobody listens is lost.
  void on_listening(std::function<void()> on_listening) { on_listening_ = std::move(on_listening); }

  // Of the connections to the site broker: up if all are, else the trouble of one that is not.
  net::MqttStatus broker_status() const;
  const MqttDriverCounts& counts() const { return counts_; }

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  struct Attached {
    domain::DeviceId id;
    std::shared_ptr<const domain::Profile> profile;
  };
  template <class T>
  using ByText = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

  void after_connect(bool session_present);
  void take(const std::vector<net::MqttMessage>& batch, base::Once<void(bool)> release);
  void take_one(const net::MqttMessage& message, ports::Delivery& delivery);
  void decode(const net::MqttMessage& message, ports::Delivery& delivery);
  void forget(const domain::DeviceId& device);
  static domain::Report report_of(const Attached& sender, const net::MqttMessage& message);
  const Attached* sender_of(const net::MqttMessage& message) const;
  void hear(const net::MqttMessage& message) const;
  void prick_up();
  void tell_listening();
  void show(const net::MqttMessage& message, const Attached* device,
            const domain::Report* report) const;
  void show_sent(const domain::DeviceId& device, const net::PublishRequest& publish) const;

  base::Loop& loop_;
  ports::Intake& intake_;
  MqttDriverOptions options_;
  std::function<void()> on_pause_;
  std::function<void(const std::string&)> on_control_;
  std::function<void()> on_reachable_;
  std::function<void()> on_listening_;
  bool is_hearing_ = false;  // the ingest is up
  bool owes_listening_ = false;
  std::function<void(const domain::Report&)> on_heard_;
  ports::FrameTap* tap_ = nullptr;
  ByText<Attached> devices_;           // by id
  ByText<domain::DeviceId> by_topic_;  // foreign devices, by each topic that they send to
  std::vector<BrokerGuest> guests_;
  std::set<std::string> guest_topics_;
  RedeliveryWindow redelivery_;
  bool forget_marks_ = false;  // the next delivery tells the store of a new session
  MqttDriverCounts counts_;
  std::unique_ptr<net::MqttClient> ingest_;
  std::unique_ptr<net::MqttClient> outlet_;
  std::set<domain::DeviceId> heard_;
  std::unique_ptr<Ear> ear_;
};

}  // namespace linli::drivers::mqtt
