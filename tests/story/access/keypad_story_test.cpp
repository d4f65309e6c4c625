#include "tests/story/access/gatehouse.hpp"

namespace linli::story {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using Words = std::vector<std::string>;

class Keypads : public Gatehouse {};

TEST_F(Keypads, OpenForAPinThatIsTypedKeyByKey) {
  give_pin("ann", "4711");
  for (const char* key : {"4", "7", "1", "1", "#"}) {
    type(key);
    run(seconds(1));
  }
  EXPECT_EQ(opened(), 1U);
  EXPECT_EQ(reasons(), Words{"granted"});
}

TEST_F(Keypads, BeginAnewAfterAStarAndAfterAPause) {
  give_pin("ann", "4711");
  type("99*4711#");
  run(seconds(10));
  EXPECT_EQ(opened(), 1U);
  type("47");
  run(seconds(11));
  type("11#");
  run(seconds(1));
  EXPECT_EQ(opened(), 1U);
  EXPECT_EQ(reasons(), (Words{"granted", "unknown_credential"}));
}

TEST_F(Keypads, AreSlowedByWrongTriesWithoutStoppingCardHolders) {
  give_card("ann");
  give_pin("ben", "4711");
  for (int i = 0; i < 10; ++i) {
    type("123" + std::to_string(i) + "#");
    run(seconds(1));
  }
  EXPECT_EQ(alarms(), Words{"guessing"});
  const int proved = hash.verified;
  type("4711#");
  run(seconds(1));
  EXPECT_EQ(opened(), 0U) << "a right one is refused like a wrong one";
  EXPECT_EQ(hash.verified, proved) << "nothing is compared while it is locked";
  EXPECT_EQ(reasons().back(), "guessing");
  show_card();
  run(seconds(1));
  EXPECT_EQ(opened(), 1U) << "who has a card is not stopped";
  type("4711#", "reader-2");
  run(seconds(1));
  EXPECT_EQ(opened("lock-2"), 1U) << "nor is another door";
  run(minutes(5));
  type("4711#");
  run(seconds(1));
  EXPECT_EQ(opened(), 2U);
}

TEST_F(Keypads, ProveOnePinAtATime) {
  give_pin("ann", "4711");
  for (int i = 0; i < 100; ++i) type("123" + std::to_string(i % 10) + "#");
  run(seconds(1));
  EXPECT_EQ(hash.verified, 1);
  EXPECT_EQ(opened(), 0U);
}

TEST_F(Keypads, TakeAsLongForDigitsThatAreNobodys) {
  give_pin("ann", "4711");
  type("4712#");
  run(seconds(1));
  EXPECT_EQ(hash.verified, 1);
}

TEST_F(Keypads, OpenNothingWhileTheStoreFails) {
  give_pin("ann", "4711");
  type("4711");
  run(seconds(1));
  store.fail_next(2, base::Code::kFull);
  type("#");
  run(seconds(3));
  EXPECT_EQ(opened(), 0U);
}

TEST_F(Keypads, OpenForAVisitorsCodeAsOftenAsItMayBeUsed) {
  domain::access::VisitorCode code;
  code.id = "code-1";
  code.door_group = kGroup;
  code.issuer = "ann";
  code.from_s = now_ms() / 1'000;
  code.until_s = code.from_s + 3'600;
  code.tag =
      domain::access::visitor_tag(1, kGroup, "246810", [](std::uint8_t, std::string_view bytes) {
        return tls::LocalCrypto().hmac_sha256(base::SecretText("passes"), bytes);
      });
  books->codes.push_back(code);
  type("246810#");
  run(seconds(10));
  EXPECT_EQ(opened(), 1U);
  type("246810#");
  run(seconds(1));
  EXPECT_EQ(opened(), 1U);
  crash_and_restart();
  type("246810#");
  run(seconds(1));
  EXPECT_EQ(opened(), 1U) << "its use was in the transaction of the opening";
}

}  // namespace
}  // namespace linli::story
