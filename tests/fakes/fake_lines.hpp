#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "firmware/base/loop.hpp"
#include "firmware/ports/digital_lines.hpp"

namespace linli::fakes {

// The lines of a board that is none: a test moves the inputs and sees the outputs. What nobody
// holds is low, as with a resistor to ground. It passes the same contract suite as libgpiod's.
class FakeLines final : public ports::DigitalLines {
 public:
  explicit FakeLines(base::Loop& loop, unsigned lines_of_a_chip = 32)
      : loop_(loop), lines_(lines_of_a_chip) {}

  base::Result<std::unique_ptr<ports::InputLine>> input(
      const ports::LinePlace& place, std::function<void(const ports::LineEdge&)> on_edge) override {
    if (auto free = check(place); !free) return base::failure_of(std::move(free));
    State& state = state_of(place);
    state.is_held = true;
    state.place = place;
    state.on_edge = std::move(on_edge);
    return std::make_unique<Input>(state);
  }
  base::Result<std::unique_ptr<ports::OutputLine>> output(const ports::LinePlace& place,
                                                          bool is_active) override {
    if (auto free = check(place); !free) return base::failure_of(std::move(free));
    State& state = state_of(place);
    state.is_held = true;
    state.place = place;
    drive(state, is_active);
    return std::make_unique<Output>(*this, state);
  }

  // The voltage of a line, whoever makes it.
  void set_level(unsigned offset, bool is_high) {
    State& state = states_[offset];
    if (std::exchange(state.is_high, is_high) == is_high || !state.on_edge) return;
    const bool is_active = is_high != state.place.is_low_active;
    loop_.post([&state, edge = ports::LineEdge{is_active, loop_.now()}] {
      if (state.on_edge) state.on_edge(edge);
    });
  }
  bool level(unsigned offset) { return states_[offset].is_high; }
  // Voltages of an output, in the order in which they were made.
  const std::vector<bool>& driven(unsigned offset) { return states_[offset].driven; }

  std::string chip = "gpiochip0";
  std::optional<base::Error> fails_with;  // the next set() of an output

 private:
  struct State {
    ports::LinePlace place;
    bool is_held = false;
    bool is_high = false;
    std::function<void(const ports::LineEdge&)> on_edge;
    std::vector<bool> driven;
  };
  class Input final : public ports::InputLine {
   public:
    explicit Input(State& state) : state_(state) {}
    ~Input() override {
      state_.is_held = false;
      state_.on_edge = {};
    }
    base::Result<bool> is_active() override { return state_.is_high != state_.place.is_low_active; }

   private:
    State& state_;
  };
  class Output final : public ports::OutputLine {
   public:
    Output(FakeLines& lines, State& state) : lines_(lines), state_(state) {}
    ~Output() override {
      state_.is_held = false;
      state_.is_high = false;
    }
    base::Result<void> set(bool is_active) override {
      if (auto error = std::exchange(lines_.fails_with, std::nullopt))
        return base::Failure(*std::move(error));
      drive(state_, is_active);
      return {};
    }

   private:
    FakeLines& lines_;
    State& state_;
  };

  static void drive(State& state, bool is_active) {
    state.is_high = is_active != state.place.is_low_active;
    state.driven.push_back(state.is_high);
  }
  State& state_of(const ports::LinePlace& place) { return states_[place.offset]; }
  base::Result<void> check(const ports::LinePlace& place) {
    if (place.chip != chip || place.offset >= lines_)
      return base::fail(base::Code::kNotFound, "no such line");
    if (state_of(place).is_held) return base::fail(base::Code::kConflict, "it is taken");
    return {};
  }

  base::Loop& loop_;
  unsigned lines_;
  std::map<unsigned, State> states_;
};

}  // namespace linli::fakes
