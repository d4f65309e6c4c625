#include "firmware/core/todo.hpp"

#include <algorithm>
#include <array>
#include <tuple>

namespace linli::core {
namespace {

constexpr std::array<std::string_view, 17> kKindNames{
    "device_offline",   "device_never_seen",    "platform_down",       "platform_refuses",
    "certificate_ends", "clock_unsynchronised", "store_full",          "store_read_only",
    "events_lost",      "login_missing",        "command_unconfirmed", "data_rejected",
    "no_second_factor", "store_salvaged",       "fire_released",       "fire_release_missing",
    "fire_rules_wrong"};

constexpr std::array<std::string_view, 6> kActionNames{"open_device",     "open_platform",
                                                       "open_operations", "open_settings",
                                                       "open_account",    "open_command"};

// 1: people or events are in danger now. 2: something that guards does not. 3: something does not
// work. 4: something will not work. 5: to be put in order.
constexpr int kDanger = 1;
constexpr int kUnguarded = 2;
constexpr int kBroken = 3;
constexpr int kSoon = 4;
constexpr int kOrder = 5;

// A gateway that has just started has not heard its devices, nor reached anybody.
constexpr base::Duration kGrace = std::chrono::minutes(5);
// So long a platform may be away without a call to anybody: events wait.
constexpr std::int64_t kPlatformPatienceMs = 10 * 60'000;
// One frame that cannot be read is noise; a device that goes on is a device that is set up wrongly.
constexpr std::uint64_t kRejectedMany = 10;
constexpr std::int64_t kRecentMs = 24 * 3'600'000LL;

using Items = std::vector<TodoItem>;

std::optional<std::int64_t> ms_of(const std::optional<domain::EventTime>& time) {
  if (!time || time->quality == domain::TimeQuality::kUnknown) return std::nullopt;
  return time->unix_ms;
}

TodoItem of_house(TodoKind kind, int harm, TodoAction action) {
  TodoItem item;
  item.id = name(kind);
  item.kind = kind;
  item.harm = harm;
  item.action = action;
  return item;
}

TodoItem of_device(TodoKind kind, int harm, const TodoSnapshot::DevicePicture& device) {
  TodoItem item = of_house(kind, harm, TodoAction::kOpenDevice);
  item.id += ":" + device.id;
  item.device = device.id;
  item.place = device.place;
  item.target = device.id;
  item.params = {{"device", device.id}, {"name", device.name}};
  return item;
}

void look_at_store(const TodoSnapshot& now, Items& items) {
  if (now.store != ports::StoreHealth::kOk) {
    const bool is_full = now.store == ports::StoreHealth::kFull;
    TodoItem item = of_house(is_full ? TodoKind::kStoreFull : TodoKind::kStoreReadOnly, kDanger,
                             TodoAction::kOpenOperations);
    item.params = {{"why", now.store_trouble}};
    items.push_back(std::move(item));
  }
  if (now.salvaged_ms) {
    TodoItem item = of_house(TodoKind::kStoreSalvaged, kBroken, TodoAction::kOpenOperations);
    item.since_ms = now.salvaged_ms;
    items.push_back(std::move(item));
  }
  if (now.loss.count > 0) {
    TodoItem item = of_house(TodoKind::kEventsLost, kUnguarded, TodoAction::kOpenPlatform);
    item.params = {{"count", std::to_string(now.loss.count)}, {"class", now.loss.stream}};
    item.since_ms = now.loss.last_ms;
    items.push_back(std::move(item));
  }
}

void look_at_platform(const TodoSnapshot& now, Items& items) {
  const TodoSnapshot::Platform& platform = now.platform;
  if (!platform.is_wanted || (platform.is_up && !platform.refuses)) return;
  const bool is_new = platform.since_ms ? now.now_ms - *platform.since_ms < kPlatformPatienceMs
                                        : now.uptime < kGrace;
  if (is_new && !platform.refuses) return;
  const TodoKind kind = platform.refuses ? TodoKind::kPlatformRefuses : TodoKind::kPlatformDown;
  TodoItem item =
      of_house(kind, platform.waiting > 0 ? kUnguarded : kBroken, TodoAction::kOpenPlatform);
  item.params = {{"waiting", std::to_string(platform.waiting)}, {"why", platform.last_error}};
  item.since_ms = platform.since_ms;
  items.push_back(std::move(item));
}

void look_at_machine(const TodoSnapshot& now, Items& items) {
  for (const TodoSnapshot::Certificate& each : now.certificates) {
    if (!each.ends_soon && each.days_left >= 0) continue;
    TodoItem item = of_house(TodoKind::kCertificateEnds, each.days_left < 0 ? kUnguarded : kSoon,
                             TodoAction::kOpenPlatform);
    item.id += ":" + each.layer + "/" + each.name;
    item.params = {
        {"name", each.name}, {"layer", each.layer}, {"days_left", std::to_string(each.days_left)}};
    items.push_back(std::move(item));
  }
  if (now.clock != domain::TimeQuality::kSynchronised && now.uptime >= kGrace) {
    TodoItem item = of_house(TodoKind::kClockUnsynchronised, kSoon, TodoAction::kOpenOperations);
    item.params = {{"quality", std::string(domain::name(now.clock))}};
    items.push_back(std::move(item));
  }
}

// While the broker is down nothing is known of its devices, and it is one trouble, not hundreds.
void look_at_broker(const TodoSnapshot& now, Items& items) {
  if (now.is_broker_up || now.uptime < kGrace) return;
  TodoItem item = of_house(TodoKind::kDeviceOffline, kDanger, TodoAction::kOpenOperations);
  item.id += ":broker";
  item.params = {{"why", std::string(name(StateWhy::kBrokerDown))}};
  items.push_back(std::move(item));
}

void look_at_presence(const TodoSnapshot& now, const TodoSnapshot::DevicePicture& device,
                      Items& items) {
  const DeviceStanding& standing = device.standing;
  if (standing.why == StateWhy::kLoginMissing) {
    items.push_back(
        of_device(TodoKind::kLoginMissing, device.guards_people ? kUnguarded : kBroken, device));
  } else if (standing.why == StateWhy::kNeverSeen) {
    if (now.uptime < kGrace) return;
    items.push_back(
        of_device(TodoKind::kDeviceNeverSeen, device.guards_people ? kBroken : kOrder, device));
  } else if (standing.state == DeviceState::kOffline) {
    TodoItem item =
        of_device(TodoKind::kDeviceOffline, device.guards_people ? kUnguarded : kBroken, device);
    item.params.emplace_back("why", name(standing.why));
    item.since_ms = ms_of(standing.since);
    items.push_back(std::move(item));
  }
}

void look_at_devices(const TodoSnapshot& now, Items& items) {
  for (const TodoSnapshot::DevicePicture& device : now.devices) {
    look_at_presence(now, device, items);
    const bool is_recent = device.rejected_ms && now.now_ms - *device.rejected_ms < kRecentMs;
    if (device.rejected < kRejectedMany || !is_recent) continue;
    TodoItem item =
        of_device(TodoKind::kDataRejected, device.guards_people ? kBroken : kSoon, device);
    item.params.emplace_back("count", std::to_string(device.rejected));
    item.since_ms = device.rejected_ms;
    items.push_back(std::move(item));
  }
}

void look_at_commands(const TodoSnapshot& now, Items& items) {
  for (const TodoSnapshot::Command& each : now.unconfirmed) {
    TodoItem item = of_house(TodoKind::kCommandUnconfirmed, kUnguarded, TodoAction::kOpenCommand);
    item.id += ":" + each.id;
    item.device = each.device;
    item.place = each.place;
    item.since_ms = each.changed_ms;
    item.target = each.id;
    item.params = {{"action", each.action}, {"device", each.device}};
    items.push_back(std::move(item));
  }
}

void look_at_people(const TodoSnapshot& now, Items& items) {
  for (const TodoSnapshot::Manager& each : now.without_second_factor) {
    TodoItem item = of_house(TodoKind::kNoSecondFactor, kOrder, TodoAction::kOpenAccount);
    item.id += ":" + each.id;
    item.target = each.id;
    item.params = {{"name", each.name}};
    items.push_back(std::move(item));
  }
}

void look_at_fire(const TodoSnapshot& now, Items& items) {
  for (const std::string& rule : now.fire_released) {
    TodoItem item = of_house(TodoKind::kFireReleased, kDanger, TodoAction::kOpenOperations);
    item.id += ":" + rule;
    item.params = {{"rule", rule}};
    items.push_back(std::move(item));
  }
  for (const TodoSnapshot::FireDoor& each : now.fire_release_missing) {
    TodoItem item = of_house(TodoKind::kFireReleaseMissing, kUnguarded, TodoAction::kOpenDevice);
    item.id += ":" + each.door + "/" + each.device;
    item.device = each.device;
    item.place = each.place;
    item.target = each.device;
    item.params = {{"door", each.door}, {"device", each.device}, {"why", each.why}};
    items.push_back(std::move(item));
  }
  if (now.fire_rules_wrong.empty()) return;
  TodoItem item = of_house(TodoKind::kFireRulesWrong, kUnguarded, TodoAction::kOpenOperations);
  item.params = {{"count", std::to_string(now.fire_rules_wrong.size())},
                 {"why", now.fire_rules_wrong.front()}};
  items.push_back(std::move(item));
}

}  // namespace

std::string_view name(TodoKind kind) {
  return kKindNames.at(static_cast<std::size_t>(kind));
}

std::string_view name(TodoAction action) {
  return kActionNames.at(static_cast<std::size_t>(action));
}

TodoList todo_of(const TodoSnapshot& snapshot) {
  TodoList list;
  for (const auto look : {&look_at_fire, &look_at_store, &look_at_platform, &look_at_broker,
                          &look_at_commands, &look_at_devices, &look_at_machine, &look_at_people})
    look(snapshot, list.items);
  list.total = list.items.size();
  // Of equal harm, what has lasted longest; what nobody knows the age of comes last. The id makes
  // the order the same each time.
  const auto rank = [](const TodoItem& item) {
    return std::make_tuple(item.harm, item.since_ms.value_or(INT64_MAX), std::string_view(item.id));
  };
  const std::size_t most = std::min(TodoList::kMaxItems, list.items.size());
  std::partial_sort(list.items.begin(), list.items.begin() + static_cast<std::ptrdiff_t>(most),
                    list.items.end(),
                    [rank](const TodoItem& a, const TodoItem& b) { return rank(a) < rank(b); });
  list.items.resize(most);
  return list;
}

}  // namespace linli::core
