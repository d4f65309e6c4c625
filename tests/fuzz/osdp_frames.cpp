#include <cstddef>
#include <cstdint>

#include "drivers/osdp/frame_reader.hpp"

// What the reader takes for a frame is written as it was read, in whatever pieces it came.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  namespace osdp = linli::drivers::osdp;
  if (size == 0) return 0;
  const std::size_t piece = 1 + data[0] % 32;
  const std::string_view line(reinterpret_cast<const char*>(data) + 1, size - 1);
  osdp::FrameReader reader;
  for (std::size_t at = 0; at < line.size(); at += piece) {
    reader.feed(line.substr(at, piece));
    while (const auto frame = reader.next()) {
      const std::string bytes = osdp::encode(*frame);
      if (bytes.size() > osdp::kMaxFrameBytes || osdp::decode(bytes) != *frame) __builtin_trap();
    }
  }
  return 0;
}
