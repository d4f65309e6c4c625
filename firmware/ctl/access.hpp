#pragma once

#include <span>

#include "firmware/ctl/commands.hpp"

namespace linli::ctl {

// The doors (门禁): what the scenario "access" is asked for, in the words of its schemas
// (config/schema/access), with what a person need not know filled in.
std::span<const CommandRow> access_table();

}  // namespace linli::ctl
