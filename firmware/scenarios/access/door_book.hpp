#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/scenarios/access/door_definition.hpp"

namespace linli::scenarios::access {

// All doors (门), as stored. Loop thread only. Pointers stay good until the door is put again or
// removed.
class DoorBook {
 public:
  static constexpr std::size_t kMost = 1'000;

  const DoorDefinition* find(std::string_view id) const;
  const std::map<std::string, DoorDefinition, std::less<>>& all() const { return doors_; }

  // May it be put? As check_devices(); kConflict names the door that has the lock, the contact or
  // the reader already; kFull at kMost.
  base::Result<void> check(const DoorDefinition& door,
                           const domain::access::FindProfile& find) const;
  void put(DoorDefinition door);
  void remove(std::string_view id);

  // May a command ask this device for this action, past the door? kConflict names the door whose
  // lock that would move.
  base::Result<void> may_be_commanded(std::string_view device, std::string_view action) const;

  // The doors that this device is a part of, whatever its part. No allocation.
  const std::vector<std::string>& of_device(std::string_view device) const;

 private:
  base::Result<void> check_parts(const DoorDefinition& door, const DoorDefinition& other) const;
  void index(const DoorDefinition& door);

  std::map<std::string, DoorDefinition, std::less<>> doors_;
  std::map<std::string, std::vector<std::string>, std::less<>> of_device_;
};

}  // namespace linli::scenarios::access
