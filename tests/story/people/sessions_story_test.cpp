#include <nlohmann/json.hpp>
#include "tests/story/people/estate.hpp"

namespace linli::story {
namespace {

using domain::TimeQuality;

constexpr std::int64_t kDayMs = 86'400'000;

TEST_F(Estate, AConsoleSessionEndsAfterHalfAnHourWithoutUse) {
  const auto mei = claimed();
  for (int i = 0; i < 5; ++i) {
    loop.run_for(minutes(29));
    EXPECT_TRUE(is_in(mei));
  }
  loop.run_for(minutes(30));
  EXPECT_EQ(admit(mei).error().kind, RefusalKind::kUnauthenticated);
}

TEST_F(Estate, AConsoleSessionEndsAfterTwelveHoursHoweverOftenItIsUsed) {
  const auto mei = claimed();
  for (int i = 0; i < 71; ++i) {
    loop.run_for(minutes(10));
    ASSERT_TRUE(is_in(mei)) << i;
  }
  loop.run_for(minutes(10));
  EXPECT_FALSE(is_in(mei));
  loop.run_for(minutes(11));
  EXPECT_TRUE(store.rows(ports::Space::kSession).empty()) << "it is taken away";
}

TEST_F(Estate, AResidentsSessionLastsThirtyDaysWithoutUseAndNinetyInAll) {
  claimed();
  const auto home = resident("3-2-501");
  EXPECT_TRUE(home.session.is_resident);
  loop.run_for(hours(24 * 29));
  EXPECT_TRUE(is_in(home));
  loop.run_for(hours(24 * 29));
  EXPECT_TRUE(is_in(home));
  loop.run_for(hours(24 * 29));
  EXPECT_TRUE(is_in(home));
  loop.run_for(hours(24 * 4));
  EXPECT_FALSE(is_in(home));
}

TEST_F(Estate, UnsafeRequestsNeedTheTokenOfTheSession) {
  const auto mei = claimed();
  const auto other = sign_in("mei", kPassword).value();
  const std::string cookie = mei.cookie.reveal();
  EXPECT_TRUE(accounts->admit({cookie, "", "", false}).has_value());
  for (const std::string& csrf : {std::string(), std::string("x"), other.session.csrf, cookie})
    EXPECT_EQ(accounts->admit({cookie, "", csrf, true}).error().kind, RefusalKind::kCsrf);
  EXPECT_TRUE(accounts->admit({cookie, "", mei.session.csrf, true}).has_value());
  EXPECT_EQ(accounts->session(actor(mei), cookie)->csrf, mei.session.csrf);
}

TEST_F(Estate, NothingButTheWholeCookieComesIn) {
  const auto mei = claimed();
  const std::string cookie = mei.cookie.reveal();
  EXPECT_EQ(cookie.size(), 64U);
  for (const std::string& bad : {std::string(), cookie.substr(1), cookie + "0",
                                 std::string(64, '0'), std::string(100'000, 'a')})
    EXPECT_EQ(accounts->admit({bad, "", "", false}).error().kind, RefusalKind::kUnauthenticated);
}

TEST_F(Estate, TheUseOfASessionIsStoredAtMostOnceAMinute) {
  const auto mei = claimed();
  loop.run_for(minutes(5));
  const auto before = store.stats().commits;
  for (int i = 0; i < 600; ++i) {
    EXPECT_TRUE(is_in(mei));
    loop.run_for(std::chrono::milliseconds(100));
  }
  EXPECT_LE(store.stats().commits - before, 2U);
  EXPECT_GE(store.stats().commits - before, 1U);
}

TEST_F(Estate, ASessionThatEndsWhileItsUseIsBeingStoredDoesNotComeBack) {
  const auto mei = claimed();
  const auto who = actor(mei);
  loop.run_for(minutes(2));
  accounts->end_session(who, who.session, [](const auto& ended) { EXPECT_TRUE(ended); });
  EXPECT_TRUE(is_in(mei));  // the end is not stored yet; this use is noted behind it
  loop.run_ready();
  EXPECT_FALSE(is_in(mei));
  EXPECT_TRUE(store.rows(ports::Space::kSession).empty());
  crash_and_restart();
  EXPECT_FALSE(is_in(mei));
}

TEST_F(Estate, SessionsOutliveARestartOfTheDaemon) {
  const auto mei = claimed();
  loop.run_for(minutes(20));
  crash_and_restart();
  EXPECT_TRUE(is_in(mei));
  loop.run_for(minutes(31));
  crash_and_restart();
  EXPECT_FALSE(is_in(mei));
}

TEST_F(Estate, ADateThatJumpsNeitherKeepsInNorThrowsOut) {
  const auto mei = claimed();
  clock.wall_at_start += kDayMs * 3'650;
  EXPECT_TRUE(is_in(mei));
  clock.wall_at_start = 0;
  EXPECT_TRUE(is_in(mei));
  loop.run_for(minutes(30));
  EXPECT_FALSE(is_in(mei)) << "though the date says that it is years before the session began";
}

TEST_F(Estate, FromOneBootToTheNextTheDateCountsIfItIsRight) {
  const auto mei = claimed();
  reboot(TimeQuality::kSynchronised, 20 * 60'000);
  EXPECT_TRUE(is_in(mei));
  reboot(TimeQuality::kSynchronised, 31 * 60'000);
  EXPECT_FALSE(is_in(mei));
}

TEST_F(Estate, AConsoleSessionIsNoGoodInABootWithoutATimeAndIsAgainWhenTheClockIsRight) {
  const auto mei = claimed();
  reboot(TimeQuality::kFloor);
  EXPECT_FALSE(is_in(mei));
  EXPECT_TRUE(sign_in("mei", kPassword).has_value()) << "nobody is locked out";
  clock.quality = TimeQuality::kSynchronised;
  EXPECT_TRUE(is_in(mei));
}

TEST_F(Estate, ASessionThatBeganIn1970LivesByTheMonotonicClock) {
  clock.quality = TimeQuality::kFloor;
  clock.wall_at_start = 0;
  const auto mei = claimed();
  loop.run_for(minutes(10));
  clock.quality = TimeQuality::kSynchronised;
  clock.wall_at_start = 1'764'000'000'000;
  EXPECT_TRUE(is_in(mei));
  loop.run_for(minutes(30));
  EXPECT_FALSE(is_in(mei));
}

TEST_F(Estate, AResidentStaysInOverBootsThatKnowNoTimeAndIsNotInForEver) {
  claimed();
  const auto home = resident("3-2-501");
  for (int boot = 0; boot < 3; ++boot) {
    loop.run_for(hours(24 * 29));
    EXPECT_TRUE(is_in(home)) << boot;
    loop.run_for(minutes(2));
    reboot(TimeQuality::kFloor);
    EXPECT_TRUE(is_in(home)) << boot;
  }
  loop.run_for(hours(24 * 4));
  EXPECT_FALSE(is_in(home)) << "what was measured in all boots is 90 days";
}

TEST_F(Estate, APersonHasSixteenSessionsAndTheOldestGoes) {
  const auto mei = claimed();
  std::vector<core::Entry> entries;
  for (int i = 0; i < 16; ++i) {
    loop.run_for(seconds(10));
    entries.push_back(sign_in("mei", kPassword).value());
  }
  EXPECT_FALSE(is_in(mei));
  EXPECT_TRUE(is_in(entries.front()));
  EXPECT_EQ(accounts->sessions(actor(entries.back())).size(), 16U);
  EXPECT_EQ(store.rows(ports::Space::kSession).size(), 16U);
}

TEST_F(Estate, OneSessionOrAllCanBeEndedAndNobodyElses) {
  const auto mei = claimed();
  const auto wang = person(Role::kViewer, "wang");
  const auto phone = sign_in("mei", kPassword).value();
  const auto end = [this](const core::Entry& by, const std::string& id) {
    return run<void>([&](auto done) { accounts->end_session(actor(by), id, std::move(done)); });
  };
  EXPECT_EQ(end(wang, actor(mei).session).error().kind, RefusalKind::kNotFound);
  EXPECT_TRUE(end(mei, actor(phone).session));
  EXPECT_FALSE(is_in(phone));
  EXPECT_TRUE(is_in(mei));
  EXPECT_TRUE(run<void>([&](auto done) { accounts->end_sessions(actor(mei), std::move(done)); }));
  EXPECT_FALSE(is_in(mei));
  EXPECT_TRUE(is_in(wang));
}

TEST_F(Estate, ANewPasswordEndsTheOtherSessions) {
  const auto mei = claimed();
  const auto phone = sign_in("mei", kPassword).value();
  const auto change = [&](const std::string& old_one, const std::string& new_one) {
    return run<void>([&](auto done) {
      accounts->change_password(actor(mei), SecretText(old_one), SecretText(new_one),
                                std::move(done));
    });
  };
  EXPECT_EQ(change("wrong", "another good one").error().kind, RefusalKind::kSignInRefused);
  EXPECT_EQ(change(kPassword, "short").error().field, "new");
  EXPECT_TRUE(is_in(phone));
  EXPECT_TRUE(change(kPassword, "another good one"));
  EXPECT_TRUE(is_in(mei));
  EXPECT_FALSE(is_in(phone));
  EXPECT_FALSE(sign_in("mei", kPassword).has_value());
  EXPECT_TRUE(sign_in("mei", "another good one").has_value());
}

TEST_F(Estate, AnOpenConnectionSeesWhenItsSessionEndsOrItsRightsChange) {
  claimed();
  const auto wang = person(Role::kOnCall, "wang");
  const core::Actor who = actor(wang);
  EXPECT_TRUE(accounts->still_stands(who));
  core::PersonChange change;
  change.role = Role::kViewer;
  EXPECT_TRUE(run<core::PersonView>([&](auto done) {
    accounts->change_person(core::by_local(0), who.person, change, std::move(done));
  }));
  EXPECT_FALSE(accounts->still_stands(who));
  EXPECT_TRUE(accounts->still_stands(actor(wang)));
}

TEST_F(Estate, WhatIsStoredOfAPersonIsShownWithoutSecrets) {
  const auto mei = claimed();
  const std::string data = base::dump_json(accounts->data_of(actor(mei)));
  EXPECT_NE(data.find("\"Mei\""), std::string::npos);
  EXPECT_NE(data.find("192.0.2.1"), std::string::npos);
  EXPECT_EQ(data.find("$fake$"), std::string::npos);
}

}  // namespace
}  // namespace linli::story
