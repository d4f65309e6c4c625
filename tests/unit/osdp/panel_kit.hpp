#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "drivers/osdp/panel.hpp"
#include "tests/unit/osdp/fake_reader.hpp"
#include "tests/unit/osdp/hex.hpp"

namespace linli::drivers::osdp {

using std::chrono::milliseconds;
using std::chrono::seconds;

const base::SecretText kKey("sixteen byte key");
const base::SecretText kOtherKey("another16bytekey");

// One panel and one reader on a wire, in a time of their own.
struct Wire {
  explicit Wire(ReaderKeys keys = {})
      : panel(5, std::move(keys), PanelPace{},
              [] { return base::Result<std::string>(hex("B0 B1 B2 B3 B4 B5 B6 B7")); }) {}

  // Runs until `end`, one exchange after the other.
  void run(base::Duration duration) {
    const base::TimePoint end = now + duration;
    while (std::max(now, panel.due()) <= end) {
      now = std::max(now, panel.due());
      exchange();
      for (PanelEvent& event : panel.take_events()) events.push_back(std::move(event));
    }
    now = std::max(now, end);
  }
  void exchange() {
    const auto sent = panel.next(now);
    if (!sent) return;
    frames.push_back(*sent);
    const auto answer = reader.answer(*sent);
    now += milliseconds(20);
    if (answer && panel.on_frame(now, decode(*answer).value())) return;
    now += milliseconds(180);
    panel.on_silence(now);
  }
  template <class T>
  std::vector<T> all() const {
    std::vector<T> found;
    for (const PanelEvent& event : events) {
      if (const T* one = std::get_if<T>(&event)) found.push_back(*one);
    }
    return found;
  }
  template <class T>
  std::vector<T> told() const {
    std::vector<T> found;
    for (const Told& told : all<Told>()) {
      if (const T* one = std::get_if<T>(&told.reply)) found.push_back(*one);
    }
    return found;
  }
  long heard(CommandCode code) const {
    return std::count(reader.heard.begin(), reader.heard.end(), code);
  }
  Message unlock() const { return encode(OutputCommand{0, OutputControl::kOnForTime, 50}).value(); }

  base::TimePoint now{std::chrono::hours(1)};
  FakeReader reader{5};
  Panel panel;
  std::vector<PanelEvent> events;
  std::vector<std::string> frames;
};

}  // namespace linli::drivers::osdp
