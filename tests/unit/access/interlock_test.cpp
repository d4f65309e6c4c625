#include "firmware/domain/access/interlock.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "firmware/base/json.hpp"
#include "firmware/domain/profile_codec.hpp"
#include "tests/unit/access/files.hpp"

namespace linli::domain::access {
namespace {

Profile model(const std::string& name) {
  return parse_profile(name, file_text("config/profiles/" + name + ".tm.jsonld")).value();
}

// The devices of the example, with the models that are shipped.
struct Site {
  const Profile lock = model("generic/lock");
  const Profile smoke = model("generic/smoke");
  std::set<std::string, std::less<>> gone;
  std::set<std::string, std::less<>> offline;

  FindProfile find() const {
    return [this](std::string_view device) -> const Profile* {
      if (gone.contains(device)) return nullptr;
      if (device.starts_with("lock-")) return &lock;
      return device.starts_with("smoke-") ? &smoke : nullptr;
    };
  }
  std::vector<MissingActuator> missing(const Interlocks& interlocks) const {
    return missing_actuators(interlocks, find(),
                             [this](std::string_view device) { return !offline.contains(device); });
  }
};

Interlocks example() {
  return parse_interlocks(file_text("config/examples/access/interlocks.json")).value();
}

Observed event(std::string_view device, std::string_view name) {
  return {device, true, name, false};
}
Observed property(std::string_view device, std::string_view name, Value value) {
  return {device, false, name, std::move(value)};
}

std::vector<std::string> doors(const std::vector<Release>& releases) {
  std::vector<std::string> names;
  for (const Release& each : releases) names.push_back(each.door);
  return names;
}

using Names = std::vector<std::string>;
const Names kUnitDoors{"3号楼2单元门", "3号楼2单元天台", "南门人行道"};

TEST(InterlockFile, TheExampleFitsASiteThatHasItsDevices) {
  const Interlocks interlocks = example();
  ASSERT_EQ(interlocks.rules.size(), 2U);
  EXPECT_EQ(interlocks.rules[0].release[0].action, "unlock");
  EXPECT_EQ(interlocks.rules[0].release[2].input, R"({"seconds":60})");
  const Site site;
  EXPECT_TRUE(check_interlocks(interlocks, site.find()).empty());
  EXPECT_TRUE(site.missing(interlocks).empty());
}

TEST(InterlockFile, EveryMistakeIsNamedByItsMember) {
  const auto table = base::parse_json(file_text("tests/data/access/bad_interlocks.json")).value();
  ASSERT_GE(table.size(), 18U);
  for (const base::Json& each : table) {
    const std::string text = base::dump_json(each.at("file"));
    const auto read = parse_interlocks(text);
    ASSERT_FALSE(read.has_value()) << text;
    const std::string place = each.at("place").get<std::string>() + ":";
    EXPECT_EQ(read.error().what.rfind(place, 0), 0U) << place << " / " << read.error().what;
  }
}

TEST(InterlockCheck, AllThatDoesNotFitTheSiteIsToldAtOnce) {
  const Interlocks interlocks = parse_interlocks(R"({"rules": [{
    "name": "a",
    "when": [{"device": "smoke-1", "event": "fire"}, {"device": "panel", "event": "fire"},
             {"device": "smoke-1", "property": "heat", "equals": true},
             {"device": "smoke-1", "property": "smoke", "equals": "yes"}],
    "release": [{"door": "1", "device": "lock-1", "action": "open"},
                {"door": "2", "device": "smoke-1", "action": "self_test"},
                {"door": "3", "device": "lock-2", "input": {"seconds": 600}},
                {"door": "4", "device": "barrier"}]}]})")
                                    .value();
  const Site site;
  const auto problems = check_interlocks(interlocks, site.find());
  const Names places{"rules[0].when[0].event",     "rules[0].when[1].device",
                     "rules[0].when[2].property",  "rules[0].when[3].equals",
                     "rules[0].release[0].action", "rules[0].release[1].action",
                     "rules[0].release[2].input",  "rules[0].release[3].device"};
  ASSERT_EQ(problems.size(), places.size());
  for (std::size_t i = 0; i < places.size(); ++i)
    EXPECT_EQ(problems[i].what.rfind(places[i] + ":", 0), 0U) << problems[i].what;
}

TEST(InterlockCheck, ActuatorsThatAFireWouldNotReachAreReportedWithTheReason) {
  const Interlocks interlocks = example();
  Site site;
  site.gone = {"lock-3-2-roof"};
  site.offline = {"lock-gate-south"};
  const auto missing = site.missing(interlocks);
  ASSERT_EQ(missing.size(), 3U);  // the gate in both rules
  EXPECT_EQ(missing[0].door, "3号楼2单元天台");
  EXPECT_EQ(missing[0].why, "not_registered");
  EXPECT_EQ(missing[1].why, "offline");
  EXPECT_EQ(missing[2].rule, "地下车库火警");
}

TEST(Interlock, AnyTriggerReleasesTheWholeWayOnce) {
  const Interlocks interlocks = example();
  InterlockState state;
  EXPECT_EQ(doors(on_event(interlocks, state, event("smoke-3-2-02", "smoke"))), kUnitDoors);
  EXPECT_TRUE(on_event(interlocks, state, event("smoke-3-2-02", "smoke")).empty());
  EXPECT_TRUE(on_event(interlocks, state, event("smoke-3-2-01", "smoke")).empty());
  EXPECT_EQ(doors(held_releases(state)), kUnitDoors);
}

