#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "firmware/base/json.hpp"
#include "firmware/core/retention_keeper.hpp"
#include "tests/fakes/memory_query.hpp"
#include "tests/story/house.hpp"

// Weeks of a gateway whose clock is anything but right: what people may look back on goes when its
// days of running are over, never before and not much later.
namespace linli::story {
namespace {

using core::DataClass;
using core::RetentionKeeper;
using domain::Stream;
using std::chrono::hours;
using std::chrono::minutes;

constexpr core::RetentionDays kDays{3, 10, 5, 4, 2, 6};
// A day between two marks, and two counts.
constexpr base::Duration kLate = hours(24) + 2 * RetentionKeeper::kCountEvery + minutes(1);
constexpr std::int64_t kTenYears = 3'653LL * 86'400'000;

// A room with rows that are over, or not.
class Rack final : public core::RetentionShelf {
 public:
  explicit Rack(ports::Store& store) : store_(store) {}
  std::vector<std::string> over(DataClass data) const override {
    const auto found = rows.find(data);
    if (found == rows.end()) return {};
    return {found->second.begin(), found->second.end()};
  }
  void erase(DataClass data, std::vector<std::string> keys, ports::Turn with,
             base::Done<void> done) override {
    most = std::max(most, keys.size());
    store_.commit(std::move(with), [this, data, keys = std::move(keys),
                                    done = std::move(done)](base::Result<void> stored) mutable {
      if (stored) {
        for (const std::string& key : keys) rows[data].erase(key);
      }
      std::move(done)(std::move(stored));
    });
  }

  std::map<DataClass, std::set<std::string>> rows;
  std::size_t most = 0;  // at once

 private:
  ports::Store& store_;
};

class Retention : public testing::Test {
 protected:
  Retention() { start(); }

  void start() {
    keeper = std::make_unique<RetentionKeeper>(loop, store, clock, kDays);
    fakes::MemoryQuery query(store);
    ASSERT_TRUE(keeper->restore(query));
    keeper->use_shelf(rack);
    keeper->start();
  }
  // As a power cut does it; how long it is off counts for nothing.
  void cut(base::Duration off) {
    keeper.reset();
    store.crash();
    loop.drop_all();
    loop.run_for(off);
    lost_ += off;
    start();
  }

  void write(Stream stream) {
    ports::Turn turn;
    turn.envelopes.push_back({.stream = stream,
                              .type = std::string(domain::kThingEvent),
                              .subject = "device/d",
                              .time = clock.now(),
                              .data = "{}"});
    store.commit(std::move(turn), [](const base::Result<void>& stored) { ASSERT_TRUE(stored); });
    loop.run_ready();
    written_.push_back({store.stats().journal_last, stream, running()});
  }
  base::Duration running() const { return loop.now().time_since_epoch() - lost_; }

  static base::Duration kept_for(Stream stream) {
    for (const DataClass data : core::kDataClasses) {
      for (const Stream each : core::streams_of(data)) {
        if (each == stream) return hours(24 * kDays.at(core::index_of(data)));
      }
    }
    return {};
  }
  void expect_kept_as_long_as_it_should_be(base::Duration late = kLate) const {
    std::set<std::uint64_t> kept;
    for (const ports::KeptEvent& event : store.kept()) kept.insert(event.seq);
    for (const auto& [seq, stream, at] : written_) {
      const base::Duration age = running() - at;
      if (age < kept_for(stream)) {
        ASSERT_TRUE(kept.contains(seq)) << domain::name(stream) << " " << base::to_ms(age);
      }
      if (age > kept_for(stream) + late) {
        ASSERT_FALSE(kept.contains(seq)) << domain::name(stream) << " " << base::to_ms(age);
      }
    }
  }
  // An hour with an event of each class.
  void live_an_hour() {
    for (const Stream stream : domain::kStreams) write(stream);
    loop.run_for(hours(1));
    expect_kept_as_long_as_it_should_be();
  }
  std::vector<std::pair<std::string, base::Json>> lines() const {
    std::vector<std::pair<std::string, base::Json>> found;
    for (const domain::AuditRow& row : store.audit()) {
      const auto line = domain::parse_audit_line(row.line).value();
      if (line.action == "retention.delete")
        found.emplace_back(line.target, base::parse_json(line.detail).value());
    }
    return found;
  }

