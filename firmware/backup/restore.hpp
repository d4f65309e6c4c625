#pragma once

#include <string>

#include "firmware/backup/backup.hpp"

namespace linli::backup {

// A restore has two steps. stage_restore() unpacks the archive beside what is there, checks it and
// says what would change; nothing that the gateway uses is touched. take_over() puts it in place:
// linlid does that at its start, before it opens anything, so that no running part ever sees half
// of either. A power cut at any moment leaves the old state, or a take-over that goes on at the
// next start.

// {"diff":[{"what":code,"zh":…,"en":…}],"summary":{…},"staged":bool,"made":…,"version":…}
base::Result<base::Json> stage_restore(const std::string& archive, const base::SecretText& key,
                                       const Places& places, bool dry_run);

// True if something was staged and is in place now. The old database stays as
// linli.db.before-restore. kConflict while a daemon runs.
base::Result<bool> take_over(const Places& places);

// Where a staged restore waits, under data_dir.
inline constexpr const char* kStaged = "/restore.ready";

// What staged files would change, in words; `staged` is laid out as the archive.
base::Result<base::Json> restore_diff(const std::string& staged, const Places& places);

}  // namespace linli::backup
