#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "firmware/base/time.hpp"
#include "firmware/core/device_state.hpp"
#include "firmware/domain/event_time.hpp"
#include "firmware/ports/store.hpp"

// What a person should do next, and nothing else: a decision over a picture of the whole house.
namespace linli::core {

enum class TodoKind : std::uint8_t {
  kDeviceOffline,
  kDeviceNeverSeen,
  kPlatformDown,
  kPlatformRefuses,
  kCertificateEnds,
  kClockUnsynchronised,
  kStoreFull,
  kStoreReadOnly,
  kEventsLost,
  kLoginMissing,
  kCommandUnconfirmed,
  kDataRejected,
  kNoSecondFactor,
  kStoreSalvaged,
  kFireReleased,
  kFireReleaseMissing,
  kFireRulesWrong,
};
std::string_view name(TodoKind kind);  // "device_offline", …

enum class TodoAction : std::uint8_t {
  kOpenDevice,
  kOpenPlatform,
  kOpenOperations,
  kOpenSettings,
  kOpenAccount,
  kOpenCommand,
};
std::string_view name(TodoAction action);  // "open_device", …

struct TodoItem {
  std::string id;  // the same for the same trouble, e.g. "device_offline:smoke-3-2-01"
  int harm = 5;    // 1 is the worst
  TodoKind kind = TodoKind::kDeviceOffline;
  std::vector<std::pair<std::string, std::string>> params{};  // name and value, for the sentence
  std::string device{};                                       // empty: none
  std::string place{};
  std::optional<std::int64_t> since_ms{};  // Unix; nullopt: not known
  TodoAction action = TodoAction::kOpenOperations;
  std::string target{};  // of the action: a device's, command's or person's id

  friend bool operator==(const TodoItem&, const TodoItem&) = default;
};

// The picture. Whoever asks fills in what that person may see: a list that is empty says nothing.
struct TodoSnapshot {
  struct DevicePicture {
    std::string id;
    std::string place{};
    std::string name{};
    DeviceStanding standing{};
    bool guards_people = false;  // has an event of class alarm, or an action that opens or saves
    std::uint64_t rejected = 0;  // messages since start that could not be understood
    std::optional<std::int64_t> rejected_ms{};  // the last one
  };
  struct Certificate {
    std::string name;
    std::string layer{};
    std::int64_t days_left = 0;  // below 0: over
    bool ends_soon = false;
  };
  struct Command {
    std::string id;
    std::string device{};
    std::string place{};
    std::string action{};
    std::int64_t changed_ms = 0;
  };
  struct Platform {
    bool is_wanted = false;  // a link is configured
    bool is_up = false;
    bool refuses = false;  // it answers, and says no
    std::string last_error{};
    std::uint64_t waiting = 0;  // events
    std::optional<std::int64_t> since_ms{};
  };
  struct Loss {
    std::uint64_t count = 0;  // events dropped, of the last day
    std::string stream{};     // the most important of them
    std::int64_t last_ms = 0;
  };
  struct Manager {
    std::string id;
    std::string name{};
  };

  std::int64_t now_ms = 0;
  domain::TimeQuality clock = domain::TimeQuality::kSynchronised;
  base::Duration uptime{0};
  ports::StoreHealth store = ports::StoreHealth::kOk;
  std::string store_trouble{};
  std::optional<std::int64_t> salvaged_ms{};  // the store was replaced then, within the last week
  bool is_broker_up = true;
  Platform platform{};
  Loss loss{};
  std::vector<DevicePicture> devices{};
  std::vector<Certificate> certificates{};
  std::vector<Command> unconfirmed{};  // of the last day
  std::vector<Manager> without_second_factor{};
  struct FireDoor {
    std::string door;
    std::string device{};
    std::string place{};
    std::string why{};  // "not_registered", "no_such_action", "offline"
  };
  std::vector<std::string> fire_released{};      // rules that stand triggered
  std::vector<FireDoor> fire_release_missing{};  // doors that a fire would not open now
  std::vector<std::string> fire_rules_wrong{};   // what in their file does not fit the devices
};

struct TodoList {
  static constexpr std::size_t kMaxItems = 7;
  std::vector<TodoItem> items;  // the worst first, at most kMaxItems
  std::size_t total = 0;        // with those that have no room
};

TodoList todo_of(const TodoSnapshot& snapshot);

}  // namespace linli::core
