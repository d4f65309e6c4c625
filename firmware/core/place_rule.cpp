#include "firmware/core/place_rule.hpp"

#include <algorithm>

namespace linli::core {
namespace {

// A compound has four levels; a chain that is longer is a circle.
constexpr int kMaxLevels = 16;

}  // namespace

bool covers(const std::vector<std::string>& places, const std::string& place,
            const ParentOf& parent_of) {
  if (places.empty()) return true;
  std::optional<std::string> at = place;
  for (int level = 0; at && !at->empty() && level < kMaxLevels; ++level) {
    if (std::find(places.begin(), places.end(), *at) != places.end()) return true;
    at = parent_of ? parent_of(*at) : std::nullopt;
  }
  return false;
}

bool covers_all(const std::vector<std::string>& outer, const std::vector<std::string>& inner,
                const ParentOf& parent_of) {
  if (outer.empty()) return true;
  return !inner.empty() &&
         std::all_of(inner.begin(), inner.end(), [&outer, &parent_of](const std::string& place) {
           return covers(outer, place, parent_of);
         });
}

}  // namespace linli::core
