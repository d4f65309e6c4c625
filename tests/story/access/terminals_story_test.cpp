#include <nlohmann/json.hpp>

#include "tests/story/access/gatehouse.hpp"

// Whom the terminals at the doors are to know.
namespace linli::story {
namespace {

using domain::CommandState;

class Terminals : public Gatehouse {
 protected:
  std::vector<ports::RosterPerson> known(const std::string& terminal = "reader-1") const {
    return scenario->roster().persons_at(domain::DeviceId::parse(terminal).value());
  }
  std::vector<std::string> names(const std::string& terminal = "reader-1") const {
    std::vector<std::string> all;
    for (const auto& person : known(terminal)) all.push_back(person.id);
    return all;
  }
  void give_face(const std::string& holder) {
    const std::string person = R"({"person":")" + holder + R"(","purpose":"face")";
    ASSERT_EQ(ask("give_consent", person + R"(,"text":"face-2026-01"})").state,
              CommandState::kConfirmed);
    const std::string input = R"({"id":"face-)" + holder + R"(","holder":")" + holder +
                              R"(","kind":"face","face_id":"R-)" + holder + R"("})";
    ASSERT_EQ(ask("issue_credential", input).state, CommandState::kConfirmed);
  }
  void move_in() {
    ASSERT_EQ(ask("move_in", R"({"household":"h1","place":"b3-u2-501","groups":[3],"people":[
      {"id":"eve","name":"x","cards":[{"bits":"d41b8100","count":26}]}]})")
                  .state,
              CommandState::kConfirmed);
  }
  using Words = std::vector<std::string>;
};

TEST_F(Terminals, KnowWhoMayPassWithACardAndWithAFaceThatWasConsentedTo) {
  give_card("ann");
  give_face("ann");
  EXPECT_EQ(names(), (Words{"card-ann", "R-ann"}));
  EXPECT_EQ(names("reader-2"), (Words{"card-ann", "R-ann"})) << "the same door group";
  EXPECT_EQ(known()[0].card_bits.reveal(), kCardBits);
  EXPECT_EQ(known()[0].card_bit_count, 26);
  EXPECT_EQ(known()[0].holder, "ann");
  EXPECT_EQ(known()[1].card_bit_count, 0);
  EXPECT_TRUE(names("lock-1").empty()) << "a part of the door, and no reader";
  EXPECT_TRUE(names("button-1").empty());
}

TEST_F(Terminals, KnowNoFaceWithoutConsentAndNobodyWithoutARight) {
  give_card("ann", kCardBits, "");
  EXPECT_TRUE(names().empty());
  give_right("ann", R"({"groups":[3])");
  give_face("ann");
  EXPECT_EQ(names(), (Words{"card-ann", "R-ann"}));
  ASSERT_EQ(ask("withdraw_consent", R"({"person":"ann","purpose":"face"})").state,
            CommandState::kConfirmed);
  EXPECT_EQ(names(), (Words{"card-ann"}));
}

TEST_F(Terminals, KnowNoPin) {
  give_pin("ann", "4711");
  EXPECT_TRUE(names().empty());
}

TEST_F(Terminals, AreToldUntilWhenAndOfWhoHasHours) {
  const std::int64_t until = now_ms() + 3'600'000;
  give_card("ann", kCardBits, R"({"groups":[3],"until_ms":)" + std::to_string(until));
  ASSERT_EQ(known().size(), 1U);
  EXPECT_EQ(known()[0].until_ms, until);
  EXPECT_TRUE(known()[0].at_all_hours);
  run(std::chrono::hours(1));
  EXPECT_TRUE(names().empty()) << "the right is over";
  const auto put = ask(
      "put_schedule", R"({"id":"day","schedule":{"name":"x","week":{"mon-fri":["08:00-18:00"]}}})");
  ASSERT_EQ(put.state, CommandState::kConfirmed) << put.reason;
  give_right("ann", R"({"groups":[3],"schedule":"day")");
  ASSERT_EQ(known().size(), 1U);
  EXPECT_FALSE(known()[0].at_all_hours);
  EXPECT_FALSE(known()[0].until_ms);
  give_right("ann", R"({"doors":["gate"])");
  EXPECT_TRUE(known()[0].at_all_hours) << "one right without hours is enough";
}

TEST_F(Terminals, ARightThatIsStillToComeIsToldWithItsBeginning) {
  const std::int64_t from = now_ms() + 3'600'000;
  give_card("ann", kCardBits, R"({"groups":[3],"from_ms":)" + std::to_string(from));
  ASSERT_EQ(known().size(), 1U);
  EXPECT_EQ(known()[0].from_ms, from);
}

TEST_F(Terminals, WhileNobodyKnowsTheTimeOnlyWhatIsSurelyOverIsOver) {
  give_card("ann", kCardBits,
            R"({"groups":[3],"until_ms":)" + std::to_string(now_ms() + 3'600'000));
  clock.quality = domain::TimeQuality::kFloor;
  EXPECT_EQ(names(), (Words{"card-ann"}));
  clock.quality = domain::TimeQuality::kUnknown;
  run(std::chrono::hours(2));
  EXPECT_EQ(names(), (Words{"card-ann"}));
}

TEST_F(Terminals, HearOfEachChangeAndOfAMoveOutAtOnce) {
  int changes = 0;
  scenario->on_change([&changes] { ++changes; });
  move_in();
  EXPECT_EQ(changes, 1);
  ASSERT_EQ(names().size(), 1U);
  ASSERT_EQ(ask("move_out", R"({"household":"h1"})").state, CommandState::kConfirmed);
  EXPECT_EQ(changes, 2);
  EXPECT_TRUE(names().empty());
}

TEST_F(Terminals, ALostCardIsForgottenAndAnUnknownPlaceChangesNothing) {
  int changes = 0;
  give_card("ann");
  scenario->on_change([&changes] { ++changes; });
  ASSERT_EQ(ask("revoke_credential", R"({"id":"card-ann","state":"lost"})").state,
            CommandState::kConfirmed);
  EXPECT_EQ(changes, 1);
  EXPECT_TRUE(names().empty());
  EXPECT_NE(ask("revoke_credential", R"({"id":"nobodys"})").state, CommandState::kConfirmed);
  EXPECT_EQ(changes, 1);
}

TEST_F(Terminals, AreTheSameAfterARestart) {
  give_card("ann");
  give_face("ann");
  crash_and_restart();
  EXPECT_EQ(names(), (Words{"card-ann", "R-ann"}));
}

}  // namespace
}  // namespace linli::story
