#include "firmware/scenarios/access/door_book.hpp"

#include <algorithm>
#include <utility>

namespace linli::scenarios::access {
namespace {

using base::Code;

// Each device once.
std::vector<std::string> devices_of(const DoorDefinition& door) {
  std::vector<std::string> devices{door.lock.device.str()};
  if (door.contact) devices.push_back(door.contact->device.str());
  if (door.exit) devices.push_back(door.exit->device.str());
  for (const ReaderPoint& reader : door.readers) devices.push_back(reader.device.str());
  std::sort(devices.begin(), devices.end());
  devices.erase(std::unique(devices.begin(), devices.end()), devices.end());
  return devices;
}

bool is_same_head(const ReaderPoint& one, const ReaderPoint& other) {
  return one.device == other.device && one.head == other.head;
}

bool shares_lock(const LockPoint& one, const LockPoint& other) {
  return one.device == other.device && one.action == other.action && one.input == other.input;
}

}  // namespace

const DoorDefinition* DoorBook::find(std::string_view id) const {
  const auto found = doors_.find(id);
  return found == doors_.end() ? nullptr : &found->second;
}

base::Result<void> DoorBook::check(const DoorDefinition& door,
                                   const domain::access::FindProfile& find_profile) const {
  if (auto checked = check_devices(door, find_profile); !checked) return checked;
  for (auto one = door.readers.begin(); one != door.readers.end(); ++one) {
    const bool is_twice = std::any_of(door.readers.begin(), one, [one](const ReaderPoint& other) {
      return is_same_head(*one, other);
    });
    if (is_twice) {
      return base::fail(Code::kInvalid, "readers: head {} of '{}' stands there twice", one->head,
                        one->device.str());
    }
  }
  for (const auto& [id, other] : doors_) {
    if (id == door.id) continue;
    if (auto checked = check_parts(door, other); !checked) return checked;
  }
  if (find(door.id) == nullptr && doors_.size() >= kMost)
    return base::fail(Code::kFull, "there are {} doors already: remove some first", kMost);
  return {};
}

base::Result<void> DoorBook::check_parts(const DoorDefinition& door,
                                         const DoorDefinition& other) const {
  if (shares_lock(door.lock, other.lock)) {
    return base::fail(Code::kConflict, "lock: '{}' unlocks door '{}' already",
                      door.lock.device.str(), other.id);
  }
  const bool shares_contact = door.contact && other.contact &&
                              door.contact->device == other.contact->device &&
                              door.contact->property == other.contact->property;
  if (shares_contact) {
    return base::fail(Code::kConflict, "contact: '{}' watches door '{}' already",
                      door.contact->device.str(), other.id);
  }
  for (const ReaderPoint& reader : door.readers) {
    const bool is_taken =
        std::any_of(other.readers.begin(), other.readers.end(),
                    [&reader](const ReaderPoint& each) { return is_same_head(reader, each); });
    if (is_taken) {
      return base::fail(Code::kConflict, "readers: head {} of '{}' belongs to door '{}' already",
                        reader.head, reader.device.str(), other.id);
    }
  }
  return {};
}

void DoorBook::put(DoorDefinition door) {
  remove(door.id);
  index(door);
  std::string id = door.id;
  doors_.insert_or_assign(std::move(id), std::move(door));
}

void DoorBook::remove(std::string_view id) {
  const auto found = doors_.find(id);
  if (found == doors_.end()) return;
  for (const std::string& device : devices_of(found->second)) {
    const auto entry = of_device_.find(device);
    auto& doors = entry->second;
    doors.erase(std::remove(doors.begin(), doors.end(), found->first), doors.end());
    if (doors.empty()) of_device_.erase(entry);
  }
  doors_.erase(found);
}

void DoorBook::index(const DoorDefinition& door) {
  for (std::string& device : devices_of(door)) of_device_[std::move(device)].push_back(door.id);
}

base::Result<void> DoorBook::may_be_commanded(std::string_view device,
                                              std::string_view action) const {
  for (const std::string& id : of_device(device)) {
    const LockPoint& lock = find(id)->lock;
    if (lock.device.str() != device) continue;
    if (action != lock.action && action != lock.end_action) continue;
    return base::fail(Code::kConflict,
                      "'{}' is the lock of door '{}': open the door instead, so that its rules "
                      "hold and its log says who came",
                      device, id);
  }
  return {};
}

const std::vector<std::string>& DoorBook::of_device(std::string_view device) const {
  static const std::vector<std::string> kNone;
  const auto found = of_device_.find(device);
  return found == of_device_.end() ? kNone : found->second;
}

}  // namespace linli::scenarios::access