TEST(Interlock, APropertyReleasesWhenItComesToItsValue) {
  const Interlocks interlocks = example();
  InterlockState state;
  EXPECT_TRUE(on_event(interlocks, state, property("smoke-3-2-02", "smoke", false)).empty());
  EXPECT_EQ(doors(on_event(interlocks, state, property("smoke-3-2-02", "smoke", true))),
            kUnitDoors);
}

TEST(Interlock, NothingElseReleasesAnything) {
  const Interlocks interlocks = example();
  InterlockState state;
  for (const Observed& observed :
       {event("smoke-3-2-01", "fault"), event("smoke-9", "smoke"),
        property("smoke-3-2-01", "smoke", true), property("smoke-3-2-02", "smoke", "true"),
        event("smoke-3-2-01", "smoke_cleared"), event("", "")})
    EXPECT_TRUE(on_event(interlocks, state, observed).empty());
  EXPECT_EQ(state, InterlockState{});
}

TEST(Interlock, TheEndOfTheSmokeLocksNothing) {
  const Interlocks interlocks = example();
  InterlockState state;
  on_event(interlocks, state, property("smoke-3-2-02", "smoke", true));
  on_event(interlocks, state, property("smoke-3-2-02", "smoke", false));
  EXPECT_EQ(doors(held_releases(state)), kUnitDoors);
}

TEST(Interlock, APersonEndsItAndNotBeforeTheDetectorDoes) {
  const Interlocks interlocks = example();
  InterlockState state;
  const std::string rule = interlocks.rules[0].name;
  EXPECT_EQ(reset(state, rule).error().code, base::Code::kNotFound);
  on_event(interlocks, state, property("smoke-3-2-02", "smoke", true));
  EXPECT_EQ(reset(state, rule).error().code, base::Code::kConflict);
  EXPECT_EQ(doors(held_releases(state)), kUnitDoors);
  on_event(interlocks, state, property("smoke-3-2-02", "smoke", false));
  EXPECT_EQ(doors(reset(state, rule).value()), kUnitDoors);
  EXPECT_TRUE(held_releases(state).empty());
  EXPECT_EQ(doors(on_event(interlocks, state, event("smoke-3-2-01", "smoke"))), kUnitDoors);
}

TEST(Interlock, ADoorOfTwoRulesStaysOpenUntilBothAreReset) {
  const Interlocks interlocks = example();
  InterlockState state;
  on_event(interlocks, state, event("smoke-3-2-01", "smoke"));
  EXPECT_EQ(doors(on_event(interlocks, state, event("smoke-garage-01", "smoke"))),
            (Names{"车库人行门", "南门人行道"}));
  EXPECT_EQ(doors(reset(state, interlocks.rules[0].name).value()),
            (Names{"3号楼2单元门", "3号楼2单元天台"}));
  EXPECT_EQ(doors(reset(state, interlocks.rules[1].name).value()),
            (Names{"车库人行门", "南门人行道"}));
}

TEST(Interlock, SurvivesARestartAndAChangeOfTheFile) {
  const Interlocks interlocks = example();
  InterlockState state;
  on_event(interlocks, state, event("smoke-3-2-01", "smoke"));
  InterlockState after = interlock_state_from_row(to_row(state)).value();
  EXPECT_EQ(after, state);
  EXPECT_EQ(doors(held_releases(after)), kUnitDoors);
  on_event(Interlocks{}, after, event("smoke-3-2-01", "smoke"));  // the rule is gone from the file
  EXPECT_EQ(doors(held_releases(after)), kUnitDoors);
  EXPECT_EQ(doors(reset(after, interlocks.rules[0].name).value()), kUnitDoors);
}

TEST(Interlock, WholeNumbersAreTheSameWhicheverWayTheyCome) {
  const Interlocks interlocks =
      parse_interlocks(R"({"rules":[{"name":"a","when":[{"device":"panel",)"
                       R"("property":"zone","equals":3}],)"
                       R"("release":[{"door":"d","device":"lock-1"}]}]})")
          .value();
  for (const Value& value : {Value(std::int64_t{3}), Value(3.0)}) {
    InterlockState state;
    EXPECT_EQ(on_event(interlocks, state, property("panel", "zone", value)).size(), 1U);
  }
  InterlockState state;
  EXPECT_TRUE(on_event(interlocks, state, property("panel", "zone", 3.5)).empty());
}

TEST(Interlock, AStoredStateThatIsWrongSaysWhere) {
  for (const auto& [row, place] :
       {std::pair(R"({})", "active"), std::pair(R"({"active":{"a":1}})", "active.a"),
        std::pair(R"({"active":{"a":[{"door":"d","device":"!","action":"x","input":"{}"}]}})",
                  "active.a[0].device")}) {
    const auto read = interlock_state_from_row(row);
    ASSERT_FALSE(read.has_value()) << row;
    EXPECT_EQ(read.error().what.rfind(place, 0), 0U) << read.error().what;
  }
}

}  // namespace
}  // namespace linli::domain::access
