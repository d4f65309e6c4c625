#pragma once

#include <functional>
#include <memory>
#include <string>

#include "drivers/osdp/bus.hpp"
#include "drivers/osdp/bus_spec.hpp"
#include "drivers/osdp/line.hpp"
#include "firmware/base/loop.hpp"

namespace linli::drivers::osdp {

// A bus on its line: sends when it is time, and hands over what comes. Loop thread only.
class BusRunner {
 public:
  using OpenLine = std::function<std::unique_ptr<Line>(const BusSpec&, LineEvents)>;
  struct Events {
    // A panel of the bus said something.
    std::function<void(std::uint8_t address, PanelEvent)> on_event;
    std::function<void(const Frame&)> on_frame;
    // A search or a set_com may have ended.
    std::function<void()> on_turn;
  };

  BusRunner(base::Loop& loop, BusSpec spec, BusPace pace, OpenLine open_line, Events events);
  BusRunner(const BusRunner&) = delete;
  BusRunner& operator=(const BusRunner&) = delete;

  Bus& bus() { return bus_; }
  const Bus& bus() const { return bus_; }
  const BusSpec& spec() const { return spec_; }
  // Opens the line; from then on it is served. Twice is once.
  void start();
  bool is_up() const { return is_up_; }
  const std::string& last_error() const { return last_error_; }
  // After a change of the bus from outside: there may be something to send.
  void wake();

 private:
  void turn();
  void on_bytes(const std::string& bytes);
  void on_state(const base::Result<void>& state);
  void hand_over_events();

  base::Loop& loop_;
  const BusSpec spec_;
  OpenLine open_line_;
  Events events_;
  Bus bus_;
  bool is_up_ = false;
  std::string last_error_;
  base::Handle timer_;
  std::unique_ptr<Line> line_;
};

}  // namespace linli::drivers::osdp
