#pragma once

#include "firmware/base/json.hpp"

namespace linli::ctl {

// Answers of the daemon for people; --json shows them as they are.
void show_status(const base::Json& status);
void show_doctor(const base::Json& doctor);
void show_drivers(const base::Json& drivers);
void show_outbox(const base::Json& outbox);
void show_credentials(const base::Json& answer);
void show_devices(const base::Json& answer);
void show_device(const base::Json& device);
void show_revoked(const base::Json& answer);
void show_command(const base::Json& record);
void show_event(const base::Json& event);
void show_certificates(const base::Json& certificates);

// Prints the error and gives the exit code that it stands for.
int show_error(const base::Error& error, bool as_json);

}  // namespace linli::ctl
