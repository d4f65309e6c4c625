#include "drivers/terminal/person_sync.hpp"

#include <gtest/gtest.h>

#include "tests/unit/terminal/terminal_kit.hpp"

namespace linli::drivers::terminal {
namespace {

using std::chrono::seconds;

class PersonSyncTest : public testing::Test {
 protected:
  PersonSyncTest() { make(true); }
  ~PersonSyncTest() override {
    sync.reset();
    loop.drop_all();
  }
  void make(bool can_list) {
    sync = std::make_unique<PersonSync>(
        domain::DeviceId::parse("t1").value(),
        PersonSync::Dependencies{
            loop, store, "run1", can_list, [this](const Order& order, base::Done<void> done) {
              orders.push_back(order);
              loop.post([done = std::move(done), fails = fails]() mutable {
                std::move(done)(fails ? base::Result<void>(base::fail(base::Code::kOffline, "away"))
                                      : base::Result<void>{});
              });
            }});
  }
  void want(const std::vector<std::string>& persons, const std::string& digest = "d1") {
    std::map<std::string, Wish> wishes;
    for (const std::string& person : persons) wishes[person] = {face_person(person), digest};
    sync->want(std::move(wishes));
    loop.run_ready();
  }
  void online() {
    sync->set_reachable(true);
    loop.run_ready();
  }
  bool answer(bool ok = true, std::optional<std::vector<std::string>> list = {}) {
    const bool taken = sync->take({orders.back().message, "", ok, "code 1", std::move(list)});
    loop.run_ready();
    return taken;
  }
  // "put p1", …
  std::vector<std::string> told() const {
    std::vector<std::string> all;
    for (const Order& order : orders) {
      const char* const word = order.kind == Order::Kind::kPut      ? "put "
                               : order.kind == Order::Kind::kRemove ? "remove "
                                                                    : "list";
      all.push_back(word + order.person.id);
    }
    return all;
  }
  std::map<std::string, std::string> rows() const {
    return store.rows(ports::Space::kTerminalPerson);
  }
  using Words = std::vector<std::string>;
  using Rows = std::map<std::string, std::string>;

