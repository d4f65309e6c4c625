#pragma once

#include <cstdint>
#include <string>

namespace linli::storage {

// A file to be read at any place. One that is not there is an empty one.
class ReadOnlyFile {
 public:
  explicit ReadOnlyFile(const std::string& path);
  ReadOnlyFile(const ReadOnlyFile&) = delete;
  ReadOnlyFile& operator=(const ReadOnlyFile&) = delete;
  ~ReadOnlyFile();

  // Bytes that the file has.
  std::uint64_t size() const { return size_; }

  // Fills all of `into` from byte `at` on; false if there are fewer bytes, or they cannot be read.
  bool read(std::uint64_t at, std::string& into) const;

 private:
  int fd_ = -1;
  std::uint64_t size_ = 0;
};

}  // namespace linli::storage
