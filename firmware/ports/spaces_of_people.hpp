#pragma once

#include <array>

#include "firmware/ports/store.hpp"

// Which of the store's spaces are about people, in one place: whoever copies, compares or hides
// what stands there asks these. A new space with people's rows is added here.
namespace linli::ports {

// Rows with a person's name or login: what leaves the gateway for others' eyes holds none of them.
inline constexpr std::array kSpacesWithNames{Space::kPerson, Space::kInvitation};

// Rows that let somebody in as of the moment they were written: a restored copy forgets them, so
// that who was signed in or invited then is not so again. An API token stands until it is revoked.
inline constexpr std::array kSpacesOfEntry{Space::kSession, Space::kInvitation};

}  // namespace linli::ports
