#include <functional>
#include <nlohmann/json.hpp>

#include "firmware/base/json.hpp"
#include "tests/story/access/gatehouse.hpp"

namespace linli::story {
namespace {

using domain::CommandState;
using std::chrono::seconds;
using Words = std::vector<std::string>;

// What somebody recorded on the way is of no use later, elsewhere or again.
class ReplayedOpening : public Gatehouse {
 protected:
  static constexpr int kCaptured = 100;
  static constexpr int kTimes = 100;

  std::vector<domain::Command> capture() {
    std::vector<domain::Command> wishes;
    for (int i = 0; i < kCaptured; ++i) {
      wishes.push_back(command("open", opening()));
      EXPECT_EQ(submit(wishes.back()).state, CommandState::kConfirmed);
      run(seconds(6));
    }
    EXPECT_EQ(opened(), static_cast<std::size_t>(kCaptured));
    return wishes;
  }
  // The same under another id, as somebody would who can write commands but not the issuer's clock.
  domain::Command renamed(domain::Command wish) {
    wish.id = domain::CommandId::parse("renamed-" + std::to_string(++renamed_)).value();
    return wish;
  }
  // Ten thousand times in all; `change` makes of a wish what is sent this time.
  void replay(const std::vector<domain::Command>& wishes, const char* variant,
              const std::function<domain::Command(domain::Command)>& change = {}) {
    const std::size_t before = opened() + opened("lock-2");
    for (int time = 0; time < kTimes; ++time) {
      for (const domain::Command& wish : wishes) submit(change ? change(wish) : wish);
    }
    run(seconds(40));
    EXPECT_EQ(opened() + opened("lock-2"), before) << variant;
  }
  void expect_fresh_opens(const char* variant) {
    const std::size_t before = opened();
    EXPECT_EQ(ask("open", opening()).state, CommandState::kConfirmed) << variant;
    EXPECT_EQ(opened(), before + 1) << variant;
    run(seconds(10));
  }

 private:
  int renamed_ = 0;
};

TEST_F(ReplayedOpening, MovesNothingInAnyVariant) {
  const std::vector<domain::Command> wishes = capture();
  replay(wishes, "the same");
  run(seconds(31));
  replay(wishes, "after 31 s");
  expect_fresh_opens("after 31 s");

  replay(wishes, "under another id", [this](auto wish) { return renamed(std::move(wish)); });
  replay(wishes, "at another door", [this](auto wish) {
    wish = renamed(std::move(wish));
    wish.input.replace(wish.input.find("gate"), 4, "garage");
    return wish;
  });
  replay(wishes, "of another gateway", [this](auto wish) {
    wish = renamed(std::move(wish));
    wish.input = opening();
    wish.input.replace(wish.input.find("site-1"), 6, "site-2");
    return wish;
  });

  crash_and_restart();
  replay(wishes, "after a restart");
  expect_fresh_opens("after a restart");
}

TEST_F(ReplayedOpening, MovesNothingWhenTheClockIsSetBack) {
  std::vector<domain::Command> wishes = capture();
  clock.wall_at_start -= 3'600'000;
  replay(wishes, "an hour back");
  // To the second in which the last one was asked for: its id is remembered in the transaction that
  // opened.
  const auto input = base::parse_json(wishes.back().input).value();
  clock.wall_at_start += input["issued_ms"].get<std::int64_t>() - now_ms();
  const std::size_t before = opened();
  submit(wishes.back());
  crash_and_restart();
  submit(wishes.back());
  EXPECT_EQ(opened(), before);
  clock.wall_at_start += 7'200'000;
  expect_fresh_opens("the right time again");
}

TEST_F(ReplayedOpening, MovesNothingWhenTheLedgerHasForgottenIt) {
  const domain::Command wish = command("open", opening());
  EXPECT_EQ(submit(wish).state, CommandState::kConfirmed);
  std::optional<base::Result<core::ScenarioAnswer>> again;
  scenario->perform(wish,
                    [&again](base::Result<core::ScenarioAnswer> done) { again = std::move(done); });
  run(seconds(1));
  ASSERT_TRUE(again.has_value());
  EXPECT_FALSE(again->has_value());
  EXPECT_EQ(opened(), 1U);
  EXPECT_EQ(reasons(), (Words{"granted", "replayed"}));
}

TEST_F(ReplayedOpening, MovesNothingOnTheImageOfADatabaseThatWasPutBack) {
  const std::vector<domain::Command> wishes = capture();
  // The image knows nothing of the commands.
  ports::Turn back;
  for (const auto& [key, row] : store.rows(ports::Space::kCommand))
    back.erasures.push_back({ports::Space::kCommand, key});
  for (const auto& [key, row] : store.rows(ports::Space::kAccessPass))
    back.erasures.push_back({ports::Space::kAccessPass, key});
  store.commit(std::move(back),
               [](const base::Result<void>& done) { ASSERT_TRUE(done.has_value()); });
  loop.run_ready();
  crash_and_restart();
  run(seconds(11));
  replay(wishes, "after an image was put back");
  expect_fresh_opens("after an image was put back");
}

}  // namespace
}  // namespace linli::story
