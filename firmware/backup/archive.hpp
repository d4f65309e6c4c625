#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "firmware/backup/gzip.hpp"
#include "firmware/backup/sealed_file.hpp"
#include "firmware/backup/tar.hpp"

// A backup: files in a tar, packed with gzip, in a sealed file. Both ways hold one piece in memory.
namespace linli::backup {

class ArchiveWriter {
 public:
  static base::Result<std::unique_ptr<ArchiveWriter>> create(const std::string& file,
                                                             const base::SecretText& key,
                                                             std::int64_t now_s);
  base::Result<void> add_text(const std::string& name, std::string_view text);
  // kConflict if the file changes its size meanwhile.
  base::Result<void> add_file(const std::string& name, const std::string& path);
  base::Result<void> finish();

  std::uint64_t files() const { return files_; }
  std::uint64_t bytes() const { return bytes_; }  // of the files

 private:
  ArchiveWriter() = default;
  base::Result<void> put(std::string_view bytes, bool is_last = false);

  std::unique_ptr<SealedWriter> out_;
  Gzip gzip_;
  std::int64_t now_s_ = 0;
  std::uint64_t files_ = 0;
  std::uint64_t bytes_ = 0;
};

// Reads the whole archive and hands over what is in it. kCorrupt also if its end is missing.
base::Result<void> read_archive(const std::string& file, const base::SecretText& key,
                                TarReader::Events events);

}  // namespace linli::backup
