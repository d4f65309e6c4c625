#include <nlohmann/json.hpp>

#include "firmware/base/json.hpp"
#include "tests/story/access/gatehouse.hpp"

namespace linli::story {
namespace {

using domain::access::CredentialState;
using domain::access::DoorPhase;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using Words = std::vector<std::string>;

class Cards : public Gatehouse {};

TEST_F(Cards, OpenWithinTheTurnOfTheirRecord) {
  give_card("ann");
  store.hold();
  show_card();
  run(milliseconds(500));
  EXPECT_EQ(opened(), 0U) << "nothing moves before the record is on disk";
  store.release();
  loop.run_ready();
  EXPECT_EQ(opened(), 1U);
  EXPECT_EQ(reasons(), Words{"granted"});
  EXPECT_EQ(phase(), DoorPhase::kUnlocked);
  EXPECT_EQ(driver->count("led", "reader-1"), 1U);
}

TEST_F(Cards, UnlockForAsLongAsTheDoorSays) {
  give_card("ann");
  show_card();
  loop.run_ready();
  ASSERT_EQ(opened(), 1U);
  EXPECT_EQ(driver->calls.front().input, R"({"seconds":5})");
  run(seconds(6));
  EXPECT_EQ(phase(), DoorPhase::kLocked);
}

TEST_F(Cards, ThatAreNobodysOpenNothing) {
  give_card("ann");
  show_card("ffffff00");
  run(seconds(1));
  EXPECT_EQ(opened(), 0U);
  EXPECT_EQ(reasons(), Words{"unknown_credential"});
}

TEST_F(Cards, OpenNothingWithoutARight) {
  give_card("ann", kCardBits, "");
  show_card();
  run(seconds(1));
  EXPECT_EQ(opened(), 0U);
  EXPECT_EQ(reasons(), Words{"no_right"});
}

TEST_F(Cards, OpenNothingWhileTheStoreFails) {
  give_card("ann");
  for (const base::Code code : {base::Code::kFull, base::Code::kInternal}) {
    store.fail_next(1, code);
    show_card();
    run(seconds(2));
    EXPECT_EQ(opened(), 0U);
    EXPECT_EQ(phase(), DoorPhase::kLocked);
  }
  EXPECT_TRUE(reasons().empty());
  show_card();
  run(seconds(1));
  EXPECT_EQ(opened(), 1U);
}

TEST_F(Cards, OpenNothingWhenTheRecordCameTooLate) {
  give_card("ann");
  store.hold();
  show_card();
  run(seconds(10));
  store.release();
  run(seconds(2));
  EXPECT_EQ(opened(), 0U);
  EXPECT_EQ(reasons(), (Words{"granted", "stale"}));
  EXPECT_EQ(phase(), DoorPhase::kLocked);
}

TEST_F(Cards, ThatWereLostOpenNothingFromThatMomentOn) {
  give_card("ann");
  show_card();
  run(seconds(10));
  auto lost = *books->credentials.find("card-ann");
  lost.state = CredentialState::kLost;
  books->credentials.put(lost);
  show_card();
  run(seconds(1));
  EXPECT_EQ(opened(), 1U);
  EXPECT_EQ(reasons(), (Words{"granted", "lost"}));
}

TEST_F(Cards, WithUsesLoseNoneWhereNothingOpened) {
  give_card("ann");
  auto twice = *books->credentials.find("card-ann");
  twice.max_uses = 2;
  books->credentials.put(twice);
  ports::Turn turn;
  turn.puts.push_back({ports::Space::kCredential, twice.id, to_row(twice)});
  store.commit(std::move(turn),
               [](const base::Result<void>& done) { ASSERT_TRUE(done.has_value()); });
  loop.run_ready();
  store.fail_next(1, base::Code::kFull);
  show_card();
  run(seconds(10));
  EXPECT_EQ(books->credentials.find("card-ann")->uses, 0U) << "what opened nothing uses nothing";
}

TEST_F(Cards, ThatAreUsedUpStaySoAcrossACrash) {
  give_card("ann");
  auto once = *books->credentials.find("card-ann");
  once.max_uses = 1;
  books->credentials.put(once);
  ports::Turn turn;
  turn.puts.push_back({ports::Space::kCredential, once.id, to_row(once)});
  store.commit(std::move(turn),
               [](const base::Result<void>& done) { ASSERT_TRUE(done.has_value()); });
  show_card();
  run(seconds(10));
  ASSERT_EQ(opened(), 1U);
  crash_and_restart();
  show_card();
  run(seconds(1));
  EXPECT_EQ(opened(), 1U);
  EXPECT_EQ(reasons().back(), "used_up");
}

TEST_F(Cards, OfAWeekWithHolidaysFollowTheCalendar) {
  // 2026-10-01 to -07 are holidays; Saturday the 10th is worked instead.
  ASSERT_TRUE(books->schedules
                  .put_year(R"({"year":2026,"source":"the story","holidays":[
      {"name":"国庆节","from":"2026-10-01","to":"2026-10-07"}],"make_up_workdays":["2026-10-10"]})")
                  .has_value());
  books->schedules.put("school", domain::access::schedule_from_json(
                                     R"({"name":"学校","week":{"mon-fri":["07:00-18:00"]},
                                         "holiday":"sun","make_up":"mon"})")
                                     .value());
  give_card("pupil", kCardBits, R"({"groups":[3],"schedule":"school")");
  std::string week;
  for (int day = 0; day < 14; ++day) {  // each at eight in the morning, from Monday 09-28 on
    const std::size_t before = opened();
    show_card();
    run(seconds(30));
    week += opened() > before ? 'o' : '.';
    run(hours(24) - seconds(30));
  }
  // 28 to 30 September, the holidays, Thursday and Friday, the Saturday that is worked, a Sunday.
  EXPECT_EQ(week, "ooo.......ooo.");
}

TEST_F(Cards, GoOnWhenThePlatformIsGoneForThreeDays) {
  give_card("ann");
  for (int hour = 0; hour < 72; ++hour) {
    show_card();
    run(minutes(60));
  }
  EXPECT_EQ(opened(), 72U);
  EXPECT_EQ(reasons().size(), 72U) << "all of it waits in the outbox";
}

TEST_F(Cards, AtADoorOfTwoFactorsNeedTheirPin) {
  put_door("gate", R"(,"needs_second_factor":true)");
  give_card("ann");
  give_pin("ann", "4711", "");
  show_card();
  run(seconds(1));
  EXPECT_EQ(opened(), 0U);
  type("4711#");
  run(seconds(1));
  EXPECT_EQ(opened(), 1U);
  run(minutes(1));
  show_card();
  type("4712#");
  run(seconds(1));
  EXPECT_EQ(opened(), 1U);
  show_card();
  run(seconds(11));
  EXPECT_EQ(opened(), 1U);
  EXPECT_EQ(reasons(), (Words{"granted", "second_factor_wrong", "second_factor_missing"}));
}

TEST_F(Cards, TellNothingOfThemselvesInTheirRecord) {
  give_card("ann");
  show_card();
  run(seconds(1));
  for (const ports::ChunkPtr& chunk : store.chunks(domain::Stream::kAccess))
    EXPECT_EQ(chunk->records.find(kCardBits), std::string::npos);
}

TEST_F(Cards, WhoseLockIsGoneAreToldSo) {
  give_card("ann");
  driver->fails_with = base::Error{base::Code::kOffline, "the lock is not connected"};
  show_card();
  run(seconds(1));
  EXPECT_EQ(records(), Words{"lock_failed"});
}

}  // namespace
}  // namespace linli::story
