#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "drivers/osdp/frame.hpp"

namespace linli::drivers::osdp {

struct FrameReaderCounts {
  std::uint64_t frames = 0;
  std::uint64_t noise_bytes = 0;  // passed over to find the beginning of a frame
  std::uint64_t bad_checks = 0;
  std::uint64_t bad_forms = 0;  // right check or none, but no frame
};

// Finds frames in what the line gives, in pieces of any size. After a bad frame it looks again one
// byte behind where that began, so that a wrong LEN swallows nothing.
class FrameReader {
 public:
  void feed(std::string_view bytes);
  // The next good frame; nothing until more bytes come.
  std::optional<Frame> next();
  // Forgets a frame that has begun: the line was silent for too long.
  void reset() { buffer_.clear(); }
  const FrameReaderCounts& counts() const { return counts_; }

 private:
  void skip_to_start();

  std::string buffer_;  // at most one frame and what came with its last piece
  FrameReaderCounts counts_;
};

}  // namespace linli::drivers::osdp
