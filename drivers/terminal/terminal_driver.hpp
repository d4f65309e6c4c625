#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "drivers/terminal/person_sync.hpp"
#include "firmware/base/loop.hpp"
#include "firmware/ports/crypto.hpp"
#include "firmware/ports/device_access.hpp"
#include "firmware/ports/device_driver.hpp"
#include "firmware/ports/frame_tap.hpp"
#include "firmware/ports/intake.hpp"
#include "firmware/ports/person_roster.hpp"
#include "firmware/ports/wall_clock.hpp"

namespace linli::drivers::terminal {

struct TerminalCounts {
  std::uint64_t messages = 0;
  std::uint64_t unknown = 0;  // operators that the driver has no use for
  std::uint64_t strays = 0;   // signs of terminals that are no device
};

// How one terminal stands, for people.
struct TerminalStatus {
  std::string device;
  bool is_online = false;
  SyncCounts persons;
  std::size_t unfit = 0;  // who should be there, and cannot be told to this terminal
  std::vector<Refusal> refusals;
};

// Face and QR terminals (人脸门禁机) at the site broker, by the words of their profile. Loop thread
// only.
class TerminalDriver final : public ports::DeviceDriver {
 public:
  // How long a terminal that is said to be gone has for saying that it is not.
  static constexpr base::Duration kProbeLimit = std::chrono::seconds(5);
  // What nobody tells (a validity that ends) is looked at this often.
  static constexpr base::Duration kPlanEvery = std::chrono::minutes(1);

  // What it needs around it; all of that outlives it.
  struct Dependencies {
    ports::Store& store;
    const ports::WallClock& clock;
    ports::Crypto& crypto;
    ports::Intake& intake;
    ports::FrameTap& tap;
    std::function<void(std::string topic)> subscribe;
    std::function<void(std::string topic, std::string payload, base::Duration expires_in,
                       base::Done<void> done)>
        publish;
  };

  TerminalDriver(base::Loop& loop, Dependencies dependencies);
  ~TerminalDriver() override;

  base::Result<void> accepts(const domain::Profile& profile,
                             std::string_view address) const override;
  // kInvalid: the id makes its topics another terminal's, or shared ones.
  base::Result<void> attach(domain::DeviceId device, std::shared_ptr<const domain::Profile> profile,
                            std::string_view address) override;
  // Forgets also whom it knew.
  void detach(const domain::DeviceId& device) override;
  void invoke(ports::ActionRequest request, base::Done<ports::ActionReply> done) override;
  void acknowledge(const domain::DeviceId& device, const std::string& message_id) override;

  // A row of Space::kTerminalPerson, when the devices are attached.
  void restore_person(std::string_view key, const std::string& row);
  // Who is to be known; without, nobody is told anything about persons.
  void use_roster(const ports::PersonRoster& roster);
  // Whatever it says may have changed.
  void on_roster_change();

  // The broker can be reached (again): asks those of whom nothing was heard yet, so that nobody
  // waits for their next heartbeat.
  void look_around();

  // False: the topic is none of a terminal's. What it says goes into the delivery.
  bool take(const std::string& topic, const std::string& payload, ports::Delivery& delivery);

  std::vector<TerminalStatus> status() const;
  // Of the credentials of one person: at how many terminals they are wanted, and in effect.
  struct Reach {
    std::size_t wanted = 0;
    std::size_t in_effect = 0;
    std::size_t offline = 0;  // of those where they are not
  };
  Reach reach_of(std::string_view holder) const;
  const TerminalCounts& counts() const { return counts_; }

 private:
  struct Terminal;

  base::Result<void> check_topics(const std::string& id,
                                  const domain::TerminalTopics& topics) const;
  void listen(Terminal& terminal);
  void forget(const std::string& device);
  void plan(Terminal& terminal);
  void plan_next(std::string after);
  std::map<std::string, Wish> wishes_of(Terminal& terminal) const;
  Blanks blanks_of(const Terminal& terminal, const ports::RosterPerson& person) const;

  void take_own(Terminal& terminal, Channel channel, const std::string& topic,
                const std::string& payload, ports::Delivery& delivery);
  void take_shared(const std::string& topic, const std::string& payload, ports::Delivery& delivery);
  void take_sign(Terminal& terminal, const Sign& sign, ports::Delivery& delivery);
  domain::Report report_on(Terminal& terminal, const Message& message);
  void take_answer(Terminal& terminal, const Answer& answer, domain::Report& report);
  void note_unknown(const std::string& device, const std::string& operation);

  // It spoke on a topic that only it can use, or may be believed otherwise.
  void is_there(Terminal& terminal);
  void is_gone(Terminal& terminal);
  void probe(Terminal& terminal);
  // Fails with kUnsupported if the profile has no words for it.
  void say(Terminal& terminal, domain::TerminalWord word, Blanks blanks, base::Done<void> done);
  void send_order(Terminal& terminal, const Order& order, base::Done<void> sent);
  void send(const Terminal& terminal, std::string payload, base::Duration expires_in,
            base::Done<void> done);
  std::string new_message();
  void show(const std::string& topic, const std::string& payload, const Terminal* terminal,
            ports::FrameDirection direction) const;

  base::Loop& loop_;
  Dependencies dependencies_;
  const ports::PersonRoster* roster_ = nullptr;
  std::string run_;
  std::uint64_t last_message_ = 0;
  std::map<std::string, std::unique_ptr<Terminal>, std::less<>> terminals_;  // by device
  struct Place {
    std::string device;
    Channel channel = Channel::kShared;
  };
  std::map<std::string, Place, std::less<>> own_topics_;
  std::map<std::string, int, std::less<>> shared_topics_;        // and how many terminals use each
  std::map<std::string, base::TimePoint, std::less<>> unknown_;  // when each was last warned of
  bool is_planning_ = false;
  bool plan_again_ = false;
  base::Handle plan_timer_;
  TerminalCounts counts_;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

// What such a terminal may use at the broker, and nothing of any other's: it writes to its own
// topics and to the shared ones, and reads only what is said to it.
ports::DeviceTopics topics_of(const domain::DeviceId& device, const domain::TerminalModel& model);

}  // namespace linli::drivers::terminal
