#include "drivers/gpio/line_spec.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>
#include <vector>

#include "firmware/base/id.hpp"
#include "firmware/base/number.hpp"

namespace linli::drivers::gpio {
namespace {

using base::Code;
using Bias = ports::LinePlace::Bias;

constexpr std::size_t kShown = 80;

base::Failure not_a_line(std::string_view text) {
  return base::fail(
      Code::kInvalid,
      "'{}' is no line: write name=gpiochip0/17 in or name=gpiochip0/22 out, then low, "
      "pull-up, pull-down, or of an output fail-safe",
      text.substr(0, kShown));
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t space = std::min(text.find(' '), text.size());
    if (space > 0) words.push_back(text.substr(0, space));
    text.remove_prefix(std::min(space + 1, text.size()));
  }
  return words;
}

bool take_place(std::string_view text, LineSpec& spec) {
  constexpr unsigned kMostLines = 1024;
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos || !text.starts_with("gpiochip")) return false;
  const auto chip = base::parse_number<unsigned>(text.substr(8, slash - 8));
  const auto offset = base::parse_number<unsigned>(text.substr(slash + 1));
  if (!chip || !offset || *offset >= kMostLines) return false;
  spec.place.chip = text.substr(0, slash);
  spec.place.offset = *offset;
  return true;
}

bool take_word(std::string_view word, LineSpec& spec) {
  if (word == "low") {
    spec.place.is_low_active = true;
  } else if (word == "pull-up" || word == "pull-down") {
    if (spec.place.bias != Bias::kAsIs) return false;
    spec.place.bias = word == "pull-up" ? Bias::kPullUp : Bias::kPullDown;
  } else if (word == "fail-safe" && spec.is_output) {
    spec.is_fail_safe = true;
  } else {
    return false;
  }
  return true;
}

}  // namespace

base::Result<LineSpec> parse_line(std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || !base::is_id(text.substr(0, equals)))
    return not_a_line(text);
  LineSpec spec;
  spec.name = text.substr(0, equals);
  const auto words = words_of(text.substr(equals + 1));
  if (words.size() < 2 || !take_place(words[0], spec) || (words[1] != "in" && words[1] != "out"))
    return not_a_line(text);
  spec.is_output = words[1] == "out";
  for (std::size_t i = 2; i < words.size(); ++i)
    if (!take_word(words[i], spec)) return not_a_line(text);
  return spec;
}

base::Result<DoorLines> parse_door_lines(std::string_view text) {
  DoorLines lines;
  const std::array<std::pair<std::string_view, std::string*>, 5> parts{{{"lock", &lines.lock},
                                                                        {"contact", &lines.contact},
                                                                        {"exit", &lines.exit},
                                                                        {"d0", &lines.d0},
                                                                        {"d1", &lines.d1}}};
  std::set<std::string_view> taken;
  bool is_right = !text.empty();
  for (const std::string_view word : words_of(text)) {
    const std::size_t equals = std::min(word.find('='), word.size());
    const auto name = word.substr(std::min(equals + 1, word.size()));
    bool is_known = false;
    for (const auto& [part, line] : parts) {
      if (word.substr(0, equals) != part || !line->empty()) continue;
      *line = name;
      is_known = true;
    }
    is_right = is_right && is_known && base::is_id(name) && taken.insert(name).second;
  }
  if (is_right && lines.d0.empty() == lines.d1.empty() && !taken.empty()) return lines;
  return base::fail(Code::kInvalid,
                    "'{}' are no lines of a door: write e.g. lock=gate-lock contact=gate-contact "
                    "exit=gate-exit d0=gate-d0 d1=gate-d1, by their names in gpio.lines",
                    text.substr(0, kShown));
}

}  // namespace linli::drivers::gpio
