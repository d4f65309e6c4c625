#pragma once

namespace linli::powercut {

inline constexpr const char* kVfsName = "linli-powercut";

// Registers a VFS of that name over SQLite's own: it does everything for real and tells the living
// Recorder what was done to databases, journals and WALs. Once, at start.
void register_recording_vfs();

}  // namespace linli::powercut
