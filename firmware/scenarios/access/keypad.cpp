#include "firmware/scenarios/access/keypad.hpp"

#include <algorithm>

namespace linli::scenarios::access {

std::vector<base::SecretText> Keypad::add(std::string_view reader, int head,
                                          const base::SecretText& keys, base::TimePoint now) {
  std::vector<base::SecretText> entries;
  const std::pair key{std::string(reader), head};
  if (!typed_.contains(key)) make_room(now);
  Typed& typed = typed_[key];
  if (now - typed.last > kPause) typed.digits = base::SecretText();
  typed.last = now;
  // Room from the beginning: a string that grows would leave copies behind.
  std::string digits;
  digits.reserve(kMostDigits + 1);
  digits = typed.digits.reveal();
  for (const char digit : keys.reveal()) {
    if (digit == '#') {
      if (!digits.empty()) entries.emplace_back(digits);
      digits.clear();
    } else if (digit == '*') {
      digits.clear();
    } else if (digits.size() <= kMostDigits) {
      digits.push_back(digit);
    }
  }
  typed.digits = base::SecretText(std::move(digits));
  if (typed.digits.empty()) typed_.erase(key);
  return entries;
}

void Keypad::make_room(base::TimePoint now) {
  if (typed_.size() < kMostHeads) return;
  std::erase_if(typed_, [now](const auto& each) { return now - each.second.last > kPause; });
  if (typed_.size() < kMostHeads) return;
  const auto oldest = std::min_element(
      typed_.begin(), typed_.end(),
      [](const auto& one, const auto& other) { return one.second.last < other.second.last; });
  typed_.erase(oldest);
}

}  // namespace linli::scenarios::access
