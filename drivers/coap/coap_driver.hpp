#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "drivers/coap/block_transfer.hpp"
#include "drivers/coap/exchange_cache.hpp"
#include "drivers/coap/lwm2m_server.hpp"
#include "drivers/coap/native_resources.hpp"
#include "drivers/coap/observations.hpp"
#include "drivers/coap/silence_watch.hpp"
#include "drivers/coap/tapped_outlet.hpp"
#include "firmware/base/loop.hpp"
#include "firmware/base/subnet.hpp"
#include "firmware/ports/device_driver.hpp"
#include "firmware/ports/intake.hpp"
#include "firmware/ports/wall_clock.hpp"

namespace linli::drivers::coap {

struct CoapCounts {
  std::uint64_t requests = 0;   // repeats included
  std::uint64_t repeats = 0;    // answered as their first one was
  std::uint64_t strangers = 0;  // 4.01: a device that was removed a moment ago
  std::uint64_t refused = 0;    // 4.xx to devices
  std::uint64_t busy = 0;       // 4.29, 5.03: to be sent again later
  std::uint64_t undelivered_commands = 0;
};

struct CoapStatus {
  bool is_open = false;
  std::string last_error;  // why not; empty if nobody needs it
  std::size_t devices = 0;
  std::size_t plain_devices = 0;  // that speak without a key
  std::size_t observations = 0;
  std::size_t uploads = 0;
  std::uint64_t evicted_observations = 0;
  std::uint64_t evicted_uploads = 0;
  CoapCounts counts;
  Lwm2mStatus lwm2m;
};

// Devices that speak CoAP: the native contract on CoAP's resources, or LwM2M if their model has
// resources of it. The port is opened with the
// first device. A reply that says that something was taken in is sent after the store's commit.
// Loop thread only.
class CoapDriver final : public ports::DeviceDriver {
 public:
  // How long an acknowledgement waits for the commit, to carry the reply; then it goes alone and
  // the reply follows. Below the 2 s of ACK_TIMEOUT (RFC 7252 §4.8), after which senders repeat.
  static constexpr base::Duration kAckHold = std::chrono::seconds(1);
  // Reports that wait for their commit; beyond that devices are told to come back.
  static constexpr std::size_t kMaxWaiting = 512;
  // Separate replies that one session may leave unacknowledged before they become
  // non-confirmable: within kMaxOutstanding of the endpoint, with room for commands.
  static constexpr int kMaxSeparate = 16;
  static constexpr base::Duration kSeparateWindow = std::chrono::seconds(11);
  // A listening device that hears nothing registers again after this (RFC 7641 §3.3.1), and so
  // finds out that the gateway was restarted.
  static constexpr std::uint32_t kObserveMaxAgeS = 120;
  static constexpr base::Duration kOpenAgain = std::chrono::seconds(10);

  struct Dependencies {
    // Opens the ports; what arrives there comes to on_request() and its neighbours.
    std::function<base::Result<std::unique_ptr<net::CoapOutlet>>()> open;
    // Where devices may speak without a key; empty: nowhere.
    std::vector<base::Subnet> plain_from;
    // How long a device may be silent whose model has no heartbeat; 0: for ever.
    base::Duration silent_after{0};
    // Sees all messages of devices; may be null.
    ports::FrameTap* frames = nullptr;
  };

  CoapDriver(base::Loop& loop, ports::Intake& intake, const ports::WallClock& clock,
             Dependencies dependencies);
  ~CoapDriver() override;

  base::Result<void> accepts(const domain::Profile& profile,
                             std::string_view address) const override;
  // `address`: the IP address from which the device may speak without a key; empty: it needs one.
  base::Result<void> attach(domain::DeviceId device, std::shared_ptr<const domain::Profile> profile,
                            std::string_view address) override;
  void detach(const domain::DeviceId& device) override;
  // kOffline unless the device observes /linli/v1/command; of a LwM2M device, unless it is
  // registered.
  void invoke(ports::ActionRequest request, base::Done<ports::ActionReply> done) override;
  // The reply to its message has told the device already.
  void acknowledge(const domain::DeviceId& /*device*/, const std::string& /*id*/) override {}

  // Is it the address of a device that may speak without a key?
  bool admits(const std::string& address) const { return by_address_.contains(address); }
  void on_request(net::CoapRequest request);
  // An answer to a call of ours, or a notification: of LwM2M devices.
  void on_answer(const net::CoapAnswer& answer);
  void on_session_end(std::uint64_t session);
  void on_undelivered(std::uint64_t session, std::uint16_t message_id, bool refused);

  CoapStatus status() const;

 private:
  struct Attached {
    domain::DeviceId id;
    std::shared_ptr<const domain::Profile> profile;
    std::string address;
  };
  // A command on its way: told, and its answer not here yet.
  struct Told {
    domain::CommandId command;
    std::uint64_t session = 0;
    std::uint16_t message_id = 0;
    net::CoapReply whole;
    base::Done<ports::ActionReply> done;
    base::Handle limit;
  };
  struct Separate {
    base::TimePoint since;
    int sent = 0;
  };
  struct Waiting;
  // An acknowledgement that waits for a commit.
  struct Held {
    base::TimePoint due;
    std::weak_ptr<Waiting> waiting;
  };

  void open();
  // Of the request as it came, before its payload is taken; outcome: what it says, if anything.
  ports::Frame frame_of(const net::CoapRequest& request, const Attached& device) const;
  void show(ports::Frame frame, const Outcome* outcome);
  void show(const net::CoapAnswer& answer, const Attached& device);
  // `identity`: of the key; empty: the message came over plain UDP, from `address`.
  const Attached* identify(const std::string& identity, const std::string& address) const;
  void answer_repeat(const net::CoapRequest& request, const net::CoapReply* reply);
  bool notice(const net::CoapRequest& request, const Attached& device);
  void answer(const net::CoapRequest& request, net::CoapReply reply);
  Outcome decide(net::CoapRequest& request, const Attached& device);
  net::CoapReply listen(const net::CoapRequest& request, const Attached& device,
                        net::CoapReply reply);
  void store(const net::CoapRequest& request, ToStore to_store, bool is_back);
  void hold(const std::shared_ptr<Waiting>& waiting);
  void wait_for_held();
  void acknowledge_held();
  void after_store(Waiting& waiting, const base::Result<void>& stored);
  void send_separately(const net::CoapExchange& exchange, const net::CoapReply& reply);
  void settle(const domain::DeviceId& device, base::Result<ports::ActionReply> reply);

  base::Loop& loop_;
  ports::Intake& intake_;
  const ports::WallClock& clock_;
  Dependencies dependencies_;
  std::unordered_map<domain::DeviceId, Attached, base::IdHash> devices_;
  std::map<std::string, domain::DeviceId> by_address_;
  ExchangeCache exchanges_;
  BlockUploads uploads_;
  Observations observations_;
  SilenceWatch silence_;
  Lwm2mServer lwm2m_;
  std::unordered_map<domain::DeviceId, Told, base::IdHash> told_;
  std::unordered_map<std::uint64_t, Separate> separate_;
  std::size_t waiting_ = 0;
  std::deque<Held> held_;  // in the order of their times
  base::Handle hold_timer_;
  CoapCounts counts_;
  std::string last_error_;
  base::Handle open_again_;
  std::unique_ptr<net::CoapOutlet> outlet_;
  TappedOutlet* tapped_ = nullptr;  // outlet_, if there is somebody to show frames
};

}  // namespace linli::drivers::coap
