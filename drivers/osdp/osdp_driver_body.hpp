#pragma once

#include "drivers/osdp/osdp_driver.hpp"

// What the driver's two files share of its inside.
namespace linli::drivers::osdp {

struct OsdpDriver::Reader {
  domain::DeviceId device;
  std::shared_ptr<const domain::Profile> profile;
  ReaderAddress address;
  ReaderKeys keys;  // as they are on disk, or on their way there
  ReaderMemory memory;
};

// An order whose answer is to come.
struct OsdpDriver::Waiting {
  domain::DeviceId device;
  base::Done<ports::ActionReply> done;
  base::Handle limit;
};

}  // namespace linli::drivers::osdp
