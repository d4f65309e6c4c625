#include "tests/powercut/recording_vfs.hpp"

#include <sqlite3.h>

#include <new>
#include <string>

#include "tests/powercut/recording.hpp"

// What is not recorded: shared memory (it is not durable), locks, and temporary files.
namespace linli::powercut {
namespace {

sqlite3_vfs* real_vfs = nullptr;

// The real VFS's file stands behind it.
struct ShimFile {
  sqlite3_file base;
  Recorder* recorder;
  std::size_t number;
};

ShimFile& shim_of(sqlite3_file* file) {
  return *reinterpret_cast<ShimFile*>(file);
}
sqlite3_file* real_of(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(&shim_of(file) + 1);
}

int close_file(sqlite3_file* file) {
  return real_of(file)->pMethods->xClose(real_of(file));
}

int read_file(sqlite3_file* file, void* to, int size, sqlite3_int64 offset) {
  return real_of(file)->pMethods->xRead(real_of(file), to, size, offset);
}

int write_file(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
  const int result = real_of(file)->pMethods->xWrite(real_of(file), bytes, size, offset);
  if (result == SQLITE_OK && shim_of(file).recorder != nullptr) {
    shim_of(file).recorder->wrote(
        shim_of(file).number, static_cast<std::uint64_t>(offset),
        std::string(static_cast<const char*>(bytes), static_cast<std::size_t>(size)));
  }
  return result;
}

int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  const int result = real_of(file)->pMethods->xTruncate(real_of(file), size);
  if (result == SQLITE_OK && shim_of(file).recorder != nullptr)
    shim_of(file).recorder->truncated(shim_of(file).number, static_cast<std::uint64_t>(size));
  return result;
}

// Written down first: the real one may go on to sync the directory, which then comes after.
int sync_file(sqlite3_file* file, int flags) {
  if (shim_of(file).recorder != nullptr) shim_of(file).recorder->synced(shim_of(file).number);
  return real_of(file)->pMethods->xSync(real_of(file), flags);
}

int file_size(sqlite3_file* file, sqlite3_int64* size) {
  return real_of(file)->pMethods->xFileSize(real_of(file), size);
}
int lock_file(sqlite3_file* file, int level) {
  return real_of(file)->pMethods->xLock(real_of(file), level);
}
int unlock_file(sqlite3_file* file, int level) {
  return real_of(file)->pMethods->xUnlock(real_of(file), level);
}
int check_reserved_lock(sqlite3_file* file, int* is_held) {
  return real_of(file)->pMethods->xCheckReservedLock(real_of(file), is_held);
}
int file_control(sqlite3_file* file, int what, void* with) {
  return real_of(file)->pMethods->xFileControl(real_of(file), what, with);
}
int sector_size(sqlite3_file* file) {
  return real_of(file)->pMethods->xSectorSize(real_of(file));
}
int device_characteristics(sqlite3_file* file) {
  return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}
int map_shm(sqlite3_file* file, int region, int size, int extend, void volatile** at) {
  return real_of(file)->pMethods->xShmMap(real_of(file), region, size, extend, at);
}
int lock_shm(sqlite3_file* file, int offset, int count, int flags) {
  return real_of(file)->pMethods->xShmLock(real_of(file), offset, count, flags);
}
void barrier_shm(sqlite3_file* file) {
  real_of(file)->pMethods->xShmBarrier(real_of(file));
}
int unmap_shm(sqlite3_file* file, int delete_it) {
  return real_of(file)->pMethods->xShmUnmap(real_of(file), delete_it);
}

// Version 2: without memory mapped pages, which would be written behind the recorder's back.
const sqlite3_io_methods kMethods{2,
                                  close_file,
                                  read_file,
                                  write_file,
                                  truncate_file,
                                  sync_file,
                                  file_size,
                                  lock_file,
                                  unlock_file,
                                  check_reserved_lock,
                                  file_control,
                                  sector_size,
                                  device_characteristics,
                                  map_shm,
                                  lock_shm,
                                  barrier_shm,
                                  unmap_shm,
                                  nullptr,
                                  nullptr};

constexpr int kDurable = SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_MAIN_JOURNAL | SQLITE_OPEN_WAL;

int open_file(sqlite3_vfs* /*vfs*/, const char* name, sqlite3_file* file, int flags, int* out) {
  auto* const shim = new (file) ShimFile{};
  const int result = real_vfs->xOpen(real_vfs, name, real_of(file), flags, out);
  if (result != SQLITE_OK) return result;
  shim->base.pMethods = &kMethods;
  if (name == nullptr || (flags & kDurable) == 0) return result;
  shim->recorder = Recorder::of(name);
  if (shim->recorder != nullptr) shim->number = shim->recorder->opened(name);
  return result;
}

// Written down first, and only if there is such a file, for the same reason as a sync.
int delete_file(sqlite3_vfs* /*vfs*/, const char* name, int sync_directory) {
  if (Recorder* const recorder = Recorder::of(name); recorder != nullptr) recorder->deleted(name);
  return real_vfs->xDelete(real_vfs, name, sync_directory);
}

using OpenDirectory = int (*)(const char*, int*);
OpenDirectory real_open_directory = nullptr;

// SQLite opens a directory for one purpose: to sync it. So the recording has exactly those
// directory syncs that this SQLite does, not those that we believe it does.
int open_directory(const char* file_inside, int* descriptor) {
  if (Recorder* const recorder = Recorder::of(file_inside); recorder != nullptr)
    recorder->directory_synced();
  return real_open_directory(file_inside, descriptor);
}

}  // namespace

void register_recording_vfs() {
  static sqlite3_vfs vfs;
  real_vfs = sqlite3_vfs_find(nullptr);
  vfs = *real_vfs;
  vfs.zName = kVfsName;
  vfs.szOsFile = static_cast<int>(sizeof(ShimFile)) + real_vfs->szOsFile;
  vfs.xOpen = open_file;
  vfs.xDelete = delete_file;
  real_open_directory =
      reinterpret_cast<OpenDirectory>(real_vfs->xGetSystemCall(real_vfs, "openDirectory"));
  real_vfs->xSetSystemCall(real_vfs, "openDirectory",
                           reinterpret_cast<sqlite3_syscall_ptr>(open_directory));
  sqlite3_vfs_register(&vfs, 0);
}

}  // namespace linli::powercut
