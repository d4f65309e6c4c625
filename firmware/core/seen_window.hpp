#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace linli::core {

// The message ids that one device has used lately, so that a repeat is one event. A device that
// wants acknowledgements has few messages open at a time; it may repeat any of its last kCapacity.
class SeenWindow {
 public:
  static constexpr std::size_t kCapacity = 64;

  SeenWindow() = default;
  // Reads what stored() wrote; anything else gives an empty window.
  explicit SeenWindow(std::string_view stored);

  // False if the id was there already. The oldest id makes room.
  bool insert(std::string_view message_id);
  bool contains(std::string_view message_id) const;
  // Takes an id back whose message was not stored after all.
  void remove(std::string_view message_id);
  std::string stored() const;

 private:
  std::deque<std::uint64_t> digests_;  // oldest first
};

}  // namespace linli::core
