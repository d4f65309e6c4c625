#pragma once

#include "firmware/ctl/commands.hpp"

namespace linli::ctl {

// Who may sign in, and keys for programs.
int claim(const Invocation& in);
int person_list(const Invocation& in);
int person_invite(const Invocation& in);
int person_recover(const Invocation& in);
int person_unlock(const Invocation& in);
int person_remove(const Invocation& in);
int token_create(const Invocation& in);
int token_list(const Invocation& in);
int token_revoke(const Invocation& in);

// "90min", "1h" or "30d" in seconds.
base::Result<std::int64_t> seconds_of(std::string_view text);

}  // namespace linli::ctl
