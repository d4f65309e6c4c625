#include <nlohmann/json.hpp>

#include "firmware/base/json.hpp"
#include "tests/story/access/gatehouse.hpp"

namespace linli::story {
namespace {

using domain::CommandState;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr const char* kHome = R"({"household":"h501","place":"b3-u2-501","groups":[3],"people":[
    {"id":"ann","name":"安女士"}]})";
constexpr const char* kNeighbour = R"({"household":"h402","place":"b3","groups":[3],"people":[
    {"id":"li","name":"李先生","cards":[{"bits":"bbbbbb00","count":26}]}]})";

// Four weeks of a unit's door from Monday, 2026-09-28 on. Each day has the same four tries:
//   08:00  ben, a pupil who comes for his lessons, with hours (学校)
//   12:00  whoever has ann's first card, which is lost in the second week
//   18:30  ben again, after his hours
//   20:00  li, who moves out in the second week
// What comes between is done at midnight. A day that is told is a letter for each try. No platform
// is there in all the time.
class Weeks : public Gatehouse {
 protected:
  Weeks() {
    must("put_calendar", R"({"calendar":{"year":2026,"source":"the story","holidays":[
        {"name":"国庆节","from":"2026-10-01","to":"2026-10-07"}],"make_up_workdays":["2026-10-10"]}})");
    must("put_schedule",
         R"({"id":"school","schedule":{"name":"学校","week":{"mon-fri":["07:00-18:00"]},
        "holiday":"sun","make_up":"mon"}})");
    must("move_in", kHome);
    must("move_in", kNeighbour);
    must("issue_credential",
         R"({"id":"k-ann","holder":"ann","kind":"card","card":{"bits":"d41b8100","count":26}})");
    must("put_right", R"({"id":"r-ben","holder":"ben","groups":[3],"schedule":"school"})");
    must("issue_credential",
         R"({"id":"k-ben","holder":"ben","kind":"card","card":{"bits":"aaaaaa00","count":26}})");
  }

  // Asked for at the gateway itself: the platform may be gone.
  std::string must(const std::string& action, const std::string& input,
                   const std::string& role = "property_manager",
                   const std::string& issuer = "person:office") {
    const auto outcome = ask(action, input, role, issuer);
    EXPECT_EQ(outcome.state, CommandState::kConfirmed) << action << ": " << outcome.reason;
    return outcome.output;
  }
  // '+' if the door opened, else the first letter of why it did not, '?' if that stands nowhere.
  char try_card(const char* bits) {
    const std::size_t before = opened();
    const std::size_t written = reasons().size();
    show_card(bits);
    run(minutes(1));
    ++tries_;
    const auto after = reasons();
    if (after.size() != written + 1) return '?';
    EXPECT_EQ(opened() - before, after.back() == "granted" ? 1U : 0U) << after.back();
    return opened() > before ? '+' : after.back()[0];
  }
  // From eight in the morning to the next.
  std::string day() {
    std::string told;
    told += try_card("aaaaaa00");
    run(hours(4) - minutes(1));
    told += try_card(kCardBits);
    run(hours(6) + minutes(29));
    told += try_card("aaaaaa00");
    run(hours(1) + minutes(29));
    told += try_card("bbbbbb00");
    run(hours(4) - minutes(1));
    at_midnight();
    run(hours(8) - (loop.now() - midnight_));
    return told;
  }
  std::string week() {
    std::string told;
    for (int i = 0; i < 7; ++i) told += (i == 0 ? "" : " ") + day();
    return told;
  }
  // What happens in the night before a day of the diary, by the day's number.
  std::map<int, std::function<void()>> nights;
  int tries() const { return tries_; }

 private:
  void at_midnight() {
    midnight_ = loop.now();
    ++day_;
    if (const auto found = nights.find(day_); found != nights.end()) found->second();
  }

  base::TimePoint midnight_;
  int day_ = 0;
  int tries_ = 0;
};

TEST_F(Weeks, OfHolidaysALostCardAMoveOutAndAnOutageAreAsTheDiarySays) {
  nights[8] = [this] { must("revoke_credential", R"({"id":"k-ann","state":"lost"})"); };
  nights[11] = [this] { must("move_out", R"({"household":"h402"})"); };
  // The power goes twice; the second time the clock is right again only after three days. The gate
  // lets in without a clock whoever may come at some hour.
  nights[16] = [this] { crash_and_restart(); };
  nights[19] = [this] {
    clock.quality = domain::TimeQuality::kFloor;
    crash_and_restart();
  };
  nights[22] = [this] { clock.quality = domain::TimeQuality::kSynchronised; };

  //                 Mon  Tue  Wed  Thu  Fri  Sat  Sun
  EXPECT_EQ(week(), "++o+ ++o+ ++o+ o+o+ o+o+ o+o+ o+o+") << "holidays from Thursday on";
  EXPECT_EQ(week(), "o+o+ olo+ olo+ +lo+ +lou +lou olou") << "Saturday is worked";
  EXPECT_EQ(week(), "+lou +lou +lou +lou +lou +l+u +l+u");
  EXPECT_EQ(week(), "+l+u +lou +lou +lou +lou olou olou");
  EXPECT_EQ(reasons().size(), static_cast<std::size_t>(tries()))
      << "nobody took them: all of it waits in the outbox";
}

}  // namespace
}  // namespace linli::story
