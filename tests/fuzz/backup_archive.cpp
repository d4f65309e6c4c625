#include "firmware/backup/gzip.hpp"
#include "firmware/backup/sealed_file.hpp"
#include "firmware/backup/tar.hpp"

// What stands in a file that somebody calls a backup: its header, and, as if it had been opened
// with the right key, what is packed in it. The first byte says which, and how large the pieces
// are.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  namespace backup = linli::backup;
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  if (data[0] == 0) {
    (void)backup::parse_header(input);
    return 0;
  }
  std::uint64_t announced = 0;
  std::uint64_t given = 0;
  backup::TarReader tar({[&announced](const backup::TarEntry& entry) -> linli::base::Result<void> {
                           if (entry.name.empty() || entry.name.front() == '/' ||
                               entry.name.find("..") == 0)
                             __builtin_trap();
                           announced += entry.bytes;
                           return {};
                         },
                         [&given](std::string_view bytes) -> linli::base::Result<void> {
                           given += bytes.size();
                           return {};
                         },
                         []() -> linli::base::Result<void> { return {}; }});
  backup::Gunzip gunzip;
  const std::size_t step = data[0];
  const bool is_packed = step % 2 == 0;
  const auto read = [&tar](std::string_view bytes) { return tar.feed(bytes); };
  for (std::size_t at = 0; at < input.size(); at += step) {
    const std::string_view piece = input.substr(at, step);
    if (!(is_packed ? gunzip.feed(piece, read) : read(piece))) break;
  }
  if (given > announced) __builtin_trap();
  return 0;
}