  struct Written {
    std::uint64_t seq;
    Stream stream;
    base::Duration at;
  };
  fakes::VirtualLoop loop;
  fakes::MemoryStore store{loop};
  TestClock clock{loop};
  Rack rack{store};
  std::unique_ptr<RetentionKeeper> keeper;

 private:
  std::vector<Written> written_;
  base::Duration lost_{};
};

TEST_F(Retention, EndsForEachClassWhenItsDaysAreOver) {
  for (int hour = 0; hour < 24 * 14; ++hour) {
    live_an_hour();
    if (HasFatalFailure()) return;
  }
}

TEST_F(Retention, IsNotFooledByAnyJumpOfTheClock) {
  const std::int64_t right = clock.wall_at_start;
  const std::vector<std::int64_t> jumps{
      1'000, -1'000, 3'600'000, -86'400'000, 100 * 86'400'000LL, kTenYears, -kTenYears, -right};
  for (int hour = 0; hour < 24 * 16; ++hour) {
    clock.wall_at_start = right + jumps.at(static_cast<std::size_t>(hour) % jumps.size());
    clock.quality =
        hour % 5 == 0 ? domain::TimeQuality::kFloor : domain::TimeQuality::kSynchronised;
    live_an_hour();
    if (HasFatalFailure()) return;
  }
}

// 1970 to now and ten years on, each time with a power cut, as a gateway without a battery has it.
TEST_F(Retention, CountsOnOverPowerCutsAndLosesAQuarterOfAnHourAtMost) {
  const std::int64_t right = clock.wall_at_start;
  int cuts = 0;
  for (int hour = 0; hour < 24 * 14; ++hour) {
    for (const Stream stream : domain::kStreams) write(stream);
    loop.run_for(minutes(60));
    if (hour % 24 == 23) {
      clock.wall_at_start = ++cuts % 2 == 0 ? right + kTenYears : 0;
      cut(hours(100));
    }
    expect_kept_as_long_as_it_should_be(kLate + cuts * RetentionKeeper::kCountEvery);
    if (HasFatalFailure()) return;
  }
}

TEST_F(Retention, LeavesALineForEachDayWithHowManyAndUntilWhen) {
  for (int hour = 0; hour < 24 * 5; ++hour) {
    write(Stream::kAccess);
    loop.run_for(hours(1));
  }
  const auto all = lines();
  ASSERT_GE(all.size(), 1U);
  std::uint64_t rows = 0;
  for (const auto& [target, detail] : all) {
    EXPECT_EQ(target, "class:access");
    EXPECT_EQ(detail["days"], 3);
    EXPECT_EQ(detail["clock"], "synchronised");
    rows += detail["rows"].get<std::uint64_t>();
  }
  EXPECT_EQ(rows + store.kept().size(), 24U * 5);
  EXPECT_EQ(all.back().second["before"],
            domain::rfc3339(keeper->status().classes.front().last->mark.unix_ms));
}

// Written at the beginning, covered by the mark of the first day, three days old on the fourth.
constexpr base::Duration kDue = hours(24 * 4);

TEST_F(Retention, WorksOffABacklogInSlicesAndSaysItInOneLine) {
  for (int i = 0; i < 5'000; ++i) write(Stream::kAccess);
  loop.run_for(kDue - minutes(1));
  ASSERT_EQ(store.kept().size(), 5'000U);
  std::size_t before = store.kept().size();
  int slices = 0;
  for (int i = 0; i < 1'000 && before > 0; ++i) {
    loop.run_for(RetentionKeeper::kPause / 2);
    ASSERT_LE(before - store.kept().size(), RetentionKeeper::kStretch);
    slices += store.kept().size() < before ? 1 : 0;
    before = store.kept().size();
  }
  EXPECT_EQ(slices, 10);
  loop.run_for(minutes(1));
  ASSERT_EQ(lines().size(), 1U);
  EXPECT_EQ(lines().front().second["rows"], 5'000);
}

TEST_F(Retention, TriesAgainWhenTheStoreFailsAndSaysSo) {
  for (int i = 0; i < 20; ++i) write(Stream::kAccess);
  loop.run_for(kDue - minutes(1));
  store.fail_next(1'000, base::Code::kFull);
  loop.run_for(hours(2));
  EXPECT_FALSE(keeper->status().trouble.empty());
  EXPECT_EQ(store.kept().size(), 20U);
  store.fail_next(0, base::Code::kFull);
  loop.run_for(minutes(31));
  EXPECT_TRUE(keeper->status().trouble.empty());
  EXPECT_TRUE(store.kept().empty());
  EXPECT_EQ(lines().size(), 1U);
}

TEST_F(Retention, CountsRightWhenThePowerGoesBetweenTwoSlices) {
  for (int i = 0; i < 2'000; ++i) write(Stream::kAccess);
  loop.run_for(kDue - minutes(1));
  while (store.kept().size() == 2'000) loop.run_for(RetentionKeeper::kPause / 2);
  ASSERT_FALSE(store.kept().empty());
  cut(hours(1));
  loop.run_for(minutes(1));
  EXPECT_TRUE(store.kept().empty());
  ASSERT_EQ(lines().size(), 1U);
  EXPECT_EQ(lines().front().second["rows"], 2'000);
}

TEST_F(Retention, KeepsForTheWholeTimeOnceMoreInANewDatabase) {
  write(Stream::kAccess);
  loop.run_for(hours(24 * 2));
  ports::Turn turn;
  turn.puts.push_back({ports::Space::kRetention, std::string(core::kRunClockKey),
                       core::to_row(core::RunClock{"another", 24 * 3'600})});
  store.commit(std::move(turn), [](const base::Result<void>& /*stored*/) {});
  loop.run_ready();
  cut(hours(1));
  loop.run_for(hours(24 * 3) - minutes(1));
  EXPECT_EQ(store.kept().size(), 1U);
  loop.run_for(hours(26));
  EXPECT_TRUE(store.kept().empty());
}

TEST_F(Retention, LeavesWhatThePlatformDoesNotHaveYet) {
  write(Stream::kAccess);
  loop.run_for(hours(24 * 6));
  EXPECT_TRUE(store.kept().empty());
  EXPECT_EQ(store.chunks(Stream::kAccess).size(), 1U);
}

TEST_F(Retention, OfRowsThatAreOverCountsFromWhenThatWasSeen) {
  loop.run_for(hours(7));
  rack.rows[DataClass::kCredential] = {"card-1"};
  rack.rows[DataClass::kConsent] = {"ann/face"};
  for (int hour = 0; hour < 47; ++hour) {
    clock.wall_at_start += hour % 2 == 0 ? kTenYears : -kTenYears;
    loop.run_for(hours(1));
  }
  ASSERT_TRUE(rack.rows[DataClass::kCredential].contains("card-1"));
  loop.run_for(hours(1) + 2 * RetentionKeeper::kCountEvery);
  EXPECT_FALSE(rack.rows[DataClass::kCredential].contains("card-1"));
  EXPECT_TRUE(rack.rows[DataClass::kConsent].contains("ann/face")) << "has six days";
  ASSERT_EQ(lines().size(), 1U);
  EXPECT_EQ(lines().front().first, "class:credential");
  EXPECT_EQ(lines().front().second["rows"], 1);
  loop.run_for(hours(24 * 4));
  EXPECT_TRUE(rack.rows[DataClass::kConsent].empty());
}

TEST_F(Retention, OfRowsBeginsAnewForWhatCameBackIntoUse) {
  rack.rows[DataClass::kCredential] = {"card-1"};
  loop.run_for(hours(47));
  rack.rows[DataClass::kCredential] = {};
  loop.run_for(hours(1));
  rack.rows[DataClass::kCredential] = {"card-1"};
  loop.run_for(hours(47));
  EXPECT_EQ(rack.rows[DataClass::kCredential].size(), 1U);
  loop.run_for(hours(2));
  EXPECT_TRUE(rack.rows[DataClass::kCredential].empty());
}

TEST_F(Retention, OfRowsGoesOnOverPowerCutsInSlices) {
  for (int i = 0; i < 1'000; ++i)
    rack.rows[DataClass::kCredential].insert("card-" + std::to_string(i));
  loop.run_for(hours(25));
  cut(hours(1'000));
  loop.run_for(hours(21));
  EXPECT_EQ(rack.rows[DataClass::kCredential].size(), 1'000U);
  store.fail_next(1, base::Code::kFull);
  loop.run_for(hours(6));
  EXPECT_TRUE(rack.rows[DataClass::kCredential].empty());
  EXPECT_LE(rack.most, RetentionKeeper::kMostRows);
  for (const auto& [key, row] : store.rows(ports::Space::kRetention))
    EXPECT_FALSE(key.starts_with(core::kOverPrefix)) << key;
}

}  // namespace
}  // namespace linli::story
