#include "firmware/core/seen_window.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "firmware/base/bytes.hpp"

namespace linli::core {
namespace {

// No device id holds it.
constexpr char kSeparator = '#';

// What a row holds: the id's digest, and how many ids the device had used before it.
struct Row {
  std::uint64_t digest = 0;
  std::uint64_t number = 0;
};

std::string key_of(std::string_view device, std::size_t slot) {
  return fmt::format("{}{}{:02x}", device, kSeparator, slot);
}

std::uint64_t digest_of(std::string_view message_id) {
  const std::uint64_t digest = base::digest64(message_id);
  return digest == 0 ? 1 : digest;
}

}  // namespace

bool SeenWindow::contains(std::string_view message_id) const {
  return std::find(ring_.begin(), ring_.end(), digest_of(message_id)) != ring_.end();
}

std::optional<ports::StatePut> SeenWindow::insert(std::string_view device,
                                                  std::string_view message_id) {
  if (contains(message_id)) return std::nullopt;
  const Row row{digest_of(message_id), next_};
  const std::size_t slot = next_++ % kCapacity;
  if (slot >= ring_.size()) ring_.resize(slot + 1);
  ring_[slot] = row.digest;
  std::string value(sizeof row, '\0');
  std::memcpy(value.data(), &row, sizeof row);
  return ports::StatePut{ports::Space::kSeen, key_of(device, slot), std::move(value)};
}

void SeenWindow::remove(std::string_view message_id) {
  std::replace(ring_.begin(), ring_.end(), digest_of(message_id), std::uint64_t{0});
}

void SeenWindow::restore(std::string_view key, std::string_view value) {
  Row row;
  if (device_of(key).empty() || value.size() != sizeof row) return;
  std::memcpy(&row, value.data(), sizeof row);
  const std::size_t slot = row.number % kCapacity;
  if (slot >= ring_.size()) ring_.resize(slot + 1);
  ring_[slot] = row.digest;
  next_ = std::max(next_, row.number + 1);
}

std::vector<ports::StateErase> SeenWindow::erasures(std::string_view device) const {
  std::vector<ports::StateErase> erasures;
  for (std::size_t slot = 0; slot < ring_.size(); ++slot)
    erasures.push_back({ports::Space::kSeen, key_of(device, slot)});
  return erasures;
}

std::string_view SeenWindow::device_of(std::string_view key) {
  const std::size_t end = key.find(kSeparator);
  return end == std::string_view::npos ? std::string_view() : key.substr(0, end);
}

}  // namespace linli::core
