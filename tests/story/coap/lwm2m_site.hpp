#pragma once

#include <memory>
#include <string>
#include <vector>

#include "drivers/coap/coap_driver.hpp"
#include "tests/story/coap/coap_site.hpp"
#include "tests/story/house.hpp"

namespace linli::story {

// One LwM2M device, "buzz1", between a house in virtual time and the network that the test is: a
// presence sensor with a thermometer and a buzzer.
class Lwm2mSite {
 public:
  explicit Lwm2mSite(base::Duration silent_after = base::Duration::zero());

  // From the device. Each returns after everything that is ready has happened.
  void send(net::CoapRequest request);
  void post(std::vector<std::string> path, std::vector<std::string> query,
            const std::string& links = "");
  void register_device(std::vector<std::string> query = {}, const std::string& links = kLinks);
  void update(std::vector<std::string> query = {});
  // Answers the call on the acknowledgement, as text; `observe`: the observation is accepted.
  void answer(const CoapSent& call, const std::string& text,
              std::optional<std::uint32_t> observe = std::nullopt, std::uint8_t code = 0x45);
  void notify(const CoapSent& call, const std::string& text, std::uint32_t observe,
              bool confirmable = true);
  // Registers, and answers every call with an observation: presence 0, temperature 20.
  void settle_in(std::vector<std::string> query = {});

  void invoke(const std::string& action, const std::string& input = "{}",
              base::Duration expires_in = std::chrono::seconds(60), const std::string& id = "c1");

  // What was sent since the last call of this, but replies.
  std::vector<CoapSent> calls();
  // The observation of this resource, "5500".
  const CoapSent& observation(const std::string& resource) const;
  std::string location() const;
  std::size_t alarms() const { return house.stored(domain::Stream::kAlarm).size(); }
  // Of the device, as it was told last.
  std::string last_telemetry() const {
    return house.stored(domain::Stream::kTelemetry).back().data;
  }

  static constexpr const char* kLinks = "</3/0>,</3302/0>,</3303/0>,</3338/0>";

  House house;
  std::vector<CoapSent> sent;
  std::vector<base::Result<ports::ActionReply>> outcomes;
  std::shared_ptr<const domain::Profile> profile;
  drivers::coap::CoapDriver driver;
  std::uint64_t session = 1;
  std::uint16_t next_id = 1;

 private:
  std::size_t seen_ = 0;
  std::vector<CoapSent> observations_;
};

}  // namespace linli::story
