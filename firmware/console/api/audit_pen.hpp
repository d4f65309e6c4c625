#pragma once

#include <string>

#include "firmware/base/json.hpp"
#include "firmware/core/actor.hpp"
#include "firmware/ports/store.hpp"
#include "firmware/ports/wall_clock.hpp"

namespace linli::console::api {

// Writes down who did what to devices, places and the gateway itself (core::Accounts writes what is
// done to people). Loop thread only.
class AuditPen {
 public:
  AuditPen(ports::Store& store, const ports::WallClock& clock) : store_(store), clock_(clock) {}

  // `done` runs when the line is durable; whoever asked for the change is answered after it.
  void write(const core::Actor& actor, std::string action, std::string target,
             const base::Json& detail, base::Done<void> done);

 private:
  ports::Store& store_;
  const ports::WallClock& clock_;
};

}  // namespace linli::console::api
