#pragma once

#include "drivers/terminal/terminal_driver.hpp"

// What the driver's files share of its inside.
namespace linli::drivers::terminal {

struct TerminalDriver::Terminal {
  // A command whose answer is to come.
  struct Asked {
    domain::CommandId command;
    base::Handle limit;
  };

  domain::DeviceId device;
  std::shared_ptr<const domain::Profile> profile;
  std::unique_ptr<PersonSync> sync;
  std::size_t unfit = 0;
  std::optional<bool> is_online;  // as it was reported last
  // Only what it says on a topic of its own brings it back: it was asked, and did not answer.
  bool is_doubted = false;
  base::Handle silence;
  base::Handle probe;
  bool is_probed = false;
  std::map<std::string, Asked> asked;  // by messageId

  const domain::TerminalModel& model() const { return *profile->terminal; }
  std::string topic(const std::string& form) const { return topic_of(form, device.str()); }
};

}  // namespace linli::drivers::terminal
