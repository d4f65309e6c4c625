#pragma once

#include "drivers/osdp/osdp_driver.hpp"
#include "firmware/daemon/control_methods.hpp"

namespace linli::daemon {

// What an installer does with the buses of card readers. Loop thread only.
class OsdpControl : public ControlRoom {
 public:
  OsdpControl(base::Loop& loop, drivers::osdp::OsdpDriver& driver)
      : ControlRoom(loop), driver_(driver) {}

  void add_to(ControlMethods& methods);

 private:
  void search(const Request& request, Reply reply);
  void give_address(const Request& request, Reply reply);
  void open_key_window(const Request& request, Reply reply);

  drivers::osdp::OsdpDriver& driver_;
};

}  // namespace linli::daemon
