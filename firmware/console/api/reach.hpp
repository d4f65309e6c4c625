#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/core/actor.hpp"
#include "firmware/core/device_table.hpp"
#include "firmware/core/places.hpp"

namespace linli::console::api {

// How far somebody sees: what lies outside one's places is not there. Loop thread only.
class Reach {
 public:
  explicit Reach(const core::Places& places) : places_(places) {}

  // Who is bound to no place sees everything; what has no place is seen by those only.
  bool sees(const core::Actor& actor, std::string_view place) const;
  bool sees(const core::Actor& actor, const core::Device& device) const {
    return sees(actor, device.registration.place);
  }

  // Is `place` that one or below it?
  bool is_at(std::string_view ancestor, std::string_view place) const {
    return places_.covers(ancestor, place);
  }

  // `place` and all below it.
  std::vector<std::string> below(std::string_view place) const;

  // The devices that the actor sees, in the order of their ids.
  std::vector<const core::Device*> devices(const core::Actor& actor,
                                           const core::DeviceTable& table) const;
  // nullptr if there is none, or the actor does not see it.
  const core::Device* device(const core::Actor& actor, const core::DeviceTable& table,
                             std::string_view id) const;

  // All places of the actor with what is below them; nullopt: the whole compound.
  std::optional<std::vector<std::string>> places_of(const core::Actor& actor) const;

 private:
  const core::Places& places_;
};

}  // namespace linli::console::api
