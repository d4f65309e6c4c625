#pragma once

#include "firmware/base/json.hpp"

namespace linli::ctl {

// Answers about the gateway's operation, for people.
void show_settings(const base::Json& answer);
void show_change(const base::Json& answer);
void show_done(const base::Json& answer);
void show_preview(const base::Json& answer);
void show_frames(const base::Json& answer);
void show_frame(const base::Json& frame);
void show_version(const base::Json& answer);
void show_backup(const base::Json& answer);
void show_verified(const base::Json& answer);
void show_diff(const base::Json& answer);

}  // namespace linli::ctl
