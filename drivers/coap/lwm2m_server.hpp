#pragma once

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "drivers/coap/lwm2m_peer.hpp"
#include "drivers/coap/native_resources.hpp"
#include "firmware/base/loop.hpp"
#include "firmware/ports/device_driver.hpp"
#include "firmware/ports/intake.hpp"

namespace linli::drivers::coap {

struct Lwm2mStatus {
  std::size_t registered = 0;
  std::size_t observed = 0;              // resources
  std::uint64_t notifications = 0;       // and answers with a value
  std::uint64_t stale = 0;               // notifications of an older state than the last one
  std::uint64_t strays = 0;              // of an observation that is not ours: reset
  std::uint64_t expired = 0;             // registrations that were not renewed
  std::uint64_t unconfirmed_alarms = 0;  // that came in non-confirmable notifications
};

// LwM2M 1.1's registration and information-reporting interfaces for the devices whose model has
// resources: POST /rd, POST and DELETE /rd/<id>, and the requests to the devices. Registrations are
// in memory: after a restart of the gateway a device's update gets 4.04, and it registers anew.
// Loop thread only.
class Lwm2mServer {
 public:
  // A call that nobody answers in this time is taken for lost, acknowledged or not.
  static constexpr base::Duration kAnswerLimit = std::chrono::seconds(10);
  // After this what could not be stored is asked for, or told, once more.
  static constexpr base::Duration kStoreAgain = std::chrono::seconds(10);
  // The ledger closes a command at the action's time-out. What still waits is given back this much
  // earlier, so that it knows that nothing was sent.
  static constexpr base::Duration kBeforeTheLedger = std::chrono::milliseconds(100);
  // An update that was sent in time may be this late: MAX_TRANSMIT_SPAN (RFC 7252 §4.8.2).
  static constexpr base::Duration kMaxLateness = std::chrono::seconds(45);
  // How often a device's non-confirmable alarms are warned of.
  static constexpr base::Duration kWarnAgain = std::chrono::hours(1);
  // Values that wait for their commit; beyond that they are asked for again later.
  static constexpr std::size_t kMaxWaiting = 512;

  // `outlet` gives the way out, or nullptr while the ports are closed. `era`: another number in
  // each run, e.g. the seconds of the clock.
  Lwm2mServer(base::Loop& loop, ports::Intake& intake, std::function<net::CoapOutlet*()> outlet,
              std::uint32_t era);
  Lwm2mServer(const Lwm2mServer&) = delete;
  Lwm2mServer& operator=(const Lwm2mServer&) = delete;
  ~Lwm2mServer();

  // The device is offline if it has not registered `register_within` from now; 0: whenever it does.
  void attach(const domain::DeviceId& device, std::shared_ptr<const domain::Profile> profile,
              base::Duration register_within);
  void detach(const domain::DeviceId& device);
  bool serves(const domain::DeviceId& device) const { return devices_.contains(device); }

  // A request of an attached device; `payload` is the whole one.
  Outcome decide(const net::CoapRequest& request, const std::string& payload,
                 const domain::DeviceId& id);
  // An answer or a notification of an attached device.
  void on_answer(const net::CoapAnswer& answer, const domain::DeviceId& id);
  // What the call with this token is for, as segments; empty if it is not known (any more).
  std::vector<std::string> path_of(const domain::DeviceId& id, const std::string& token) const;
  void on_session_end(std::uint64_t session);
  // False if the message was none of ours.
  bool on_undelivered(std::uint64_t session, std::uint16_t message_id, bool refused);

  // kOffline if it is not registered, or was not heard until its time was over: then nothing was
  // sent. The action's answer is the device's answer to Write or Execute.
  void invoke(const ports::ActionRequest& request, base::Done<ports::ActionReply> done);

  Lwm2mStatus status() const;

 private:
  struct Command;
  struct Device;

  Outcome register_device(const net::CoapRequest& request, const std::string& links,
                          Device& device);
  Outcome update(const net::CoapRequest& request, const std::string& links, Device& device);
  Outcome deregister(Device& device);
  void after_register(const domain::DeviceId& id, Lwm2mRegistration registration,
                      std::string location, std::uint64_t session);
  void expire_later(Device& device);
  void expire(const domain::DeviceId& id);
  void tell_offline(const domain::DeviceId& id);
  void end(Device& device);
  void pump(Device& device);
  void send(Device& device, const Lwm2mPeer::Outgoing& outgoing);
  void take(const net::CoapAnswer& answer, Device& device, const Lwm2mPeer::Answered& answered);
  void count_unconfirmed_alarm(Device& device);
  void after_store(const domain::DeviceId& id, const net::CoapExchange& exchange,
                   const domain::ObjectPath& path, bool is_stored);
  void ask_again(const domain::DeviceId& id, const domain::ObjectPath& path);
  void lose(Device& device, const Lwm2mPeer::Lost& lost, bool refused);
  void settle(Device& device, const domain::CommandId& command,
              base::Result<ports::ActionReply> reply);
  static base::Result<void> enqueue(const ports::ActionRequest& request, Device* device);
  void give_up(const domain::DeviceId& id, const domain::CommandId& command);
  Device* find(const domain::DeviceId& id);

  base::Loop& loop_;
  ports::Intake& intake_;
  std::function<net::CoapOutlet*()> outlet_;
  std::uint32_t era_;
  std::uint64_t registrations_ = 0;
  std::size_t waiting_ = 0;
  Lwm2mStatus counts_;
  std::unordered_map<domain::DeviceId, std::unique_ptr<Device>, base::IdHash> devices_;
};

}  // namespace linli::drivers::coap
