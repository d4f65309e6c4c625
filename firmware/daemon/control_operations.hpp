#pragma once

#include <cstdint>
#include <string>

#include "firmware/daemon/control_methods.hpp"
#include "firmware/daemon/gateway.hpp"
#include "firmware/daemon/operations_parts.hpp"

namespace linli::daemon {

// What linlictl asks of the running daemon's operation: settings, diagnostics, frames. Loop thread
// only.
class ControlOperations : public ControlRoom {
 public:
  ControlOperations(Gateway& gateway, OperationsParts& parts)
      : ControlRoom(gateway.loop()), gateway_(gateway), parts_(parts) {}

  void add_to(ControlMethods& methods);

 private:
  void list_settings(const Request& request, Reply reply);
  void change_settings(const Request& request, Reply reply);
  void confirm_settings(const Request& request, Reply reply);
  void revert_settings(const Request& request, Reply reply);
  void preview_diagnostics(const Request& request, Reply reply);
  void make_diagnostics(const Request& request, Reply reply);
  void list_frames(const Request& request, Reply reply);
  void follow_frames(const Request& request, Reply reply);
  void export_frames(const Request& request, Reply reply);
  void read_download(const Request& request, Reply reply);

  base::Json offer(std::string bytes);

  Gateway& gateway_;
  OperationsParts& parts_;
  // What is larger than a line is fetched piece by piece; the last one offered.
  std::string download_;
  std::uint64_t download_id_ = 0;
  base::Handle forget_;
};

}  // namespace linli::daemon
