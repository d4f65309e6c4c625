#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "firmware/core/places.hpp"
#include "firmware/domain/access/rights.hpp"
#include "firmware/domain/command.hpp"
#include "firmware/scenarios/access/household_book.hpp"

namespace linli::scenarios::access {

// Who a command comes from, in the words of the compound.
struct Asker {
  domain::access::SiteRole role = domain::access::SiteRole::kVisitor;
  std::string person;  // empty: no resident
  std::string home;    // place of the household
  std::string household;
  std::optional<domain::access::Validity> term;
};

// "ann" of "person:ann"; what is no person's issuer is as it is.
std::string_view person_in(std::string_view issuer);

// A person of the household book.
Asker asker_at(const ResidentAt& home);

// The platform and whoever works on the gateway itself are the property's manager here; a person of
// the household book is what stands there, whatever role the channel says. kDenied for rules and
// for roles that nobody knows.
base::Result<Asker> asker_of(const domain::Command& command, const HouseholdBook& households);

// What a place has to do with who lives at `home`.
domain::access::PlaceRelation relation_of(const core::Places& places, std::string_view home,
                                          std::string_view place);

// May this asker do it at a place of this relation? kDenied says why.
base::Result<void> check_may(const Asker& asker, domain::access::SiteAction action,
                             domain::access::PlaceRelation relation, const domain::EventTime& now);

}  // namespace linli::scenarios::access
