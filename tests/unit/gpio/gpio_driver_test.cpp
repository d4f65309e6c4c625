#include "drivers/gpio/gpio_driver.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "firmware/domain/profile_codec.hpp"
#include "tests/fakes/fake_lines.hpp"
#include "tests/fakes/virtual_loop.hpp"

namespace linli::drivers::gpio {
namespace {

using base::Code;
using std::chrono::milliseconds;
using std::chrono::seconds;

std::shared_ptr<const domain::Profile> door_profile() {
  std::ifstream in(std::string(LINLI_SOURCE_DIR) + "/config/profiles/gpio/door.tm.jsonld");
  std::ostringstream text;
  text << in.rdbuf();
  return std::make_shared<const domain::Profile>(
      domain::parse_profile("gpio/door", text.str()).value());
}

class NotingIntake final : public ports::Intake {
 public:
  explicit NotingIntake(base::Loop& loop) : loop_(loop) {}
  void take(ports::Delivery delivery, base::Done<void> committed) override {
    const bool fails = failing;
    if (!fails)
      for (domain::Report& report : delivery.reports) reports.push_back(std::move(report));
    loop_.post([done = std::move(committed), fails]() mutable {
      std::move(done)(fails ? base::Result<void>(base::fail(Code::kFull, "full"))
                            : base::Result<void>{});
    });
  }
  std::vector<domain::Report> reports;
  bool failing = false;

 private:
  base::Loop& loop_;
};

constexpr unsigned kLock = 22, kMagnet = 23, kContact = 17, kExit = 18, kD0 = 5, kD1 = 6;

class GpioDriverTest : public testing::Test {
 protected:
  GpioDriverTest() {
    std::vector<LineSpec> lines;
    for (const char* line :
         {"lock=gpiochip0/22 out", "magnet=gpiochip0/23 out fail-safe", "contact=gpiochip0/17 in",
          "exit=gpiochip0/18 in low", "d0=gpiochip0/5 in low", "d1=gpiochip0/6 in low"})
      lines.push_back(parse_line(line).value());
    board.set_level(kExit, true);
    board.set_level(kD0, true);
    board.set_level(kD1, true);
    driver = std::make_unique<GpioDriver>(loop, intake, board, std::move(lines), milliseconds(20));
  }
  ~GpioDriverTest() override {
    driver.reset();
    loop.drop_all();
  }
  static domain::DeviceId id() { return domain::DeviceId::parse("door1").value(); }
  void attach(const std::string& address = "lock=lock contact=contact exit=exit d0=d0 d1=d1") {
    const auto attached = driver->attach(id(), profile, address);
    ASSERT_TRUE(attached.has_value()) << attached.error().what;
    loop.run_for(milliseconds(1));
  }
  void invoke(const std::string& action, const std::string& input = "{}") {
    driver->invoke(
        {domain::CommandId::parse("c1").value(), id(),
         domain::action_index(*profile, action).value(), input, seconds(10)},
        [this](const base::Result<ports::ActionReply>& reply) { replies.push_back(reply); });
    loop.run_ready();
  }
  std::vector<std::string> readings(const std::string& property) const {
    std::vector<std::string> all;
    const auto index = domain::property_index(*profile, property).value();
    for (const auto& report : intake.reports)
      for (const auto& reading : report.readings)
        if (reading.property == index) all.push_back(domain::to_json(reading.value));
    return all;
  }
  std::size_t exits() const {
    std::size_t count = 0;
    for (const auto& report : intake.reports) count += report.events.size();
    return count;
  }
  std::vector<domain::Presentation> shown() const {
    std::vector<domain::Presentation> all;
    for (const auto& report : intake.reports)
      all.insert(all.end(), report.presentations.begin(), report.presentations.end());
    return all;
  }
  void send(const std::string& bits) {
    for (const char bit : bits) {
      const unsigned wire = bit == '1' ? kD1 : kD0;
      board.set_level(wire, false);
      loop.run_for(std::chrono::microseconds(50));
      board.set_level(wire, true);
      loop.run_for(milliseconds(1));
    }
    loop.run_for(milliseconds(100));
  }
  using Words = std::vector<std::string>;

