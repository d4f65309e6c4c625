#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "firmware/console/host_rules.hpp"
#include "firmware/console/message.hpp"
#include "firmware/console/refusal.hpp"
#include "firmware/console/static_files.hpp"

namespace linli::console {

// The head of a request as the parser has it.
struct RequestHead {
  std::string_view method;
  std::string_view target;
  std::vector<std::pair<std::string_view, std::string_view>> headers;
  bool is_websocket = false;
};

// What the server decides about a request without any I/O. Never changes once made.
class FrontDoor {
 public:
  // `upload_prefix`: paths below it take limits::kUploadBytes; empty: none.
  FrontDoor(const std::vector<std::string>& hosts, StaticFiles files, std::string upload_prefix);

  // As soon as the headers are there: the request, without body yet, or why it is refused.
  tl::expected<Request, Refusal> admit(const RequestHead& head, const std::string& peer) const;

  // May its body have limits::kUploadBytes?
  bool is_upload(const Request& request) const;

  const StaticFiles& files() const { return files_; }

 private:
  HostRules rules_;
  StaticFiles files_;
  std::string upload_prefix_;
};

}  // namespace linli::console