  fakes::VirtualLoop loop;
  fakes::MemoryStore store{loop};
  std::vector<Order> orders;
  bool fails = false;
  std::unique_ptr<PersonSync> sync;
};

TEST_F(PersonSyncTest, OneAfterTheOtherAndEachConfirmedOnDisk) {
  want({"p1", "p2"});
  EXPECT_TRUE(orders.empty()) << "it is not there";
  online();
  EXPECT_EQ(told(), (Words{"put p1"}));
  EXPECT_EQ(rows(), (Rows{{"t1/p1", "?"}})) << "on disk before it leaves";
  EXPECT_EQ(sync->counts().held, 0U);
  EXPECT_TRUE(answer());
  EXPECT_EQ(told(), (Words{"put p1", "put p2"}));
  EXPECT_TRUE(answer());
  EXPECT_EQ(rows(), (Rows{{"t1/p1", "d1"}, {"t1/p2", "d1"}}));
  EXPECT_TRUE(sync->counts().is_settled());
  loop.run_for(std::chrono::hours(1));
  EXPECT_EQ(orders.size(), 2U);
}

TEST_F(PersonSyncTest, WhoGoesComesBeforeWhoComes) {
  want({"p1"});
  online();
  answer();
  want({"p0", "p2"});
  EXPECT_EQ(told(), (Words{"put p1", "remove p1"}));
  EXPECT_EQ(sync->counts().to_remove, 1U);
  answer();
  EXPECT_FALSE(rows().contains("t1/p1"));
  EXPECT_EQ(told().back(), "put p0");
}

TEST_F(PersonSyncTest, AChangeIsSaidAgain) {
  want({"p1"});
  online();
  answer();
  want({"p1"}, "d2");
  EXPECT_EQ(told(), (Words{"put p1", "put p1"}));
  EXPECT_EQ(rows(), (Rows{{"t1/p1", "?"}}));
  EXPECT_FALSE(sync->counts().is_settled());
  answer();
  EXPECT_EQ(rows(), (Rows{{"t1/p1", "d2"}}));
}

TEST_F(PersonSyncTest, WithoutAnAnswerItIsSaidAgainEverLater) {
  want({"p1"});
  online();
  loop.run_for(PersonSync::kAnswerLimit + PersonSync::kFirstPause - seconds(1));
  EXPECT_EQ(orders.size(), 1U);
  loop.run_for(seconds(1));
  EXPECT_EQ(orders.size(), 2U);
  EXPECT_NE(orders[0].message, orders[1].message);
  loop.run_for(PersonSync::kAnswerLimit + 2 * PersonSync::kFirstPause - seconds(1));
  EXPECT_EQ(orders.size(), 2U);
  loop.run_for(seconds(1));
  EXPECT_EQ(orders.size(), 3U);
  loop.run_for(std::chrono::hours(2));
  const std::size_t later = orders.size();
  loop.run_for(std::chrono::hours(1));
  EXPECT_EQ(orders.size() - later, 3600U / 310U) << "every 300 s and the limit";
}

TEST_F(PersonSyncTest, AnAnswerThatComesLateCountsAndEndsThePause) {
  want({"p1", "p2"});
  online();
  loop.run_for(PersonSync::kAnswerLimit + seconds(1));
  EXPECT_TRUE(answer());
  EXPECT_EQ(told(), (Words{"put p1", "put p2"}));
}

TEST_F(PersonSyncTest, AnAnswerToAnOlderOrderChangesNothing) {
  want({"p1"});
  online();
  loop.run_for(PersonSync::kAnswerLimit + PersonSync::kFirstPause);
  ASSERT_EQ(orders.size(), 2U);
  EXPECT_FALSE(sync->take({orders[0].message, "", true, "", {}}));
  EXPECT_FALSE(sync->take({"somebody-elses", "", true, "", {}}));
  EXPECT_EQ(rows(), (Rows{{"t1/p1", "?"}}));
}

TEST_F(PersonSyncTest, WhenItComesBackItIsTriedAtOnce) {
  want({"p1"});
  online();
  loop.run_for(std::chrono::minutes(30));
  const std::size_t before = orders.size();
  sync->set_reachable(false);
  loop.run_for(std::chrono::minutes(30));
  EXPECT_EQ(orders.size(), before) << "nothing is said to who is not there";
  online();
  EXPECT_EQ(orders.size(), before + 1);
}

TEST_F(PersonSyncTest, WhoMovesOutIsForgottenAlsoIfOnlyPerhapsTold) {
  want({"p1"});
  online();
  want({});
  EXPECT_EQ(told(), (Words{"put p1"})) << "one at a time";
  loop.run_for(PersonSync::kAnswerLimit + PersonSync::kFirstPause);
  EXPECT_EQ(told(), (Words{"put p1", "remove p1"}));
  answer();
  EXPECT_TRUE(rows().empty());
}

TEST_F(PersonSyncTest, AfterARestartNobodyIsForgottenBeforeItIsKnownWhoIsWanted) {
  sync->restore("p1", "d1");
  sync->restore("gone", "?");
  online();
  EXPECT_TRUE(orders.empty());
  want({"p1"});
  EXPECT_EQ(told(), (Words{"remove gone"}));
}

TEST_F(PersonSyncTest, ARefusalIsTriedAgainLaterAndHoldsNobodyUp) {
  want({"p1", "p2"});
  online();
  answer(false);
  EXPECT_EQ(told().back(), "put p2");
  answer();
  ASSERT_EQ(sync->refusals().size(), 1U);
  EXPECT_EQ(sync->refusals()[0].person, "p1");
  EXPECT_EQ(sync->refusals()[0].why, "code 1");
  loop.run_for(PersonSync::kRefusedPause - seconds(1));
  EXPECT_EQ(orders.size(), 2U);
  loop.run_for(seconds(2));
  EXPECT_EQ(told().back(), "put p1");
  answer();
  EXPECT_TRUE(sync->refusals().empty());
  EXPECT_TRUE(sync->counts().is_settled());
}

TEST_F(PersonSyncTest, ARefusedPersonWhoChangesIsTriedAtOnce) {
  want({"p1"});
  online();
  answer(false);
  want({"p1"}, "d2");
  EXPECT_EQ(orders.size(), 2U);
}

TEST_F(PersonSyncTest, WhoCannotBeForgottenBecauseNobodyKnowsThemIsFoundOutByTheList) {
  sync->restore("p1", "d1");
  want({});
  online();
  EXPECT_EQ(told(), (Words{"remove p1"}));
  answer(false);
  EXPECT_EQ(told(), (Words{"remove p1", "list"}));
  answer(true, std::vector<std::string>{"other"});
  EXPECT_TRUE(rows().empty());
  EXPECT_TRUE(sync->counts().is_settled());
}

TEST_F(PersonSyncTest, ATerminalThatLostAllIsToldAllAgain) {
  want({"p1", "p2"});
  online();
  answer();
  answer();
  sync->doubt();
  loop.run_ready();
  EXPECT_EQ(told().back(), "list");
  answer(true, std::vector<std::string>{"p2"});
  EXPECT_EQ(told().back(), "put p1");
  answer();
  EXPECT_TRUE(sync->counts().is_settled());
}

TEST_F(PersonSyncTest, WithoutAListNothingIsDoubted) {
  make(false);
  want({"p1"});
  online();
  answer();
  sync->doubt();
  loop.run_ready();
  EXPECT_EQ(told(), (Words{"put p1"}));
}

TEST_F(PersonSyncTest, WhatCannotBeStoredIsNotSaidAndTriedAgain) {
  store.fail_next(1, base::Code::kFull);
  want({"p1"});
  online();
  EXPECT_TRUE(orders.empty());
  loop.run_for(PersonSync::kFirstPause);
  EXPECT_EQ(told(), (Words{"put p1"}));
}

TEST_F(PersonSyncTest, AnAnswerThatCannotBeStoredIsAskedForAgain) {
  want({"p1"});
  online();
  store.fail_next(1, base::Code::kFull);
  answer();
  EXPECT_FALSE(sync->counts().is_settled());
  loop.run_for(PersonSync::kFirstPause);
  EXPECT_EQ(told(), (Words{"put p1", "put p1"}));
}

TEST_F(PersonSyncTest, WhatDidNotReachTheBrokerIsSaidAgain) {
  fails = true;
  want({"p1"});
  online();
  fails = false;
  loop.run_for(PersonSync::kFirstPause);
  EXPECT_EQ(orders.size(), 2U);
}

TEST_F(PersonSyncTest, APersonsOwnCredentialsAreCounted) {
  std::map<std::string, Wish> wishes;
  wishes["p1"] = {face_person("p1", "ann"), "d1"};
  wishes["p2"] = {face_person("p2", "bob"), "d1"};
  sync->want(std::move(wishes));
  online();
  answer();
  EXPECT_EQ(sync->counts_of("ann").held, 1U);
  EXPECT_EQ(sync->counts_of("bob").held, 0U);
  EXPECT_EQ(sync->counts_of("bob").wanted, 1U);
  EXPECT_EQ(sync->counts_of("eve").wanted, 0U);
}

}  // namespace
}  // namespace linli::drivers::terminal
