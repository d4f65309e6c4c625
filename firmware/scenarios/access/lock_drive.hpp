#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "firmware/base/loop.hpp"
#include "firmware/core/device_table.hpp"
#include "firmware/ports/crypto.hpp"
#include "firmware/ports/device_driver.hpp"
#include "firmware/scenarios/access/door_definition.hpp"

namespace linli::scenarios::access {

// What the scenario says to devices: locks, and the lights and tones of readers. It decides
// nothing, and asks nobody whether it was stored: its callers have. Loop thread only.
class LockDrive {
 public:
  using DriverOf = std::function<ports::DeviceDriver*(const core::Device&)>;
  // An earlier layer's veto, as CommandLedger's: a lock that a fire holds is neither locked nor
  // unlocked for a while, which would end in a locked door.
  using MayMove = std::function<base::Result<void>(const domain::DeviceId&)>;

  // `may_move` may be empty: then nobody holds anything.
  LockDrive(const core::DeviceTable& devices, ports::Crypto& crypto, DriverOf driver_of,
            MayMove may_move)
      : devices_(devices),
        crypto_(crypto),
        driver_of_(std::move(driver_of)),
        may_move_(std::move(may_move)) {}

  // Unlocks for `unlock_for`; the device must not begin later than `life` from now. `done` runs
  // once, later, as DeviceDriver::invoke; if nothing could be sent at all it runs within the call.
  // The answer is the id under which the device may still report that it failed; empty if nothing
  // was sent.
  std::string unlock(const LockPoint& lock, base::Duration unlock_for, base::Duration life,
                     base::Done<ports::ActionReply> done);
  // Ends an unlocking, if the lock can be told so; else it falls back by itself.
  void lock(const LockPoint& lock);

  // Green and one tone, or red and three, as far as the reader's model has them.
  void signal(const domain::DeviceId& reader, std::uint8_t head, bool is_granted);

 private:
  struct Call {
    domain::DeviceId device;
    std::string_view action;
    std::string input;
    base::Duration life{0};
  };
  base::Result<void> ask_earlier_layer(const domain::DeviceId& lock) const;
  base::Result<std::string> invoke(Call call, base::Done<ports::ActionReply>& done);

  const core::DeviceTable& devices_;
  ports::Crypto& crypto_;
  DriverOf driver_of_;
  MayMove may_move_;
};

}  // namespace linli::scenarios::access
