#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "drivers/osdp/bus_spec.hpp"
#include "drivers/osdp/line.hpp"
#include "firmware/base/loop.hpp"

namespace linli::drivers::osdp {

// A serial line or a TCP converter, with a thread of its own: opening a tty, looking up a name and
// writing at 9600 Bd may all block. It speaks only through Loop::post.
class ThreadLine final : public Line {
 public:
  ThreadLine(base::Loop& loop, BusSpec spec, LineEvents events);
  ~ThreadLine() override;

  void send(std::string bytes) override;

 private:
  struct Shared;

  std::shared_ptr<Shared> shared_;
  std::thread thread_;
};

}  // namespace linli::drivers::osdp
