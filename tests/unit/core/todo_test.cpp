#include "firmware/core/todo.hpp"

#include <gtest/gtest.h>

namespace linli::core {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr std::int64_t kNow = 1'764'000'000'000;
constexpr std::int64_t kHour = 3'600'000;

TodoSnapshot quiet() {
  TodoSnapshot now;
  now.now_ms = kNow;
  now.uptime = hours(1);
  return now;
}

domain::EventTime at(std::int64_t unix_ms) {
  return {unix_ms, domain::TimeQuality::kSynchronised, 1, 1};
}

TodoSnapshot::DevicePicture device(const std::string& id, DeviceState state, StateWhy why,
                                   bool guards = false) {
  TodoSnapshot::DevicePicture picture;
  picture.id = id;
  picture.place = "b3";
  picture.standing = {state, why, at(kNow - kHour), at(kNow - kHour)};
  picture.guards_people = guards;
  return picture;
}

struct Case {
  const char* name;
  void (*change)(TodoSnapshot&);
  const char* kind;  // empty: nothing is to do
  int harm;
  const char* action;
};

class Todo : public testing::TestWithParam<Case> {};

TEST_P(Todo, OneTroubleIsOneItem) {
  TodoSnapshot now = quiet();
  GetParam().change(now);
  const TodoList list = todo_of(now);
  if (std::string_view(GetParam().kind).empty()) {
    EXPECT_TRUE(list.items.empty());
    return;
  }
  ASSERT_EQ(list.items.size(), 1U);
  EXPECT_EQ(name(list.items[0].kind), GetParam().kind);
  EXPECT_EQ(list.items[0].harm, GetParam().harm);
  EXPECT_EQ(name(list.items[0].action), GetParam().action);
  EXPECT_EQ(list.total, 1U);
}

INSTANTIATE_TEST_SUITE_P(
    Table, Todo,
    testing::Values(
        Case{"quiet_house", [](TodoSnapshot&) {}, "", 0, ""},
        Case{"store_full", [](TodoSnapshot& now) { now.store = ports::StoreHealth::kFull; },
             "store_full", 1, "open_operations"},
        Case{"store_read_only",
             [](TodoSnapshot& now) { now.store = ports::StoreHealth::kReadOnly; },
             "store_read_only", 1, "open_operations"},
        Case{"fire_released", [](TodoSnapshot& now) { now.fire_released = {"stairs"}; },
             "fire_released", 1, "open_operations"},
        Case{"fire_release_missing",
             [](TodoSnapshot& now) {
               now.fire_release_missing = {{"d1", "lock1", "b3", "offline"}};
             },
             "fire_release_missing", 2, "open_device"},
        Case{"fire_rules_wrong", [](TodoSnapshot& now) { now.fire_rules_wrong = {"rules[0]"}; },
             "fire_rules_wrong", 2, "open_operations"},
        Case{"store_salvaged", [](TodoSnapshot& now) { now.salvaged_ms = kNow - kHour; },
             "store_salvaged", 3, "open_operations"},
        Case{"events_lost",
             [](TodoSnapshot& now) {
               now.loss = {12, "alarm", kNow - kHour};
             },
             "events_lost", 2, "open_platform"},
        Case{"platform_down_with_events",
             [](TodoSnapshot& now) {
               now.platform = {true, false, false, "refused", 9, kNow - kHour};
             },
             "platform_down", 2, "open_platform"},
        Case{"platform_down_without_events",
             [](TodoSnapshot& now) { now.platform = {true, false, false, "", 0, kNow - kHour}; },
             "platform_down", 3, "open_platform"},
        Case{"platform_just_away",
             [](TodoSnapshot& now) { now.platform = {true, false, false, "", 9, kNow - 60'000}; },
             "", 0, ""},
        Case{"platform_off", [](TodoSnapshot& now) { now.platform.waiting = 9; }, "", 0, ""},
        Case{"platform_refuses",
             [](TodoSnapshot& now) { now.platform = {true, true, true, "no", 9, kNow - 1'000}; },
             "platform_refuses", 2, "open_platform"},
        Case{"certificate_soon",
             [](TodoSnapshot& now) {
               now.certificates = {{"site CA", "identity", 12, true}};
             },
             "certificate_ends", 4, "open_platform"},
        Case{"certificate_over",
             [](TodoSnapshot& now) {
               now.certificates = {{"site CA", "identity", -1, false}};
             },
             "certificate_ends", 2, "open_platform"},
        Case{"certificate_good",
             [](TodoSnapshot& now) {
               now.certificates = {{"site CA", "identity", 300, false}};
             },
             "", 0, ""},
        Case{"clock", [](TodoSnapshot& now) { now.clock = domain::TimeQuality::kFloor; },
             "clock_unsynchronised", 4, "open_operations"},
        Case{"clock_after_start",
             [](TodoSnapshot& now) {
               now.clock = domain::TimeQuality::kFloor;
               now.uptime = minutes(1);
             },
             "", 0, ""},
        Case{"silent_guard",
             [](TodoSnapshot& now) {
               now.devices = {device("smoke1", DeviceState::kOffline, StateWhy::kSilent, true)};
             },
             "device_offline", 2, "open_device"},
        Case{"silent_meter",
             [](TodoSnapshot& now) {
               now.devices = {device("meter1", DeviceState::kOffline, StateWhy::kSilent)};
             },
             "device_offline", 3, "open_device"},
        Case{"online_device",
             [](TodoSnapshot& now) {
               now.devices = {device("meter1", DeviceState::kOnline, StateWhy::kNone)};
             },
             "", 0, ""},
        Case{"never_seen",
             [](TodoSnapshot& now) {
               now.devices = {device("meter1", DeviceState::kUnknown, StateWhy::kNeverSeen)};
             },
             "device_never_seen", 5, "open_device"},
        Case{"never_seen_guard",
             [](TodoSnapshot& now) {
               now.devices = {device("smoke1", DeviceState::kUnknown, StateWhy::kNeverSeen, true)};
             },
             "device_never_seen", 3, "open_device"},
        Case{"never_seen_after_start",
             [](TodoSnapshot& now) {
               now.uptime = minutes(1);
               now.devices = {device("meter1", DeviceState::kUnknown, StateWhy::kNeverSeen)};
             },
             "", 0, ""},
        Case{"login_missing",
             [](TodoSnapshot& now) {
               now.devices = {device("meter1", DeviceState::kOffline, StateWhy::kLoginMissing)};
             },
             "login_missing", 3, "open_device"},
        Case{"broker_down",
             [](TodoSnapshot& now) {
               now.is_broker_up = false;
               now.devices = {device("meter1", DeviceState::kUnknown, StateWhy::kBrokerDown),
                              device("smoke1", DeviceState::kUnknown, StateWhy::kBrokerDown, true)};
             },
             "device_offline", 1, "open_operations"},
        Case{"rejected",
             [](TodoSnapshot& now) {
               now.devices = {device("meter1", DeviceState::kOnline, StateWhy::kNone)};
               now.devices[0].rejected = 50;
               now.devices[0].rejected_ms = kNow - kHour;
             },
             "data_rejected", 4, "open_device"},
        Case{"rejected_once",
             [](TodoSnapshot& now) {
               now.devices = {device("meter1", DeviceState::kOnline, StateWhy::kNone)};
               now.devices[0].rejected = 1;
               now.devices[0].rejected_ms = kNow - kHour;
             },
             "", 0, ""},
        Case{"rejected_long_ago",
             [](TodoSnapshot& now) {
               now.devices = {device("meter1", DeviceState::kOnline, StateWhy::kNone)};
               now.devices[0].rejected = 50;
               now.devices[0].rejected_ms = kNow - 48 * kHour;
             },
             "", 0, ""},
        Case{"unconfirmed",
             [](TodoSnapshot& now) {
               now.unconfirmed = {{"c1", "door1", "b3", "unlock", kNow - kHour}};
             },
             "command_unconfirmed", 2, "open_command"},
        Case{"no_second_factor",
             [](TodoSnapshot& now) {
               now.without_second_factor = {{"p1", "Li"}};
             },
             "no_second_factor", 5, "open_account"}),
    [](const auto& which) { return which.param.name; });

TEST(TodoList, IsTheSevenWorstAndSaysHowManyThereAre) {
  TodoSnapshot now = quiet();
  for (int i = 0; i < 20; ++i) {
    now.devices.push_back(
        device("meter" + std::to_string(i), DeviceState::kOffline, StateWhy::kSilent));
  }
  now.devices.push_back(device("smoke1", DeviceState::kOffline, StateWhy::kSilent, true));
  now.store = ports::StoreHealth::kFull;
  now.without_second_factor = {{"p1", ""}};
  const TodoList list = todo_of(now);
  ASSERT_EQ(list.items.size(), TodoList::kMaxItems);
  EXPECT_EQ(list.total, 23U);
  EXPECT_EQ(list.items[0].kind, TodoKind::kStoreFull);
  EXPECT_EQ(list.items[1].device, "smoke1");
  EXPECT_EQ(list.items[2].harm, 3);
}

TEST(TodoList, PutsWhatHasLastedLongestFirstAndTheUnknownLast) {
  TodoSnapshot now = quiet();
  now.devices = {device("new", DeviceState::kOffline, StateWhy::kSilent),
                 device("unknown", DeviceState::kOffline, StateWhy::kSilent),
                 device("old", DeviceState::kOffline, StateWhy::kDeviceSaidGoodbye)};
  now.devices[1].standing.since.reset();
  now.devices[2].standing.since = at(kNow - 9 * kHour);
  const TodoList list = todo_of(now);
  ASSERT_EQ(list.items.size(), 3U);
  EXPECT_EQ(list.items[0].device, "old");
  EXPECT_EQ(list.items[1].device, "new");
  EXPECT_EQ(list.items[2].device, "unknown");
  EXPECT_EQ(list.items[2].since_ms, std::nullopt);
}

TEST(TodoList, GivesTheSameTroubleTheSameId) {
  TodoSnapshot now = quiet();
  now.devices = {device("meter1", DeviceState::kOffline, StateWhy::kSilent)};
  const std::string id = todo_of(now).items[0].id;
  now.now_ms += kHour;
  EXPECT_EQ(todo_of(now).items[0].id, id);
}

}  // namespace
}  // namespace linli::core
