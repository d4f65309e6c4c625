#include "drivers/coap/observations.hpp"

#include <algorithm>

namespace linli::drivers::coap {

std::optional<Observation> Observations::add(Observation observation) {
  remove(observation.device);
  std::optional<Observation> evicted;
  if (list_.size() == kMax) {
    evicted = std::move(list_.front());
    list_.pop_front();
    ++evicted_;
  }
  list_.push_back(std::move(observation));
  return evicted;
}

const Observation* Observations::find(const domain::DeviceId& device) const {
  const auto found = std::find_if(list_.begin(), list_.end(), [&device](const Observation& one) {
    return one.device == device;
  });
  return found == list_.end() ? nullptr : &*found;
}

void Observations::cancel(const domain::DeviceId& device, const std::string& token) {
  std::erase_if(list_, [&device, &token](const Observation& one) {
    return one.device == device && one.token == token;
  });
}

void Observations::remove(const domain::DeviceId& device) {
  std::erase_if(list_, [&device](const Observation& one) { return one.device == device; });
}

void Observations::end_session(std::uint64_t session) {
  std::erase_if(list_, [session](const Observation& one) { return one.session == session; });
}

}  // namespace linli::drivers::coap
