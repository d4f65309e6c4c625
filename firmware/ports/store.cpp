#include "firmware/ports/store.hpp"

#include <algorithm>

namespace linli::ports {

bool Turn::urgent() const {
  return (envelopes.empty() && samples.empty()) ||
         std::any_of(envelopes.begin(), envelopes.end(),
                     [](const auto& envelope) { return domain::is_urgent(envelope.stream); });
}

}  // namespace linli::ports
