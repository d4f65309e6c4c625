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
void show_events(const base::Json& answer);
void show_gaps(const base::Json& answer);
void show_history(const base::Json& answer);
void show_found_readers(const base::Json& answer);
void show_key_window(const base::Json& answer);
void show_terminals(const base::Json& answer);
void show_reader_address(const base::Json& answer);
void show_place(const base::Json& answer);
void show_places(const base::Json& answer);
void show_described(const base::Json& device);
void show_certificates(const base::Json& certificates);

// Prints the error and gives the exit code that it stands for.
int show_error(const base::Error& error, bool as_json);

// The exit code for what became of a command: its record as linlid gives it.
int exit_code_of(const base::Json& record);

}  // namespace linli::ctl
