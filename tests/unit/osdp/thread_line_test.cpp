#include "drivers/osdp/thread_line.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): posix_openpt is not in <cstdlib>
#include <unistd.h>

#include <array>
#include <chrono>
#include <thread>

#include "tests/fakes/virtual_loop.hpp"

// A pseudo terminal of the kernel stands for the serial line.
namespace linli::drivers::osdp {
namespace {

class Terminal {
 public:
  Terminal() : master_(posix_openpt(O_RDWR | O_NOCTTY)) {
    grantpt(master_);
    unlockpt(master_);
    name_ = ptsname(master_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  ~Terminal() { unplug(); }

  const std::string& name() const { return name_; }
  void say(std::string_view bytes) const {
    ASSERT_EQ(write(master_, bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  }
  std::string hear(std::size_t count) const {
    std::string heard;
    std::array<char, 64> room{};
    while (heard.size() < count) {
      pollfd readable{master_, POLLIN, 0};
      if (poll(&readable, 1, 5000) <= 0) break;
      const ssize_t got = read(master_, room.data(), room.size());
      if (got <= 0) break;
      heard.append(room.data(), static_cast<std::size_t>(got));
    }
    return heard;
  }
  void unplug() {
    if (master_ >= 0) close(master_);
    master_ = -1;
  }

 private:
  int master_;
  std::string name_;
};

struct Told {
  std::string bytes;
  std::vector<base::Result<void>> states;
  LineEvents events() {
    return {[this](const std::string& more) { bytes += more; },
            [this](const base::Result<void>& state) { states.push_back(state); }};
  }
};

// Until `is_so`, or five seconds of real time have passed.
template <class Condition>
bool eventually(fakes::VirtualLoop& loop, Condition is_so) {
  const auto end = base::Clock::now() + std::chrono::seconds(5);
  while (!is_so() && base::Clock::now() < end) {
    loop.run_ready();
    std::this_thread::yield();
  }
  return is_so();
}

BusSpec serial(const std::string& device) {
  return {"gate", device, "", 0, 9600};
}

TEST(OsdpThreadLine, CarriesBytesBothWaysAsTheyAre) {
  fakes::VirtualLoop loop;
  const Terminal terminal;
  Told told;
  ThreadLine line(loop, serial(terminal.name()), told.events());
  ASSERT_TRUE(eventually(loop, [&told] { return !told.states.empty(); }));
  ASSERT_TRUE(told.states[0].has_value()) << told.states[0].error().what;
  const std::string all = [] {
    std::string bytes;
    for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<char>(i));
    return bytes;
  }();
  line.send(all);
  EXPECT_EQ(terminal.hear(all.size()), all) << "no byte is a control character";
  terminal.say(all);
  EXPECT_TRUE(eventually(loop, [&told, &all] { return told.bytes.size() >= all.size(); }));
  EXPECT_EQ(told.bytes, all);
}

TEST(OsdpThreadLine, SaysWhenTheLineGoes) {
  fakes::VirtualLoop loop;
  Terminal terminal;
  Told told;
  const ThreadLine line(loop, serial(terminal.name()), told.events());
  ASSERT_TRUE(eventually(loop, [&told] { return !told.states.empty(); }));
  terminal.unplug();
  ASSERT_TRUE(eventually(loop, [&told] { return told.states.size() >= 2; }));
  EXPECT_EQ(told.states[1].error().code, base::Code::kOffline);
}

TEST(OsdpThreadLine, SaysWhatAnInstallerCanDo) {
  fakes::VirtualLoop loop;
  Told missing;
  Told file;
  Told refused;
  const ThreadLine one(loop, serial("/dev/linli-no-such-line"), missing.events());
  const ThreadLine two(loop, serial("/dev/null"), file.events());
  const ThreadLine three(loop, {"n", "", "127.0.0.1", 1, 9600}, refused.events());
  ASSERT_TRUE(eventually(loop, [&] {
    return !missing.states.empty() && !file.states.empty() && !refused.states.empty();
  }));
  EXPECT_NE(missing.states[0].error().what.find("plugged in"), std::string::npos);
  EXPECT_NE(file.states[0].error().what.find("no serial line"), std::string::npos);
  EXPECT_NE(refused.states[0].error().what.find("tcp://127.0.0.1:1"), std::string::npos);
}

TEST(OsdpThreadLine, TellsNothingAfterItsEnd) {
  fakes::VirtualLoop loop;
  const Terminal terminal;
  Told told;
  {
    const ThreadLine line(loop, serial(terminal.name()), told.events());
    terminal.say("late");
  }
  loop.run_ready();
  EXPECT_TRUE(told.states.empty());
  EXPECT_TRUE(told.bytes.empty());
}

}  // namespace
}  // namespace linli::drivers::osdp
