#pragma once

#include "firmware/ctl/commands.hpp"

namespace linli::ctl {

// Settings, diagnostics and frames of the running daemon, and the version.
int config_show(const Invocation& in);
int config_set(const Invocation& in);
int config_confirm(const Invocation& in);
int config_revert(const Invocation& in);
int terminal_status(const Invocation& in);
int diag(const Invocation& in);
int frames(const Invocation& in);
int version(const Invocation& in);

}  // namespace linli::ctl
