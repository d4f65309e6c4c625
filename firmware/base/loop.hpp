#pragma once

#include <functional>

#include "firmware/base/handle.hpp"
#include "firmware/base/once.hpp"
#include "firmware/base/time.hpp"

namespace linli::base {

// The one thread that owns all state of floors 2 to 5. net::AsioLoop runs the product,
// tests/fakes/VirtualLoop the stories.
class Loop {
 public:
  Loop() = default;
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;
  virtual ~Loop() = default;

  // Steady time, constant during one turn of the loop.
  virtual TimePoint now() const = 0;

  // Runs `task` on the loop's thread, later than this call, in the order of the posts. The only
  // member that other threads may call. A task posted after the loop stopped is destroyed unrun.
  virtual void post(Task task) = 0;

  // Runs `task` once, `delay` from now (at the next turn if it is zero or less).
  virtual Handle after(Duration delay, Task task) = 0;

  // Runs `on_ready` whenever `fd` is readable, until the handle is destroyed. The caller keeps the
  // descriptor open for as long as the handle and closes it afterwards.
  virtual Handle readable(int fd, std::function<void()> on_ready) = 0;
};

}  // namespace linli::base
