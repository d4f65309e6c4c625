#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace linli::powercut {

// The files of one directory: name and content.
using Files = std::map<std::string, std::string>;

enum class Kind : std::uint8_t {
  kCreate,
  kWrite,
  kTruncate,
  kSync,
  kDelete,
  kRename,
  kSyncDirectory,
};

// One thing that a program asked the file system to do. A file is known by its number, as an inode
// is: it keeps it through renames and after its name is gone.
struct Operation {
  Kind kind = Kind::kWrite;
  std::size_t file = 0;
  std::string name;          // of a directory entry: created, deleted, or the old one of a rename
  std::string new_name;      // kRename
  std::uint64_t offset = 0;  // kWrite: where; kTruncate: the new size
  std::string bytes;         // kWrite
};

struct Recording {
  Files begun_with;  // on disk for certain; their numbers are 0, 1, … in the order of the names
  std::vector<Operation> operations;

  // What the directory holds after the first `count` operations, as long as the power stays on.
  std::map<std::string, std::size_t> names_after(std::size_t count) const;
  std::size_t files_after(std::size_t count) const;
  // Operation `index` in words.
  std::string describe(std::size_t index) const;
};

// Writes down what is done to the files of one directory. At most one recorder lives at a time.
class Recorder {
 public:
  // What lies in `directory` counts as being on disk.
  explicit Recorder(const std::string& directory);
  // Goes on after `history`: `directory` holds its files as they were at its end, synced or not.
  Recorder(std::string directory, Recording history);
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;
  ~Recorder();

  // The living recorder if `path` lies in its directory, else nullptr.
  static Recorder* of(const std::string& path);

  // The number of a file; a name that was not there before is a creation.
  std::size_t opened(const std::string& path);
  void wrote(std::size_t file, std::uint64_t offset, std::string bytes);
  void truncated(std::size_t file, std::uint64_t size);
  void synced(std::size_t file);
  void deleted(const std::string& path);
  void renamed(const std::string& from, const std::string& to);
  void directory_synced();

  std::size_t count() const;  // of operations so far
  Recording take();

 private:
  void add(Operation operation);

  const std::string directory_;
  mutable std::mutex mutex_;
  Recording recording_;
  std::map<std::string, std::size_t> names_;
  std::size_t files_ = 0;
};

// Reads, and writes, a directory's database files.
Files read_directory(const std::string& directory);
void write_directory(const std::string& directory, const Files& files);

}  // namespace linli::powercut
