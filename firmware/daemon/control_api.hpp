#pragma once

#include <memory>
#include <string>
#include <vector>

#include "firmware/daemon/gateway.hpp"
#include "firmware/net/control_server.hpp"

namespace linli::daemon {

// What linlictl can ask of the running daemon. Loop thread only.
class ControlApi {
 public:
  explicit ControlApi(Gateway& gateway) : gateway_(gateway) {}

  using Request = net::ControlServer::Request;
  using Reply = net::ControlServer::Reply;
  // kNotFound for a method that does not exist.
  void handle(const Request& request, Reply reply);

  base::Json status() const;
  // One check after the other from the ground up, each with a verdict and the next step.
  base::Json doctor() const;

 private:
  using Method = void (ControlApi::*)(const Request&, Reply);
  struct Row {
    std::string_view name;
    Method method;
  };
  static const std::vector<Row>& table();

  void reply_later(Reply reply, base::Result<base::Json> result);

  void get_status(const Request& request, Reply reply);
  void get_doctor(const Request& request, Reply reply);
  void get_drivers(const Request& request, Reply reply);
  void get_outbox(const Request& request, Reply reply);
  void tail_events(const Request& request, Reply reply);
  void add_device(const Request& request, Reply reply);
  void list_devices(const Request& request, Reply reply);
  void show_device(const Request& request, Reply reply);
  void replace_device(const Request& request, Reply reply);
  void revoke_device(const Request& request, Reply reply);
  void send_command(const Request& request, Reply reply);
  void show_command(const Request& request, Reply reply);

  base::Result<domain::DeviceId> device_id(const Request& request) const;
  base::Result<base::Json> device_json(const core::Device& device) const;
  base::Json coap_credentials_json(const ports::DeviceCredentials& credentials) const;
  base::Json credentials_json(const ports::DeviceCredentials& credentials) const;

  Gateway& gateway_;
};

}  // namespace linli::daemon
