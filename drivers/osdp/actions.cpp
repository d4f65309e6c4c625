#include "drivers/osdp/actions.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "firmware/base/json_reader.hpp"

namespace linli::drivers::osdp {
namespace {

using base::Code;
using base::JsonReader;

constexpr std::int64_t kMaxByte = 255;
constexpr double kMaxSeconds = 6553.5;  // 65,535 tenths
constexpr std::int64_t kMaxWindowSeconds = 3600;

unsigned tenths_of(double seconds) {
  return static_cast<unsigned>(std::lround(std::max(seconds, 0.1) * 10));
}

base::Result<ReaderAction> as_action(base::Result<Message> message) {
  if (!message) return base::failure_of(std::move(message));
  return ReaderAction(*std::move(message));
}

unsigned small(JsonReader& in, std::string_view key, unsigned otherwise) {
  const auto value = in.optional_integer(key, {0, kMaxByte});
  return value ? static_cast<unsigned>(*value) : otherwise;
}

// For a time, or for good: one of the two must be said.
base::Result<ReaderAction> output(JsonReader& in) {
  OutputCommand command;
  command.number = small(in, "number", 0);
  const auto seconds = in.optional_number("seconds", {0.1, kMaxSeconds});
  const auto state = in.optional_text("state", 3);
  if (seconds.has_value() == state.has_value())
    in.reject("seconds", "say how long the output is on, or its state for good, not both");
  if (state && *state != "on" && *state != "off") in.reject("state", "expected on or off");
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  if (seconds) {
    command.control = OutputControl::kOnForTime;
    command.tenths = tenths_of(*seconds);
  } else {
    command.control = *state == "on" ? OutputControl::kOnForGood : OutputControl::kOffForGood;
  }
  return as_action(encode(command));
}

std::optional<LedColour> colour_of(std::string_view word) {
  constexpr std::array<std::string_view, kLedColours> kWords{"off",  "red",     "green", "amber",
                                                             "blue", "magenta", "cyan",  "white"};
  const auto* const found = std::find(kWords.begin(), kWords.end(), word);
  if (found == kWords.end()) return std::nullopt;
  return static_cast<LedColour>(found - kWords.begin());
}

base::Result<ReaderAction> led(JsonReader& in) {
  LedCommand command;
  command.reader = small(in, "head", 0);
  command.led = small(in, "number", 0);
  const auto colour = colour_of(in.text("colour", 8));
  const auto seconds = in.optional_number("seconds", {0.1, kMaxSeconds});
  const bool blinks = in.optional_boolean("blinking").value_or(false);
  if (!colour) in.reject("colour", "expected off, red, green, amber, blue, magenta, cyan or white");
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  constexpr unsigned kBlinkTenths = 3;
  const LedBlink look{blinks ? kBlinkTenths : 1, blinks ? kBlinkTenths : 0, *colour,
                      blinks ? LedColour::kBlack : *colour};
  if (seconds) {
    command.temporary = LedCommand::Temporary::kSet;
    command.temporary_look = look;
    command.temporary_tenths = tenths_of(*seconds);
  } else {
    command.temporary = LedCommand::Temporary::kCancel;
    command.sets_permanent = true;
    command.permanent_look = look;
  }
  return as_action(encode(command));
}

base::Result<ReaderAction> buzzer(JsonReader& in) {
  constexpr double kMaxBeep = 25.5;
  BuzzerCommand command;
  command.reader = small(in, "head", 0);
  command.count = static_cast<unsigned>(in.optional_integer("count", {1, kMaxByte}).value_or(1));
  command.on_tenths = tenths_of(in.optional_number("seconds", {0.1, kMaxBeep}).value_or(0.2));
  command.off_tenths = command.count > 1 ? command.on_tenths : 0;
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  return as_action(encode(command));
}

base::Result<ReaderAction> text(JsonReader& in) {
  constexpr std::size_t kMaxText = 32;
  TextCommand command;
  command.reader = small(in, "head", 0);
  command.text = in.text("text", kMaxText);
  command.seconds =
      static_cast<unsigned>(in.optional_integer("seconds", {0, kMaxByte}).value_or(0));
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  return as_action(encode(command));
}

base::Result<ReaderAction> key_install(JsonReader& in) {
  constexpr std::int64_t kUsual = 120;
  const auto seconds = in.optional_integer("seconds", {10, kMaxWindowSeconds}).value_or(kUsual);
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  return ReaderAction(OpenWindow{std::chrono::seconds(seconds)});
}

struct Known {
  std::string_view name;
  base::Result<ReaderAction> (*encode)(JsonReader& in);
};
constexpr std::array kActions{Known{"output", output}, Known{"led", led}, Known{"buzzer", buzzer},
                              Known{"text", text}, Known{"key_install", key_install}};

}  // namespace

base::Result<ReaderAction> encode_action(std::string_view action, std::string_view input) {
  const auto* const known = std::find_if(kActions.begin(), kActions.end(),
                                         [action](const Known& row) { return row.name == action; });
  if (known == kActions.end())
    return base::fail(Code::kUnsupported, "a reader on OSDP knows no action '{}'", action);
  auto json = base::parse_json(input);
  if (!json) return base::failure_of(std::move(json));
  JsonReader in(*json, std::string(action));
  return known->encode(in);
}

}  // namespace linli::drivers::osdp
