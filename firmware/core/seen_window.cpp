#include "firmware/core/seen_window.hpp"

#include <algorithm>
#include <cstring>

#include "firmware/base/bytes.hpp"

namespace linli::core {

SeenWindow::SeenWindow(std::string_view stored) {
  constexpr std::size_t kSize = sizeof(std::uint64_t);
  if (stored.size() % kSize != 0 || stored.size() > kCapacity * kSize) return;
  for (std::size_t at = 0; at < stored.size(); at += kSize) {
    std::uint64_t digest = 0;
    std::memcpy(&digest, stored.data() + at, kSize);
    digests_.push_back(digest);
  }
}

bool SeenWindow::contains(std::string_view message_id) const {
  const std::uint64_t digest = base::digest64(message_id);
  return std::find(digests_.begin(), digests_.end(), digest) != digests_.end();
}

bool SeenWindow::insert(std::string_view message_id) {
  if (contains(message_id)) return false;
  if (digests_.size() == kCapacity) digests_.pop_front();
  digests_.push_back(base::digest64(message_id));
  return true;
}

void SeenWindow::remove(std::string_view message_id) {
  std::erase(digests_, base::digest64(message_id));
}

std::string SeenWindow::stored() const {
  std::string bytes;
  bytes.reserve(digests_.size() * sizeof(std::uint64_t));
  for (const std::uint64_t digest : digests_) {
    char raw[sizeof digest];
    std::memcpy(raw, &digest, sizeof digest);
    bytes.append(raw, sizeof raw);
  }
  return bytes;
}

}  // namespace linli::core
