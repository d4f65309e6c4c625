#include <array>

#include "firmware/console/words/words.hpp"

namespace linli::console::words {
namespace {

// Doors on lines of the board (GPIO).
constexpr std::array kEntries{
    // clang-format off
    Entry{"lock, contact, exit button and Wiegand reader on lines of this board (libgpiod)", "接在本机 GPIO 上的电锁、门磁、出门按钮和韦根读卡器（libgpiod）"},
    Entry{"own fake only: no kernel with lines or gpio-sim was there", "只有自写的假线路：没有带 GPIO 或 gpio-sim 的内核可试"},
    Entry{"lines of this board 本机 GPIO, name=gpiochip0/17 in pull-up low or name=gpiochip0/22 out fail-safe", "本机 GPIO，写作 名称=gpiochip0/17 in pull-up low 或 名称=gpiochip0/22 out fail-safe"},
    Entry{"how long a contact on a line must stand still before it counts", "接点稳定多少毫秒才算数"},
    Entry{"'{}' is no line: write name=gpiochip0/17 in or name=gpiochip0/22 out, then low, pull-up, pull-down, or of an output fail-safe", "“{}”不是线路：请写 名称=gpiochip0/17 in 或 名称=gpiochip0/22 out，后面可加 low、pull-up、pull-down，输出还可加 fail-safe"},
    Entry{"'{}' are no lines of a door: write e.g. lock=gate-lock contact=gate-contact exit=gate-exit d0=gate-d0 d1=gate-d1, by their names in gpio.lines", "“{}”不是门的线路：请按 gpio.lines 里的名称写，例如 lock=gate-lock contact=gate-contact exit=gate-exit d0=gate-d0 d1=gate-d1"},
    Entry{"no line '{}' in gpio.lines", "gpio.lines 里没有线路“{}”"},
    Entry{"the line '{}' is an {}: choose another, or change gpio.lines", "线路“{}”是 {}：请换一条，或修改 gpio.lines"},
    Entry{"{} is nothing on lines: use a model of gpio/", "{} 不是接在线路上的型号：请选 gpio/ 下的型号"},
    Entry{"no lock hangs on a line of this device", "这台设备的线路上没有电锁"},
    Entry{"the lock cannot be locked yet", "电锁暂时锁不上，会一直重试"},
    // clang-format on
};

}  // namespace

std::span<const Entry> of_lines() {
  return kEntries;
}

}  // namespace linli::console::words
