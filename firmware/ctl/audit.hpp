#pragma once

#include "firmware/ctl/commands.hpp"

namespace linli::ctl {

// What was done, and whether the record of it is whole.
int audit_show(const Invocation& in);
int audit_export(const Invocation& in);
// Of a file that was exported, without the daemon; or of what the daemon has.
int audit_verify(const Invocation& in);

}  // namespace linli::ctl
