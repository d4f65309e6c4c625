#pragma once

#include "firmware/ctl/commands.hpp"

namespace linli::ctl {

// Backup and restore. They work on the files themselves, with or without a running daemon, and so
// need the right to read them: root, or the daemon's user.
int backup_make(const Invocation& in);
int backup_verify(const Invocation& in);
int restore(const Invocation& in);

}  // namespace linli::ctl
