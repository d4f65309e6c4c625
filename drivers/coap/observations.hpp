#pragma once

#include <cstdint>
#include <list>
#include <optional>
#include <string>

#include "firmware/domain/ids.hpp"
#include "firmware/net/coap_message.hpp"

namespace linli::drivers::coap {

struct Observation {
  domain::DeviceId device;
  std::uint64_t session = 0;
  std::string token;
  net::CoapFormat format = net::CoapFormat::kJson;  // of the notifications
};

// Who listens for commands (RFC 7641): one observation a device, the newest. Pure.
class Observations {
 public:
  static constexpr std::size_t kMax = 256;

  // Replaces the device's own; beyond kMax the one registered longest ago is returned and gone.
  std::optional<Observation> add(Observation observation);
  // nullptr if the device does not observe; until the next change.
  const Observation* find(const domain::DeviceId& device) const;
  // The device has said so, with the token of its registration.
  void cancel(const domain::DeviceId& device, const std::string& token);
  void remove(const domain::DeviceId& device);
  void end_session(std::uint64_t session);

  // The value of the next Observe option: 24 bits that grow (RFC 7641 §3.4), also across a restart
  // if `start` is the seconds of the clock.
  void start_sequence(std::uint32_t start) { sequence_ = start & kSequenceMask; }
  std::uint32_t next_sequence() { return sequence_ = (sequence_ + 1) & kSequenceMask; }

  std::size_t size() const { return list_.size(); }
  std::uint64_t evicted() const { return evicted_; }

 private:
  static constexpr std::uint32_t kSequenceMask = 0xff'ffff;

  std::list<Observation> list_;  // registered longest ago first
  std::uint32_t sequence_ = 0;
  std::uint64_t evicted_ = 0;
};

}  // namespace linli::drivers::coap
