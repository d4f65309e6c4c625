#include "drivers/coap/silence_watch.hpp"

#include <gtest/gtest.h>

#include <string>

#include "tests/fakes/virtual_loop.hpp"

namespace linli::drivers::coap {
namespace {

using std::chrono::minutes;

// Counts the timers that are set.
class CountingLoop final : public base::Loop {
 public:
  base::TimePoint now() const override { return loop.now(); }
  void post(base::Task task) override { loop.post(std::move(task)); }
  base::Handle after(base::Duration delay, base::Task task) override {
    ++timers;
    return loop.after(delay, std::move(task));
  }
  base::Handle readable(int fd, std::function<void()> on_ready) override {
    return loop.readable(fd, std::move(on_ready));
  }

  fakes::VirtualLoop loop;
  int timers = 0;
};

class Intake final : public ports::Intake {
 public:
  void take(ports::Delivery delivery, base::Done<void> committed) override {
    for (const domain::Report& report : delivery.reports) {
      if (report.presence == domain::Presence::kOffline) ++offline;
    }
    std::move(committed)({});
  }
  int offline = 0;
};

domain::DeviceId device(int number) {
  return domain::DeviceId::parse("d" + std::to_string(number)).value();
}

TEST(SilenceWatch, SetsOneTimerForAllDevicesAndNoneForAMessage) {
  CountingLoop loop;
  Intake intake;
  SilenceWatch watch(loop, intake);
  for (int i = 0; i < 1000; ++i) watch.expect(device(i), minutes(30));
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 1000; ++i) watch.heard(device(i), 1, true);
  }
  EXPECT_EQ(loop.timers, 1);
  loop.loop.run_for(minutes(20));
  for (int i = 1; i < 1000; ++i) watch.heard(device(i), 1, true);
  loop.loop.run_for(minutes(10));
  EXPECT_EQ(intake.offline, 1);
  EXPECT_EQ(loop.timers, 2) << "that of the others, who were heard later";
  loop.loop.run_for(minutes(20));
  EXPECT_EQ(intake.offline, 1000);
}

TEST(SilenceWatch, EndsTheShortestSilenceFirst) {
  CountingLoop loop;
  Intake intake;
  SilenceWatch watch(loop, intake);
  watch.expect(device(1), minutes(60));
  watch.expect(device(2), minutes(10));
  watch.expect(device(3), minutes(0));
  loop.loop.run_for(minutes(10));
  EXPECT_EQ(intake.offline, 1);
  loop.loop.run_for(minutes(50));
  EXPECT_EQ(intake.offline, 2);
  loop.loop.run_for(minutes(6000));
  EXPECT_EQ(intake.offline, 2);
}

TEST(SilenceLimit, IsThreeTimesTheLargestHeartbeatOrElseTheFallback) {
  domain::Profile profile;
  EXPECT_EQ(silence_limit(profile, minutes(7)), minutes(7));
  profile.properties.resize(3);
  EXPECT_EQ(silence_limit(profile, minutes(0)), minutes(0));
  profile.properties[0].heartbeat = minutes(60);
  profile.properties[1].heartbeat = minutes(1440);
  EXPECT_EQ(silence_limit(profile, minutes(7)), minutes(3 * 1440));
  profile.properties[0].heartbeat = profile.properties[1].heartbeat = minutes(1);
  EXPECT_EQ(silence_limit(profile, minutes(60)), SilenceWatch::kShortestSilence);
}

}  // namespace
}  // namespace linli::drivers::coap
