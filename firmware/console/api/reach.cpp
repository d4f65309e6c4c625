#include "firmware/console/api/reach.hpp"

#include <algorithm>

namespace linli::console::api {

bool Reach::sees(const core::Actor& actor, std::string_view place) const {
  if (actor.places.empty()) return true;
  if (place.empty()) return false;
  return std::any_of(actor.places.begin(), actor.places.end(),
                     [this, place](const std::string& own) { return places_.covers(own, place); });
}

std::vector<const core::Device*> Reach::devices(const core::Actor& actor,
                                                const core::DeviceTable& table) const {
  std::vector<const core::Device*> all = table.all();
  std::erase_if(all, [this, &actor](const core::Device* device) { return !sees(actor, *device); });
  return all;
}

const core::Device* Reach::device(const core::Actor& actor, const core::DeviceTable& table,
                                  std::string_view id) const {
  const auto parsed = domain::DeviceId::parse(id);
  if (!parsed) return nullptr;
  const core::Device* const device = table.find(*parsed);
  return device != nullptr && sees(actor, *device) ? device : nullptr;
}

std::vector<std::string> Reach::below(std::string_view place) const {
  std::vector<std::string> all = places_.covered_by(place);
  if (std::find(all.begin(), all.end(), place) == all.end()) all.emplace_back(place);
  return all;
}

std::optional<std::vector<std::string>> Reach::places_of(const core::Actor& actor) const {
  if (actor.places.empty()) return std::nullopt;
  std::vector<std::string> all;
  for (const std::string& own : actor.places) {
    for (std::string& each : below(own)) all.push_back(std::move(each));
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

}  // namespace linli::console::api
