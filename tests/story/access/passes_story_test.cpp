#include <algorithm>

#include "tests/story/access/gatehouse.hpp"

namespace linli::story {
namespace {

using domain::access::PassKind;
using std::chrono::hours;
using std::chrono::seconds;
using Words = std::vector<std::string>;

class Passes : public Gatehouse {};

TEST_F(Passes, ShownAHundredTimesAtTwoReadersAtOnceOpenExactlyOnce) {
  const std::string text = pass(77, PassKind::kVisitor, 3'600);
  for (int i = 0; i < 50; ++i) {
    show_pass(text, "reader-1");
    show_pass(text, "reader-2");
  }
  run(seconds(30));
  EXPECT_EQ(opened("lock-1") + opened("lock-2"), 1U);
  const auto all = reasons();
  EXPECT_EQ(all.size(), 100U);
  EXPECT_EQ(std::count(all.begin(), all.end(), "granted"), 1);
  EXPECT_EQ(std::count(all.begin(), all.end(), "replayed"), 99);
}

TEST_F(Passes, ThatWereUsedOpenNothingAfterACrash) {
  const std::string text = pass(77, PassKind::kVisitor, 3'600);
  show_pass(text);
  run(seconds(10));
  ASSERT_EQ(opened(), 1U);
  crash_and_restart();
  show_pass(text);
  run(seconds(1));
  EXPECT_EQ(opened(), 1U);
  EXPECT_EQ(reasons().back(), "replayed");
}

TEST_F(Passes, AreForgottenWhenTheyHaveEndedForLong) {
  show_pass(pass(77, PassKind::kVisitor, 3'600));
  show_pass(pass(78, PassKind::kVisitor, 36'000));
  run(seconds(10));
  EXPECT_EQ(store.rows(ports::Space::kAccessPass).size(), 2U);
  run(hours(25));
  EXPECT_EQ(store.rows(ports::Space::kAccessPass).size(), 2U) << "not a day over yet";
  run(hours(2));
  EXPECT_EQ(store.rows(ports::Space::kAccessPass).size(), 1U);
  crash_and_restart();  // what ended while nobody swept goes too
  run(hours(25));
  EXPECT_TRUE(store.rows(ports::Space::kAccessPass).empty());
}

TEST_F(Passes, AreNotUsedUpByAnOpeningThatCouldNotBeStored) {
  const std::string text = pass(77, PassKind::kVisitor, 3'600);
  store.fail_next(1, base::Code::kFull);
  show_pass(text);
  run(seconds(5));
  EXPECT_EQ(opened(), 0U);
  show_pass(text);
  run(seconds(1));
  EXPECT_EQ(opened(), 1U);
}

TEST_F(Passes, OfAResidentLiveAMinuteAndNeedTheResidentsRight) {
  domain::access::Credential phone;
  phone.id = "qr-ann";
  phone.holder = "ann";
  phone.kind = domain::access::CredentialKind::kQr;
  phone.secret_name = domain::access::hex64(0xA11);
  books->credentials.put(phone);
  show_pass(pass(1, PassKind::kResident, 60, 1, 0xA11));
  run(seconds(1));
  EXPECT_EQ(reasons(), Words{"no_right"});
  give_right("ann", R"({"groups":[3])");
  show_pass(pass(2, PassKind::kResident, 60, 1, 0xA11));
  run(seconds(10));
  EXPECT_EQ(opened(), 1U);
  const std::string screenshot = pass(3, PassKind::kResident, 60, 1, 0xA11);
  run(seconds(61));
  show_pass(screenshot);
  run(seconds(1));
  EXPECT_EQ(opened(), 1U);
  EXPECT_EQ(reasons().back(), "expired");
}

TEST_F(Passes, OfWhoMovedOutOpenNothingWithoutAnyPlatform) {
  const std::string text = pass(9, PassKind::kVisitor, 72 * 3'600, 20, 0xB0B);
  show_pass(text);
  run(hours(48));
  show_pass(text);
  run(seconds(10));
  EXPECT_EQ(opened(), 2U);
  ASSERT_TRUE(books->revocations.revoke_subject(0xB0B));
  show_pass(text);
  run(seconds(1));
  EXPECT_EQ(opened(), 2U);
  EXPECT_EQ(reasons().back(), "revoked");
}

TEST_F(Passes, OfAnotherCompoundOrForOtherDoorsOpenNothing) {
  show_pass(std::string(72, 'A'));
  show_pass("not a pass");
  put_door("garage", R"(,"takes":["qr"])");
  auto elsewhere = *books->doors.find("garage");
  elsewhere.group = 9;
  books->doors.put(elsewhere);
  show_pass(pass(5, PassKind::kVisitor, 3'600), "reader-2");
  run(seconds(1));
  EXPECT_EQ(opened("lock-1") + opened("lock-2"), 0U);
}

TEST_F(Passes, OpenNothingWhileTheClockCannotBeTrusted) {
  const std::string text = pass(5, PassKind::kVisitor, 3'600);
  clock.quality = domain::TimeQuality::kFloor;
  show_pass(text);
  run(seconds(1));
  EXPECT_EQ(opened(), 0U);
  EXPECT_EQ(reasons(), Words{"clock_unknown"});
}

}  // namespace
}  // namespace linli::story
