#include "firmware/core/pending_settings.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <memory>

#include "tests/fakes/memory_store.hpp"
#include "tests/fakes/virtual_loop.hpp"

namespace {

using linli::base::Code;
using linli::core::PendingSettings;
namespace base = linli::base;
namespace ports = linli::ports;

constexpr const char* kWho = "person:p1";

// A house whose settings are one text; what stands in `text` survives a crash, as a file does.
struct House {
  linli::fakes::VirtualLoop loop;
  linli::fakes::MemoryStore store{loop};
  std::string text = "old";
  std::vector<std::string> used;
  int failures = 0;
  std::unique_ptr<PendingSettings> settings;

  House() { start(); }

  void start() {
    settings = std::make_unique<PendingSettings>(
        loop, store,
        PendingSettings::Dependencies{[this](std::string wanted, base::Done<void> done) {
          use(std::move(wanted), std::move(done));
        }});
  }

  void use(std::string wanted, base::Done<void> done) {
    base::Result<void> result;
    if (failures > 0) {
      --failures;
      result = base::fail(Code::kFull, "the disk is full");
    } else {
      text = std::move(wanted);
      used.push_back(text);
    }
    loop.post([done = std::move(done), result]() mutable { std::move(done)(std::move(result)); });
  }

  // The answer may come after this has returned: a held store answers later.
  base::Result<void> begin(const std::string& after, const std::string& who = kWho) {
    const auto answer =
        std::make_shared<base::Result<void>>(base::fail(Code::kInternal, "no answer"));
    settings->begin(
        {
            who,
            {"platform.host"},
            text,
        },
        after, [answer](base::Result<void> done) { *answer = std::move(done); });
    loop.run_ready();
    return *answer;
  }
  base::Result<void> confirm(const std::string& who) {
    base::Result<void> answer = base::fail(Code::kInternal, "no answer");
    settings->confirm(who, [&answer](base::Result<void> done) { answer = std::move(done); });
    loop.run_ready();
    return answer;
  }
  base::Result<void> revert() {
    base::Result<void> answer = base::fail(Code::kInternal, "no answer");
    settings->revert([&answer](base::Result<void> done) { answer = std::move(done); });
    loop.run_ready();
    return answer;
  }
  bool is_noted() const { return store.rows(ports::Space::kMeta).contains(PendingSettings::kRow); }
};

TEST(PendingSettings, GoBackAfterTwoMinutesWithoutAWord) {
  House house;
  ASSERT_TRUE(house.begin("new"));
  EXPECT_EQ(house.text, "new");
  house.loop.run_for(std::chrono::seconds(119));
  EXPECT_EQ(house.text, "new");
  EXPECT_EQ(house.settings->time_left(), std::chrono::seconds(1));
  house.loop.run_for(std::chrono::seconds(1));
  EXPECT_EQ(house.text, "old");
  EXPECT_FALSE(house.is_noted());
  EXPECT_FALSE(house.settings->is_busy());
}

TEST(PendingSettings, StayOnceConfirmed) {
  House house;
  ASSERT_TRUE(house.begin("new"));
  ASSERT_TRUE(house.confirm(kWho));
  house.loop.run_for(std::chrono::minutes(10));
  EXPECT_EQ(house.text, "new");
  EXPECT_FALSE(house.is_noted());
}

TEST(PendingSettings, AreConfirmedByNobodyElse) {
  House house;
  ASSERT_TRUE(house.begin("new"));
  const auto refused = house.confirm("person:p2");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kDenied);
  house.loop.run_for(std::chrono::seconds(120));
  EXPECT_EQ(house.text, "old");
}

TEST(PendingSettings, WaitOneAtATime) {
  House house;
  ASSERT_TRUE(house.begin("new"));
  const auto second = house.begin("newer", "person:p2");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Code::kConflict);
  EXPECT_EQ(house.text, "new");
  ASSERT_TRUE(house.revert());
  EXPECT_EQ(house.text, "old");
  EXPECT_TRUE(house.begin("newer", "person:p2"));
}

TEST(PendingSettings, HaveTheWayBackOnDiskBeforeTheFirstStepForward) {
  House house;
  house.store.hold();
  (void)house.begin("new");
  EXPECT_EQ(house.text, "old");
  house.store.release();
  house.loop.run_ready();
  EXPECT_EQ(house.text, "new");
  const auto row = house.store.rows(ports::Space::kMeta).at(PendingSettings::kRow);
  const auto noted = PendingSettings::from_row(row);
  ASSERT_TRUE(noted);
  EXPECT_EQ(noted->before, "old");
  EXPECT_EQ(noted->actor, kWho);
}

TEST(PendingSettings, AreNotChangedIfTheWayBackCannotBeStored) {
  House house;
  house.store.fail_next(1, Code::kFull);
  const auto refused = house.begin("new");
  ASSERT_FALSE(refused);
  EXPECT_EQ(house.text, "old");
  EXPECT_TRUE(house.used.empty());
  EXPECT_FALSE(house.settings->is_busy());
}

TEST(PendingSettings, GoBackAtTheNextStartAfterACrash) {
  House house;
  ASSERT_TRUE(house.begin("new"));
  house.settings.reset();
  house.store.crash();
  house.loop.drop_all();
  const auto noted =
      PendingSettings::from_row(house.store.rows(ports::Space::kMeta).at(PendingSettings::kRow));
  ASSERT_TRUE(noted);
  house.start();
  house.settings->take_back(*noted);
  house.loop.run_for(std::chrono::minutes(10));
  EXPECT_EQ(house.text, "old");
  EXPECT_FALSE(house.is_noted());
  EXPECT_TRUE(house.begin("newer"));
}

TEST(PendingSettings, GoBackAtOnceIfTheyCannotBeUsed) {
  House house;
  house.failures = 1;
  const auto refused = house.begin("new");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::kFull);
  EXPECT_EQ(house.text, "old");
  EXPECT_FALSE(house.is_noted());
}

TEST(PendingSettings, AreTriedAgainIfTheyCannotGoBack) {
  House house;
  ASSERT_TRUE(house.begin("new"));
  house.failures = 3;
  house.loop.run_for(std::chrono::seconds(120));
  EXPECT_EQ(house.text, "new");
  EXPECT_TRUE(house.is_noted());
  house.loop.run_for(std::chrono::seconds(15));
  EXPECT_EQ(house.text, "old");
  EXPECT_FALSE(house.is_noted());
}

TEST(PendingSettings, StillWaitIfTheConfirmationCannotBeStored) {
  House house;
  ASSERT_TRUE(house.begin("new"));
  house.loop.run_for(std::chrono::seconds(60));
  house.store.fail_next(1, Code::kFull);
  ASSERT_FALSE(house.confirm(kWho));
  EXPECT_EQ(house.settings->time_left(), std::chrono::seconds(60));
  house.loop.run_for(std::chrono::seconds(60));
  EXPECT_EQ(house.text, "old");
}

TEST(PendingSettings, AreEndedOnlyWhenTheNoteIsErased) {
  House house;
  ASSERT_TRUE(house.begin("new"));
  house.store.fail_next(2, Code::kFull);
  house.loop.run_for(std::chrono::seconds(120));
  EXPECT_EQ(house.text, "old");
  EXPECT_TRUE(house.settings->is_busy());
  house.loop.run_for(std::chrono::seconds(11));
  EXPECT_FALSE(house.is_noted());
  EXPECT_FALSE(house.settings->is_busy());
}

}  // namespace
