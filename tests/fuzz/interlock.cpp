#include "firmware/domain/access/interlock.hpp"

namespace {

namespace access = linli::domain::access;

// Every trigger of every rule is pulled: what is released is what the rule names, once, and what
// was stored reads the same again.
void pull_all(const access::Interlocks& interlocks) {
  access::InterlockState state;
  for (const auto& rule : interlocks.rules) {
    for (const auto& trigger : rule.when) {
      const access::Observed observed{trigger.device.str(), trigger.is_event, trigger.name,
                                      trigger.equals};
      on_event(interlocks, state, observed);
      if (!on_event(interlocks, state, observed).empty()) __builtin_trap();
    }
    if (!state.active.contains(rule.name)) __builtin_trap();
  }
  const auto again = access::interlock_state_from_row(to_row(state));
  if (!again || again->active != state.active) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto interlocks = access::parse_interlocks(text);
  (void)access::interlock_state_from_row(text);
  if (!interlocks) return 0;
  const auto nobody = [](std::string_view /*device*/) {
    return static_cast<const linli::domain::Profile*>(nullptr);
  };
  if (!interlocks->rules.empty() && check_interlocks(*interlocks, nobody).empty()) __builtin_trap();
  pull_all(*interlocks);
  return 0;
}
