#pragma once

#include <deque>
#include <memory>

#include "firmware/base/handle.hpp"
#include "firmware/base/loop.hpp"
#include "firmware/core/device_table.hpp"
#include "firmware/ports/store.hpp"

namespace linli::core {

// Writes the last values of devices a little behind. A measurement is stored with its event in the
// turn that acknowledges it; the row of last values only shows it after a restart, and a page of
// rows written for every reading would wear the flash out and cost more with every further device.
// What is a state (a boolean, a word) does not wait here: its device may never repeat it.
// Loop thread only.
class ValueRows {
 public:
  static constexpr base::Duration kBehind = std::chrono::seconds(5);

  ValueRows(base::Loop& loop, ports::Store& store, DeviceTable& devices);
  ValueRows(const ValueRows&) = delete;
  ValueRows& operator=(const ValueRows&) = delete;

  // The device's row is written within kBehind; once, however often this is called until then.
  void note(Device& device);

  // Writes what waits now; for an orderly end.
  void write_all();

 private:
  struct Waiting {
    domain::DeviceId device;
    base::TimePoint due;
  };

  void write_due();
  void write(std::size_t most, base::TimePoint due);
  void watch();

  base::Loop& loop_;
  ports::Store& store_;
  DeviceTable& devices_;
  std::deque<Waiting> waiting_;  // in the order of their times
  base::Handle timer_;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace linli::core
