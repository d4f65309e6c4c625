#include "firmware/backup/gzip.hpp"

#include <zlib.h>

#include <array>

namespace linli::backup {
namespace {

using base::Code;

constexpr int kGzipWindow = 15 + 16;  // zlib's way to ask for a gzip header

unsigned char* input(std::string_view bytes) {
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast): zlib only reads there
  return const_cast<unsigned char*>(reinterpret_cast<const unsigned char*>(bytes.data()));
}

}  // namespace

struct Gzip::Body {
  z_stream stream{};
  int ready = 0;
};

Gzip::Gzip() : body_(std::make_unique<Body>()) {
  body_->ready = deflateInit2(&body_->stream, 6, Z_DEFLATED, kGzipWindow, 8, Z_DEFAULT_STRATEGY);
}
Gzip::~Gzip() {
  deflateEnd(&body_->stream);
}

base::Result<std::string> Gzip::feed(std::string_view bytes, bool is_last) {
  if (body_->ready != Z_OK) return base::fail(Code::kInternal, "zlib has no memory");
  z_stream& stream = body_->stream;
  stream.next_in = input(bytes);
  stream.avail_in = static_cast<unsigned>(bytes.size());
  std::string out;
  std::array<char, 16384> block{};
  do {
    stream.next_out = reinterpret_cast<unsigned char*>(block.data());
    stream.avail_out = block.size();
    deflate(&stream, is_last ? Z_FINISH : Z_NO_FLUSH);
    out.append(block.data(), block.size() - stream.avail_out);
  } while (stream.avail_out == 0);
  return out;
}

struct Gunzip::Body {
  z_stream stream{};
  int ready = 0;
};

Gunzip::Gunzip() : body_(std::make_unique<Body>()) {
  body_->ready = inflateInit2(&body_->stream, kGzipWindow);
}
Gunzip::~Gunzip() {
  inflateEnd(&body_->stream);
}

base::Result<void> Gunzip::feed(std::string_view bytes, const Sink& sink) {
  if (body_->ready != Z_OK) return base::fail(Code::kInternal, "zlib has no memory");
  z_stream& stream = body_->stream;
  stream.next_in = input(bytes);
  stream.avail_in = static_cast<unsigned>(bytes.size());
  std::array<char, 16384> block{};
  bool is_full = false;
  while (!is_whole_ && (stream.avail_in > 0 || is_full)) {
    stream.next_out = reinterpret_cast<unsigned char*>(block.data());
    stream.avail_out = block.size();
    const int result = inflate(&stream, Z_NO_FLUSH);
    if (result != Z_OK && result != Z_STREAM_END && result != Z_BUF_ERROR)
      return base::fail(Code::kCorrupt, "not a gzip stream");
    is_full = stream.avail_out == 0;
    is_whole_ = result == Z_STREAM_END;
    if (auto taken = sink({block.data(), block.size() - stream.avail_out}); !taken) return taken;
    if (result == Z_BUF_ERROR && !is_full) break;
  }
  if (is_whole_ && stream.avail_in > 0) return base::fail(Code::kCorrupt, "bytes behind the end");
  return {};
}

}  // namespace linli::backup
