#include "drivers/mqtt/redelivery.hpp"

#include <algorithm>

#include "firmware/base/bytes.hpp"

namespace linli::drivers::mqtt {

ports::InflightMark mark_of(std::uint16_t message_id, std::string_view topic,
                            std::string_view payload) {
  return {message_id, base::digest64(payload, base::digest64(topic))};
}

void RedeliveryWindow::restore(const std::vector<ports::InflightMark>& marks) {
  for (const ports::InflightMark& mark : marks) remember(mark);
}

void RedeliveryWindow::remember(const ports::InflightMark& mark) {
  if (marks_.size() == kCapacity) marks_.pop_front();
  marks_.push_back(mark);
}

void RedeliveryWindow::forget(const std::vector<ports::InflightMark>& marks) {
  std::erase_if(marks_, [&marks](const ports::InflightMark& mark) {
    return std::find(marks.begin(), marks.end(), mark) != marks.end();
  });
}

void RedeliveryWindow::after_connect(bool session_present) {
  if (!session_present) marks_.clear();
  candidates_.assign(marks_.begin(), marks_.end());
}

bool RedeliveryWindow::is_repeat(const ports::InflightMark& mark) {
  if (candidates_.empty()) return false;
  const auto found = std::find(candidates_.begin(), candidates_.end(), mark);
  if (found == candidates_.end()) {
    candidates_.clear();
    return false;
  }
  candidates_.erase(found);
  return true;
}

}  // namespace linli::drivers::mqtt
