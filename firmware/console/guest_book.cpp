#include "firmware/console/guest_book.hpp"

#include <algorithm>
#include <utility>

#include "firmware/console/limits.hpp"

namespace linli::console {

std::size_t GuestBook::staying(const std::string* address) const {
  return static_cast<std::size_t>(
      std::count_if(guests_.begin(), guests_.end(), [address](const auto& entry) {
        const Guest& guest = entry.second;
        return !guest.is_going && (address == nullptr || guest.address == *address);
      }));
}

// Of `address` alone if there is one.
bool GuestBook::make_room(const std::string* address) {
  for (const Phase phase : {Phase::kHandshake, Phase::kWaiting, Phase::kBody}) {
    const auto found =
        std::find_if(guests_.begin(), guests_.end(), [address, phase](const auto& entry) {
          const Guest& guest = entry.second;
          return guest.phase == phase && !guest.is_going &&
                 (address == nullptr || guest.address == *address);
        });
    if (found == guests_.end()) continue;
    found->second.is_going = true;
    count_(Refused::kMadeRoom, found->second.address);
    found->second.cut();
    return true;
  }
  return false;
}

std::optional<GuestBook::Admission> GuestBook::admit(const std::string& address,
                                                     std::function<void()> cut) {
  if (staying(&address) >= limits::kConnectionsOfAddress && !make_room(&address)) {
    count_(Refused::kTooManyOfAddress, address);
    return std::nullopt;
  }
  // Those who go keep their descriptors for a moment: here they count.
  if (guests_.size() >= limits::kConnections + limits::kTurnedAway) {
    count_(Refused::kTooMany, address);
    return std::nullopt;
  }
  const bool is_over = staying(nullptr) >= limits::kConnections && !make_room(nullptr);
  const std::uint64_t guest = next_++;
  guests_[guest] = Guest{address, std::move(cut)};
  size_ = guests_.size();
  return Admission{guest, is_over};
}

void GuestBook::set_phase(std::uint64_t guest, Phase phase) {
  const auto found = guests_.find(guest);
  if (found != guests_.end()) found->second.phase = phase;
}

void GuestBook::set_cut(std::uint64_t guest, std::function<void()> cut) {
  const auto found = guests_.find(guest);
  if (found != guests_.end()) found->second.cut = std::move(cut);
}

void GuestBook::leave(std::uint64_t guest) {
  guests_.erase(guest);
  size_ = guests_.size();
}

}  // namespace linli::console
