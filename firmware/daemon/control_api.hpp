#pragma once

#include "firmware/daemon/control_methods.hpp"
#include "firmware/daemon/gateway.hpp"

namespace linli::daemon {

// What linlictl can ask of the running daemon. Loop thread only.
class ControlApi : public ControlRoom {
 public:
  explicit ControlApi(Gateway& gateway) : ControlRoom(gateway.loop()), gateway_(gateway) {}

  void add_to(ControlMethods& methods);

  base::Json status() const;
  // One check after the other from the ground up, each with a verdict and the next step.
  base::Json doctor() const;

 private:
  void get_status(const Request& request, Reply reply);
  void get_doctor(const Request& request, Reply reply);
  void get_drivers(const Request& request, Reply reply);
  void get_outbox(const Request& request, Reply reply);
  void get_terminals(const Request& request, Reply reply);
  void tail_events(const Request& request, Reply reply);
  void add_device(const Request& request, Reply reply);
  void list_devices(const Request& request, Reply reply);
  void show_device(const Request& request, Reply reply);
  void replace_device(const Request& request, Reply reply);
  void revoke_device(const Request& request, Reply reply);
  void send_command(const Request& request, Reply reply);
  void show_command(const Request& request, Reply reply);
  // What was, and where: control_history.cpp.
  void describe_device(const Request& request, Reply reply);
  void list_events(const Request& request, Reply reply);
  void list_gaps(const Request& request, Reply reply);
  void show_history(const Request& request, Reply reply);
  void put_place(const Request& request, Reply reply);
  void list_places(const Request& request, Reply reply);
  void remove_place(const Request& request, Reply reply);

  base::Result<domain::DeviceId> device_id(const Request& request) const;
  base::Result<base::Json> device_json(const core::Device& device) const;

  Gateway& gateway_;
};

}  // namespace linli::daemon
