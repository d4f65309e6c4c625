// What the product itself does to files, beside SQLite: the linker (--wrap) leads its calls here.

#include <sys/stat.h>
#include <unistd.h>

#include <climits>
#include <string>

#include "tests/powercut/recording.hpp"

namespace {

using linli::powercut::Recorder;

std::string path_of(int descriptor) {
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  char path[PATH_MAX];
  const ssize_t size = readlink(link.c_str(), path, sizeof path);
  return size < 0 ? std::string() : std::string(path, static_cast<std::size_t>(size));
}

void note_sync(int descriptor) {
  const std::string path = path_of(descriptor);
  if (Recorder* const inside = Recorder::of(path); inside != nullptr)
    return inside->synced(inside->opened(path));
  Recorder* const whole = Recorder::of(path + "/.");
  if (whole != nullptr) whole->directory_synced();
}

}  // namespace

extern "C" {

int __real_rename(const char* from, const char* to);
int __real_unlink(const char* path);
int __real_fsync(int descriptor);

int __wrap_rename(const char* from, const char* to) {
  const int result = __real_rename(from, to);
  Recorder* const recorder = Recorder::of(from);
  if (result == 0 && recorder != nullptr) recorder->renamed(from, to);
  return result;
}

int __wrap_unlink(const char* path) {
  const int result = __real_unlink(path);
  Recorder* const recorder = Recorder::of(path);
  if (result == 0 && recorder != nullptr) recorder->deleted(path);
  return result;
}

int __wrap_fsync(int descriptor) {
  note_sync(descriptor);
  return __real_fsync(descriptor);
}

}  // extern "C"
