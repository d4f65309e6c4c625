#include "firmware/scenarios/access/right_book.hpp"

#include <gtest/gtest.h>

namespace linli::scenarios::access {
namespace {

AccessRight right(const std::string& id, const std::string& row) {
  return access_right_from_row(id, row).value();
}

TEST(AccessRight, ReadsBackAsItWasWritten) {
  const AccessRight one = right("r1", R"({"holder":"p1","doors":["gate"],"groups":[3,4],
      "schedule":"office","from_ms":1000,"until_ms":2000,"passes_block":true})");
  EXPECT_EQ(access_right_from_row("r1", to_row(one)).value(), one);
  EXPECT_TRUE(one.right.passes_block);
}

TEST(AccessRight, NamesTheMemberThatIsWrong) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {R"({"holder":"p1"})", "doors"},
      {R"({"doors":["gate"]})", "holder"},
      {R"({"holder":"a b","doors":["gate"]})", "holder"},
      {R"({"holder":"p1","doors":[1]})", "doors"},
      {R"({"holder":"p1","groups":[0]})", "groups"},
      {R"({"holder":"p1","groups":[65536]})", "groups"},
      {R"({"holder":"p1","doors":["gate"],"from_ms":5,"until_ms":5})", "until_ms"},
      {R"({"holder":"p1","doors":["gate"],"hours":"all"})", "hours"},
  };
  for (const auto& [row, member] : table) {
    const auto read = access_right_from_row("r1", row);
    ASSERT_FALSE(read.has_value()) << row;
    EXPECT_NE(read.error().what.find(member), std::string::npos) << read.error().what;
  }
}

TEST(RightBook, HoldsAtTheDoorsAndGroupsThatItNames) {
  const ScheduleBook schedules;
  RightBook book;
  book.put(right("r1", R"({"holder":"p1","doors":["gate"],"groups":[3]})"));
  EXPECT_EQ(book.at_door("p1", "gate", 0, schedules).size(), 1U);
  EXPECT_EQ(book.at_door("p1", "garage", 3, schedules).size(), 1U);
  EXPECT_TRUE(book.at_door("p1", "garage", 0, schedules).empty());
  EXPECT_TRUE(book.at_door("p2", "gate", 3, schedules).empty());
  book.remove("r1");
  EXPECT_TRUE(book.at_door("p1", "gate", 3, schedules).empty());
}

TEST(RightBook, LetsNobodyInByAScheduleThatIsNotThere) {
  ScheduleBook schedules;
  RightBook book;
  const AccessRight one = right("r1", R"({"holder":"p1","doors":["gate"],"schedule":"office"})");
  EXPECT_EQ(book.check(one, schedules).error().code, base::Code::kNotFound);
  book.put(one);
  EXPECT_TRUE(book.at_door("p1", "gate", 0, schedules).empty());
  schedules.put("office", domain::access::always());
  EXPECT_TRUE(book.check(one, schedules).has_value());
  EXPECT_EQ(book.at_door("p1", "gate", 0, schedules).size(), 1U);
  EXPECT_TRUE(book.uses_schedule("office"));
  EXPECT_FALSE(book.uses_schedule("school"));
}

TEST(RightBook, PutAgainTakesThePlaceOfTheFirst) {
  const ScheduleBook schedules;
  RightBook book;
  book.put(right("r1", R"({"holder":"p1","doors":["gate"]})"));
  book.put(right("r1", R"({"holder":"p2","doors":["gate"]})"));
  EXPECT_TRUE(book.of_holder("p1").empty());
  EXPECT_EQ(book.of_holder("p2").size(), 1U);
}

}  // namespace
}  // namespace linli::scenarios::access
