#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "firmware/base/once.hpp"

namespace linli::console {

// One HTTP request as a value. The server has checked its limits, its Host and, for unsafe methods
// and WebSockets, its Origin; nothing else.
struct Request {
  std::string method = {};                          // "GET", "POST", …
  std::string path = {};                            // percent-decoded, begins with '/', no '..'
  std::map<std::string, std::string> query = {};    // percent-decoded; the last of equal names
  std::map<std::string, std::string> headers = {};  // names in lower case
  std::string body = {};
  std::string peer = {};      // the other side's address, without port
  bool is_websocket = false;  // asks for an upgrade
  bool is_head = false;       // HEAD, with method "GET": only the head of the answer is sent

  // The value of a header or parameter; empty if there is none.
  std::string_view header(const std::string& name) const;
  std::string_view parameter(const std::string& name) const;
};

// The server's side of a WebSocket or an event stream, once it is open. Loop thread only.
class Outlet {
 public:
  Outlet() = default;
  Outlet(const Outlet&) = delete;
  Outlet& operator=(const Outlet&) = delete;
  virtual ~Outlet() = default;

  // Sends one text message (WebSocket), or `text` as it is (event stream). False if the other side
  // is gone or does not read: then the connection is closed, and the caller forgets it.
  virtual bool send(std::string text) = 0;
  virtual void close() = 0;
};

using OutletPtr = std::shared_ptr<Outlet>;

// The answer. `on_open` makes it a stream: for a request with is_websocket and status 101 a
// WebSocket, otherwise a body without an end of the given status and headers. It runs on the loop
// thread when the stream is open, at most once.
struct Response {
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::string body = {};
  std::function<void(OutletPtr)> on_open = {};
};

using Reply = base::Once<void(Response)>;

// Answers what is not a file. Called on the loop thread; `reply` runs once, on the loop thread, now
// or later (the server gives up after limits::kAnswer and answers 504 itself).
using RequestHandler = std::function<void(Request request, Reply reply)>;

}  // namespace linli::console
