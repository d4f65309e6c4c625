#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "firmware/base/result.hpp"

// As much of tar (ustar, POSIX.1-1988) as our archives need: plain files with short names. Pure.
namespace linli::backup {

inline constexpr std::size_t kTarBlock = 512;

struct TarEntry {
  std::string name;  // "folder/name", at most 100 bytes
  std::uint64_t bytes = 0;
};

// The header block. `mtime_s`: seconds since 1970.
std::string tar_header(const TarEntry& entry, std::int64_t mtime_s);
// What fills the last block of a file.
std::string tar_padding(std::uint64_t bytes);
// Two empty blocks.
std::string tar_end();

// Takes a tar apart as it comes, in pieces of any size. Any other kind of entry, any name with an
// empty, "." or ".." part or a character beyond a-z A-Z 0-9 . _ - /, is kCorrupt: we never write
// it.
class TarReader {
 public:
  struct Events {
    std::function<base::Result<void>(const TarEntry&)> on_entry;
    std::function<base::Result<void>(std::string_view)> on_bytes;
    std::function<base::Result<void>()> on_end;  // of the entry
  };
  explicit TarReader(Events events) : events_(std::move(events)) {}

  base::Result<void> feed(std::string_view bytes);
  // The end was there.
  bool is_whole() const { return is_whole_; }

 private:
  // How many bytes they took.
  base::Result<std::size_t> take_content(std::string_view bytes);
  base::Result<std::size_t> take_around(std::string_view bytes);
  base::Result<void> header();

  Events events_;
  std::string block_;
  std::uint64_t rest_ = 0;  // of the entry's bytes
  std::size_t padding_ = 0;
  bool in_entry_ = false;
  bool is_whole_ = false;
};

}  // namespace linli::backup