  fakes::VirtualLoop loop;
  fakes::FakeLines board{loop};
  NotingIntake intake{loop};
  std::shared_ptr<const domain::Profile> profile = door_profile();
  std::unique_ptr<GpioDriver> driver;
  std::vector<base::Result<ports::ActionReply>> replies;
};

TEST_F(GpioDriverTest, ADoorTellsHowItIsAtTheStart) {
  board.set_level(kContact, true);
  attach();
  ASSERT_FALSE(intake.reports.empty());
  EXPECT_EQ(intake.reports[0].presence, domain::Presence::kOnline);
  EXPECT_EQ(readings("door_open"), (Words{"true"}));
  EXPECT_EQ(readings("unlocked"), (Words{"false"}));
}

TEST_F(GpioDriverTest, AContactThatBouncesIsToldOnce) {
  attach();
  for (int i = 0; i < 9; ++i) {
    board.set_level(kContact, i % 2 == 0);
    loop.run_for(milliseconds(3));
  }
  EXPECT_EQ(readings("door_open"), (Words{"false"}));
  loop.run_for(milliseconds(20));
  EXPECT_EQ(readings("door_open"), (Words{"false", "true"}));
  board.set_level(kContact, false);
  loop.run_for(milliseconds(5));
  board.set_level(kContact, true);
  loop.run_for(milliseconds(100));
  EXPECT_EQ(readings("door_open"), (Words{"false", "true"})) << "it did not close";
}

TEST_F(GpioDriverTest, TheExitButtonIsAnEventWhenItIsPressed) {
  attach();
  board.set_level(kExit, false);
  loop.run_for(milliseconds(100));
  EXPECT_EQ(exits(), 1U);
  board.set_level(kExit, true);
  loop.run_for(milliseconds(100));
  EXPECT_EQ(exits(), 1U);
}

TEST_F(GpioDriverTest, ALockIsDrivenForItsTimeAndFallsBack) {
  attach();
  EXPECT_FALSE(board.level(kLock));
  invoke("unlock", R"({"seconds":5})");
  ASSERT_TRUE(replies.at(0).has_value());
  EXPECT_FALSE(replies[0]->answer_follows);
  EXPECT_TRUE(board.level(kLock));
  loop.run_for(milliseconds(4'990));
  EXPECT_TRUE(board.level(kLock));
  loop.run_for(milliseconds(20));
  EXPECT_FALSE(board.level(kLock));
  EXPECT_EQ(readings("unlocked"), (Words{"false", "true", "false"}));
}

TEST_F(GpioDriverTest, ASecondOpeningCountsFromItsOwnMoment) {
  attach();
  invoke("unlock", R"({"seconds":5})");
  loop.run_for(seconds(3));
  invoke("unlock", R"({"seconds":5})");
  loop.run_for(seconds(4));
  EXPECT_TRUE(board.level(kLock));
  loop.run_for(seconds(2));
  EXPECT_FALSE(board.level(kLock));
}

TEST_F(GpioDriverTest, WithoutATimeItIsOpenUntilItIsLocked) {
  attach();
  invoke("unlock");
  loop.run_for(std::chrono::hours(24));
  EXPECT_TRUE(board.level(kLock));
  invoke("lock");
  EXPECT_FALSE(board.level(kLock));
  EXPECT_TRUE(replies.at(1).has_value());
}

TEST_F(GpioDriverTest, AMagnetHoldsWhileItHasPower) {
  attach("lock=magnet");
  EXPECT_TRUE(board.level(kMagnet));
  EXPECT_EQ(board.driven(kMagnet), (std::vector<bool>{true})) << "locked from the first moment";
  invoke("unlock", R"({"seconds":1})");
  EXPECT_FALSE(board.level(kMagnet));
  loop.run_for(seconds(2));
  EXPECT_TRUE(board.level(kMagnet));
}

TEST_F(GpioDriverTest, WhenTheDaemonDiesTheLineFallsToWhatIsSafeForItsLock) {
  attach();
  invoke("unlock");
  ASSERT_TRUE(board.level(kLock));
  driver.reset();
  loop.drop_all();
  EXPECT_FALSE(board.level(kLock)) << "fail-secure: locked";
}

TEST_F(GpioDriverTest, AMagnetLetsGoWhenTheDaemonDies) {
  attach("lock=magnet");
  driver.reset();
  loop.drop_all();
  EXPECT_FALSE(board.level(kMagnet)) << "fail-safe: open";
}

TEST_F(GpioDriverTest, ALockThatCannotBeLockedIsTriedUntilItIs) {
  attach();
  invoke("unlock", R"({"seconds":1})");
  board.fails_with = base::Error{Code::kInternal, "no power"};
  loop.run_for(milliseconds(1'010));
  EXPECT_TRUE(board.level(kLock));
  loop.run_for(seconds(1));
  EXPECT_FALSE(board.level(kLock));
}

TEST_F(GpioDriverTest, ALockThatDoesNotMoveIsAFailure) {
  attach();
  board.fails_with = base::Error{Code::kInternal, "no power"};
  invoke("unlock", R"({"seconds":1})");
  EXPECT_FALSE(replies.at(0).has_value());
}

TEST_F(GpioDriverTest, ACardOnTheWiresIsAPresentationAndNothingElse) {
  attach();
  const std::size_t before = intake.reports.size();
  send("00110010001001110001000001");
  ASSERT_EQ(shown().size(), 1U);
  EXPECT_EQ(shown()[0].card_bits.reveal(), "32271040");
  EXPECT_EQ(shown()[0].bit_count, 26);
  EXPECT_EQ(shown()[0].wiegand->card, 20000U);
  EXPECT_EQ(shown()[0].reader, id());
  ASSERT_EQ(intake.reports.size(), before + 1);
  EXPECT_TRUE(intake.reports.back().readings.empty());
  EXPECT_TRUE(intake.reports.back().events.empty());
}

TEST_F(GpioDriverTest, AKeyIsAKeyAndAWrongParityIsCounted) {
  attach();
  send("0111");
  ASSERT_EQ(shown().size(), 1U);
  EXPECT_EQ(shown()[0].digits.reveal(), "7");
  send("10110010001001110001000001");
  EXPECT_EQ(readings("parity_faults"), (Words{"1"}));
  EXPECT_FALSE(shown()[1].wiegand->parity_ok);
}

TEST_F(GpioDriverTest, NoiseIsCountedAndNobodysCard) {
  attach();
  send("1");
  EXPECT_TRUE(shown().empty());
  EXPECT_EQ(readings("wire_faults"), (Words{"1"}));
}

TEST_F(GpioDriverTest, WhatCouldNotBeStoredIsToldAgain) {
  attach();
  intake.failing = true;
  board.set_level(kContact, true);
  loop.run_for(milliseconds(100));
  EXPECT_EQ(readings("door_open"), (Words{"false"}));
  intake.failing = false;
  loop.run_for(seconds(2));
  EXPECT_EQ(readings("door_open"), (Words{"false", "true"}));
}

TEST_F(GpioDriverTest, LinesThatAreNotThereOrOfTheOtherKindAreNamed) {
  const std::pair<const char*, const char*> bad[] = {
      {"lock=nothing", "no line 'nothing' in gpio.lines"},
      {"lock=contact", "the line 'contact' is an input"},
      {"contact=lock", "the line 'lock' is an output"},
      {"", "are no lines of a door"},
  };
  for (const auto& [address, words] : bad) {
    const auto accepted = driver->accepts(*profile, address);
    ASSERT_FALSE(accepted.has_value());
    EXPECT_NE(accepted.error().what.find(words), std::string::npos) << accepted.error().what;
  }
  domain::Profile other = *profile;
  other.name = "generic/lock";
  EXPECT_EQ(driver->accepts(other, "lock=lock").error().code, Code::kUnsupported);
}

TEST_F(GpioDriverTest, ALineThatAnotherDoorHasIsAConflict) {
  attach("contact=contact");
  const auto second =
      driver->attach(domain::DeviceId::parse("door2").value(), profile, "contact=contact");
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, Code::kConflict);
  driver->detach(id());
  EXPECT_TRUE(driver->attach(domain::DeviceId::parse("door2").value(), profile, "contact=contact")
                  .has_value());
}

TEST_F(GpioDriverTest, WithoutALockThereIsNothingToUnlock) {
  attach("contact=contact");
  invoke("unlock");
  EXPECT_EQ(replies.at(0).error().code, Code::kUnsupported);
}

}  // namespace
}  // namespace linli::drivers::gpio
