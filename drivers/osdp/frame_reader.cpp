#include "drivers/osdp/frame_reader.hpp"

#include <algorithm>

namespace linli::drivers::osdp {
namespace {

constexpr char kStart = '\x53';
// More than this without a frame in it is noise.
constexpr std::size_t kMaxBuffer = 4 * kMaxFrameBytes;

}  // namespace

void FrameReader::feed(std::string_view bytes) {
  buffer_ += bytes.substr(0, kMaxBuffer);
  if (buffer_.size() <= kMaxBuffer) return;
  counts_.noise_bytes += buffer_.size() - kMaxBuffer;
  buffer_.erase(0, buffer_.size() - kMaxBuffer);
}

void FrameReader::skip_to_start() {
  const std::size_t start = std::min(buffer_.find(kStart), buffer_.size());
  const auto marks =
      std::count(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(start), kMark);
  counts_.noise_bytes += start - static_cast<std::size_t>(marks);
  buffer_.erase(0, start);
}

std::optional<Frame> FrameReader::next() {
  for (;;) {
    skip_to_start();
    if (buffer_.size() < kHeadBytes) return std::nullopt;
    const auto length = frame_length(buffer_);
    if (length && buffer_.size() < *length) return std::nullopt;
    if (!length) {
      ++counts_.bad_forms;
      buffer_.erase(0, 1);
      continue;
    }
    auto frame = decode(std::string_view(buffer_).substr(0, *length));
    if (frame) {
      ++counts_.frames;
      buffer_.erase(0, *length);
      return *std::move(frame);
    }
    ++(frame.error().code == base::Code::kCorrupt ? counts_.bad_checks : counts_.bad_forms);
    buffer_.erase(0, 1);
  }
}

}  // namespace linli::drivers::osdp
