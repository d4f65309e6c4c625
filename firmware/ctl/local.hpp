#pragma once

#include "firmware/ctl/commands.hpp"
#include "firmware/daemon/config.hpp"

namespace linli::ctl {

// Commands that work on files and need no running daemon; they read --config.
int keys_init(const Invocation& in);
int keys_show(const Invocation& in);
int keys_rotate(const Invocation& in);
int broker_init(const Invocation& in);
int check_config(const Invocation& in);

// The configuration with the settings over it; the defaults without --config.
base::Result<daemon::Config> config_of(const Invocation& in);

}  // namespace linli::ctl
