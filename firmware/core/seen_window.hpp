#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/ports/store.hpp"

namespace linli::core {

// The message ids that one device has used lately, so that a repeat is one event. Each id is a row
// of its own in a ring: a turn that is not stored takes only its own ids with it, and nothing that
// another turn writes can make them look taken.
class SeenWindow {
 public:
  // How many other messages a device may send before it repeats an unacknowledged one. Part of the
  // device contract.
  static constexpr std::size_t kCapacity = 256;

  // The row to store with the message, or nothing if the id was there already. The oldest id makes
  // room.
  std::optional<ports::StatePut> insert(std::string_view device, std::string_view message_id);
  bool contains(std::string_view message_id) const;
  // Takes an id back whose message was not stored after all.
  void remove(std::string_view message_id);

  // Reads one stored row of this device; anything unreadable is left out.
  void restore(std::string_view key, std::string_view value);
  // The rows that a device may have left.
  std::vector<ports::StateErase> erasures(std::string_view device) const;
  // Whose row it is; empty if it is none.
  static std::string_view device_of(std::string_view key);

 private:
  std::vector<std::uint64_t> ring_;  // digests; 0: an empty slot
  std::uint64_t next_ = 0;           // how many ids there have been; next_ % kCapacity is the slot
};

}  // namespace linli::core
