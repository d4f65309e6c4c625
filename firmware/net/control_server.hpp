#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>

#include "firmware/base/json.hpp"
#include "firmware/base/loop.hpp"
#include "firmware/base/once.hpp"

namespace linli::net {

struct ControlServerOptions {
  std::string path;   // of the Unix socket; its directory must exist
  std::string group;  // whose members may connect beside root and our own user; empty: nobody
};

// Requests of linlictl over a Unix socket, one JSON object a line:
//
//   {"method":"device.show","params":{"id":"door1"}}   →   {"result":{…}}
//                                                          {"error":{"code":"not_found","what":"…"}}
//
// The peer's user is checked with SO_PEERCRED. At most 16 connections, 512 KiB a line; a peer that
// does not read its answers is cut off. Loop thread only.
class ControlServer {
 public:
  using Reply = base::Done<base::Json>;
  // An event for a peer that follows a stream; false once the peer is gone.
  using Follow = std::function<bool(const base::Json& event)>;
  struct Request {
    std::string method;
    const base::Json& params;
    uid_t user;
    Follow follow;
  };
  using Handler = std::function<void(const Request& request, Reply reply)>;

  // kConflict if somebody listens there already.
  static base::Result<std::unique_ptr<ControlServer>> listen(base::Loop& loop,
                                                             ControlServerOptions options,
                                                             Handler handler);

  ControlServer() = default;
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;
  virtual ~ControlServer() = default;
};

}  // namespace linli::net
