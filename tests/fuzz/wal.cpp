#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "firmware/storage/page_size.hpp"
#include "firmware/storage/wal_file.hpp"

namespace {

// read_wal looks at <path>-wal.
const std::string& path() {
  static const std::string made = [] {
    std::string folder = "/dev/shm/linli-fuzz-XXXXXX";
    if (mkdtemp(folder.data()) == nullptr) std::abort();
    return folder + "/db";
  }();
  return made;
}

}  // namespace

// Whatever stands in a write-ahead log: reading it ends, every frame lies inside it, and the last
// one ends a commit.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  {
    std::ofstream file(path() + "-wal", std::ios::binary | std::ios::trunc);
    file.write(reinterpret_cast<const char*>(data), static_cast<std::streamsize>(size));
  }
  const auto wal = linli::storage::read_wal(path());
  for (const auto& frame : wal.frames)
    if (frame.at + linli::storage::kPageBytes > size) __builtin_trap();
  if (!wal.frames.empty() && !(wal.frames.back().is_sound && wal.frames.back().ends_commit))
    __builtin_trap();
  return 0;
}
