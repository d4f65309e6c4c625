#include "firmware/ports/store.hpp"

#include <algorithm>

namespace linli::ports {

bool Turn::urgent() const {
  return (envelopes.empty() && samples.empty()) ||
         std::any_of(envelopes.begin(), envelopes.end(),
                     [](const auto& envelope) { return domain::is_urgent(envelope.stream); });
}

std::uint64_t waiting(const StreamStats& stream) {
  return stream.last + 1 - std::min(stream.first, stream.last + 1);
}

std::string_view name(StoreHealth health) {
  switch (health) {
    case StoreHealth::kOk:
      return "ok";
    case StoreHealth::kFull:
      return "full";
    case StoreHealth::kReadOnly:
      return "read_only";
  }
  return "ok";
}

}  // namespace linli::ports
