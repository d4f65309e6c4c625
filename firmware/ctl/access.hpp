#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "firmware/ctl/commands.hpp"

namespace linli::ctl {

// The doors (门禁): what the scenario "access" is asked for, in the words of its schemas
// (config/schema/access), with what a person need not know filled in.
std::span<const CommandRow> access_table();

// Asks the doors for `action` and shows what became of it; `show` is for a confirmed one.
int ask_doors(const Invocation& in, const std::string& action, const base::Json& input,
              void (*show)(const base::Json& output) = nullptr);

// "2026-11-26 23:10:00", in the machine's zone.
std::string local_time(std::int64_t unix_s);

}  // namespace linli::ctl
