#pragma once

#include <span>

#include "firmware/ctl/commands.hpp"

namespace linli::ctl {

// Who lives there and who comes to visit: households, consents, passes and codes (住户与访客).
std::span<const CommandRow> access_homes_table();

}  // namespace linli::ctl
