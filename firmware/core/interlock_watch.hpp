#pragma once

#include <functional>
#include <string>
#include <vector>

#include "firmware/base/loop.hpp"
#include "firmware/core/device_table.hpp"
#include "firmware/domain/access/interlock.hpp"

namespace linli::core {

// Would a fire find what its rules need? Looks every ten seconds at the devices as they are: what
// is missing at two looks one after the other is told, once, and that it is there again. Loop
// thread only.
class InterlockWatch {
 public:
  static constexpr base::Duration kEvery = std::chrono::seconds(10);

  // `tell` gets the whole picture, {"state":"incomplete",…} or {"state":"complete"}, whenever it
  // is another than the last one that was told.
  InterlockWatch(base::Loop& loop, const DeviceTable& devices,
                 const domain::access::Interlocks& interlocks,
                 std::function<void(std::string picture)> tell)
      : loop_(loop), devices_(devices), interlocks_(interlocks), tell_(std::move(tell)) {}

  // What was told last before this start.
  void restore(std::string told) { told_ = std::move(told); }
  void start() { look(); }

  // Doors that a fire would not open now, and why.
  std::vector<domain::access::MissingActuator> missing() const;
  // What in the file does not fit the devices, each with its place in the file.
  std::vector<base::Error> wrong() const;

 private:
  void look();
  std::string picture() const;
  domain::access::FindProfile find_profile() const;

  base::Loop& loop_;
  const DeviceTable& devices_;
  const domain::access::Interlocks& interlocks_;
  std::function<void(std::string)> tell_;
  std::string seen_;  // at the last look
  std::string told_;
  base::Handle timer_;
};

}  // namespace linli::core
