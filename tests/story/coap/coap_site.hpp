#pragma once

#include <memory>
#include <string>
#include <vector>

#include "drivers/coap/coap_driver.hpp"
#include "tests/story/house.hpp"

namespace linli::story {

// What the driver had sent, in order.
struct CoapSent {
  enum class Kind { kReply, kAcknowledgement, kSeparate, kNotification, kCall, kReset };
  Kind kind = Kind::kReply;
  net::CoapExchange exchange;  // of a notification: session, token and its own message id
  net::CoapReply reply{};
  net::CoapCall call{};  // of kCall; its exchange is as a notification's
};

class FakeOutlet final : public net::CoapOutlet {
 public:
  explicit FakeOutlet(std::vector<CoapSent>& sent) : sent_(sent) {}

  void reply(const net::CoapExchange& exchange, const net::CoapReply& reply) override {
    sent_.push_back({CoapSent::Kind::kReply, exchange, reply, {}});
  }
  void acknowledge(const net::CoapExchange& exchange) override {
    sent_.push_back({CoapSent::Kind::kAcknowledgement, exchange});
  }
  void reply_separately(const net::CoapExchange& exchange, const net::CoapReply& reply) override {
    sent_.push_back({CoapSent::Kind::kSeparate, exchange, reply});
  }
  std::optional<std::uint16_t> notify(std::uint64_t session, const std::string& token,
                                      const net::CoapReply& reply) override {
    sent_.push_back({CoapSent::Kind::kNotification, {session, ++last_id_, token, true, 0}, reply});
    return last_id_;
  }
  std::optional<std::uint16_t> call(std::uint64_t session, const std::string& token,
                                    const net::CoapCall& call) override {
    sent_.push_back({CoapSent::Kind::kCall, {session, ++last_id_, token, true, 0}, {}, call});
    return last_id_;
  }
  void reset(const net::CoapExchange& exchange) override {
    sent_.push_back({CoapSent::Kind::kReset, exchange});
  }

 private:
  std::vector<CoapSent>& sent_;
  std::uint16_t last_id_ = 0;
};

// What the platform was told of the devices' presence, in order: '+' online, '-' offline.
std::string presences_of(const House& house);

// The CoAP driver between a house in virtual time and the network that the test is. One device,
// "door1", with a key; session 1 is its association.
class CoapSite {
 public:
  explicit CoapSite(std::vector<base::Subnet> plain_from = {},
                    const std::shared_ptr<const domain::Profile>& profile = test_profile(),
                    base::Duration silent_after = base::Duration::zero());

  net::CoapRequest request(net::CoapMethod method, const std::string& name,
                           const std::string& payload = "");
  // Sends it, and lets what is ready happen.
  void send(net::CoapRequest request);
  void post(const std::string& name, const std::string& payload) {
    send(request(net::CoapMethod::kPost, name, payload));
  }
  void observe(std::uint64_t session = 1, const std::string& token = "ob");
  // Asks the device for "unlock"; the outcome stands in `outcomes` when there is one.
  void invoke(const std::string& command, base::Duration expires_in = std::chrono::seconds(10));

  CoapSent::Kind kind() const { return sent.back().kind; }
  net::CoapCode code() const { return sent.back().reply.code; }
  std::size_t alarms() const { return house.stored(domain::Stream::kAlarm).size(); }
  std::string presences() const { return presences_of(house); }

  House house;
  std::vector<CoapSent> sent;
  std::vector<base::Result<ports::ActionReply>> outcomes;
  bool can_open = true;
  int opened = 0;
  drivers::coap::CoapDriver driver;
  std::uint16_t next_id = 1;
};

}  // namespace linli::story
