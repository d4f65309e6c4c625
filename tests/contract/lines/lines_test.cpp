#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "board/hal/gpiod_lines.hpp"
#include "firmware/net/asio_loop.hpp"
#include "tests/fakes/fake_lines.hpp"
#include "tests/fakes/virtual_loop.hpp"

// What every ports::DigitalLines does: the fake of the tests, and libgpiod's over the kernel's
// gpio-sim. A kernel without gpio-sim has no lines to try, and then there is the fake alone. To try
// both: modprobe gpio-sim, a bank of at least 4 lines, and LINLI_GPIO_SIM=<its folder below
// /sys/devices/platform, e.g. gpio-sim.0/gpiochip1>.
namespace linli {
namespace {

using ports::LineEdge;
using ports::LinePlace;

class Rig {
 public:
  Rig() = default;
  Rig(const Rig&) = delete;
  Rig& operator=(const Rig&) = delete;
  virtual ~Rig() = default;

  virtual ports::DigitalLines& lines() = 0;
  virtual std::string chip() const = 0;
  virtual void set_level(unsigned offset, bool is_high) = 0;
  virtual bool level(unsigned offset) = 0;
  virtual void settle() = 0;  // lets the loop run for a moment
};

class FakeRig final : public Rig {
 public:
  ports::DigitalLines& lines() override { return lines_; }
  std::string chip() const override { return lines_.chip; }
  void set_level(unsigned offset, bool is_high) override { lines_.set_level(offset, is_high); }
  bool level(unsigned offset) override { return lines_.level(offset); }
  void settle() override { loop_.run_ready(); }

 private:
  fakes::VirtualLoop loop_;
  fakes::FakeLines lines_{loop_};
};

class SimRig final : public Rig {
 public:
  explicit SimRig(std::string folder) : folder_("/sys/devices/platform/" + std::move(folder)) {}
  ports::DigitalLines& lines() override { return lines_; }
  std::string chip() const override { return std::filesystem::path(folder_).filename(); }
  void set_level(unsigned offset, bool is_high) override {
    std::ofstream(folder_ + "/sim_gpio" + std::to_string(offset) + "/pull")
        << (is_high ? "pull-up" : "pull-down");
  }
  bool level(unsigned offset) override {
    std::ifstream in(folder_ + "/sim_gpio" + std::to_string(offset) + "/value");
    int value = 0;
    in >> value;
    return value == 1;
  }
  void settle() override {
    const auto end = loop_.after(std::chrono::milliseconds(50), [this] { loop_.stop(); });
    loop_.run();
  }

 private:
  std::string folder_;
  net::AsioLoop loop_;
  board::GpiodLines lines_{loop_};
};

class Lines : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    if (!GetParam()) {
      rig = std::make_unique<FakeRig>();
      return;
    }
    rig = std::make_unique<SimRig>(std::getenv("LINLI_GPIO_SIM"));
  }
  LinePlace at(unsigned offset, bool is_low_active = false) const {
    return {rig->chip(), offset, is_low_active, LinePlace::Bias::kAsIs};
  }
  std::function<void(const LineEdge&)> noting() {
    return [this](const LineEdge& edge) { edges.push_back(edge.is_active); };
  }
  std::unique_ptr<Rig> rig;
  std::vector<bool> edges;
};

TEST_P(Lines, AnInputSaysItsStateAndItsEdges) {
  rig->set_level(0, true);
  auto input = rig->lines().input(at(0), noting());
  ASSERT_TRUE(input.has_value()) << input.error().what;
  EXPECT_EQ((*input)->is_active().value(), true);
  rig->set_level(0, false);
  rig->settle();
  rig->set_level(0, true);
  rig->settle();
  EXPECT_EQ(edges, (std::vector<bool>{false, true}));
}

TEST_P(Lines, LowMayBeActive) {
  rig->set_level(0, false);
  auto input = rig->lines().input(at(0, true), noting());
  ASSERT_TRUE(input.has_value());
  EXPECT_EQ((*input)->is_active().value(), true);
  rig->set_level(0, true);
  rig->settle();
  EXPECT_EQ(edges, (std::vector<bool>{false}));
  auto output = rig->lines().output(at(1, true), false);
  ASSERT_TRUE(output.has_value());
  EXPECT_TRUE(rig->level(1));
  EXPECT_TRUE((*output)->set(true).has_value());
  EXPECT_FALSE(rig->level(1));
}

TEST_P(Lines, AnOutputIsAsItShouldBeFromTheFirstMoment) {
  auto output = rig->lines().output(at(1), true);
  ASSERT_TRUE(output.has_value());
  EXPECT_TRUE(rig->level(1));
  EXPECT_TRUE((*output)->set(false).has_value());
  EXPECT_FALSE(rig->level(1));
}

TEST_P(Lines, NobodyHasALineTwice) {
  auto first = rig->lines().output(at(1), false);
  ASSERT_TRUE(first.has_value());
  const auto second = rig->lines().input(at(1), noting());
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, base::Code::kConflict);
  first->reset();
  EXPECT_TRUE(rig->lines().input(at(1), noting()).has_value());
}

TEST_P(Lines, NothingIsHeardOfALineThatWasLetGo) {
  auto input = rig->lines().input(at(0), noting());
  ASSERT_TRUE(input.has_value());
  rig->set_level(0, true);
  input->reset();
  rig->settle();
  EXPECT_TRUE(edges.empty());
}

TEST_P(Lines, AChipThatIsNotThereIsSaidSo) {
  LinePlace nowhere = at(0);
  nowhere.chip = "gpiochip99";
  const auto input = rig->lines().input(nowhere, noting());
  ASSERT_FALSE(input.has_value());
  EXPECT_EQ(input.error().code, base::Code::kNotFound);
}

std::vector<bool> rigs() {
  if (std::getenv("LINLI_GPIO_SIM") == nullptr) return {false};
  return {false, true};
}

INSTANTIATE_TEST_SUITE_P(Of, Lines, testing::ValuesIn(rigs()),
                         [](const auto& each) { return each.param ? "GpioSim" : "Fake"; });

// This one needs no kernel with lines: whatever it has, it has no such chip.
TEST(GpiodLines, WithoutAChipItIsNotFound) {
  net::AsioLoop loop;
  board::GpiodLines lines(loop);
  const auto output = lines.output({"gpiochip99", 1, false, LinePlace::Bias::kAsIs}, false);
  ASSERT_FALSE(output.has_value());
  EXPECT_EQ(output.error().code, base::Code::kNotFound);
  EXPECT_NE(output.error().what.find("gpiochip99"), std::string::npos);
}

}  // namespace
}  // namespace linli
