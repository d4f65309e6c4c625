#include "firmware/backup/archive.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>

namespace linli::backup {

using base::Code;

base::Result<std::unique_ptr<ArchiveWriter>> ArchiveWriter::create(const std::string& file,
                                                                   const base::SecretText& key,
                                                                   std::int64_t now_s) {
  std::unique_ptr<ArchiveWriter> writer(new ArchiveWriter);
  auto out = SealedWriter::create(file, key);
  if (!out) return base::failure_of(std::move(out));
  writer->out_ = *std::move(out);
  writer->now_s_ = now_s;
  return writer;
}

base::Result<void> ArchiveWriter::put(std::string_view bytes, bool is_last) {
  auto packed = gzip_.feed(bytes, is_last);
  if (!packed) return base::failure_of(std::move(packed));
  return out_->write(*packed);
}

base::Result<void> ArchiveWriter::add_text(const std::string& name, std::string_view text) {
  ++files_;
  bytes_ += text.size();
  if (auto begun = put(tar_header({name, text.size()}, now_s_)); !begun) return begun;
  if (auto written = put(text); !written) return written;
  return put(tar_padding(text.size()));
}

base::Result<void> ArchiveWriter::add_file(const std::string& name, const std::string& path) {
  std::error_code failed;
  const std::uint64_t size = std::filesystem::file_size(path, failed);
  std::ifstream in(path, std::ios::binary);
  if (failed || !in)
    return base::fail(Code::kDenied, "cannot read {}: may this user read it?", path);
  if (auto begun = put(tar_header({name, size}, now_s_)); !begun) return begun;
  std::array<char, 65536> block{};
  std::uint64_t rest = size;
  while (rest > 0) {
    in.read(block.data(),
            static_cast<std::streamsize>(std::min<std::uint64_t>(rest, block.size())));
    const auto got = static_cast<std::size_t>(in.gcount());
    if (got == 0) return base::fail(Code::kConflict, "{} became shorter meanwhile", path);
    if (auto written = put({block.data(), got}); !written) return written;
    rest -= got;
  }
  ++files_;
  bytes_ += size;
  return put(tar_padding(size));
}

base::Result<void> ArchiveWriter::finish() {
  if (auto ended = put(tar_end(), true); !ended) return ended;
  return out_->finish();
}

base::Result<void> read_archive(const std::string& file, const base::SecretText& key,
                                TarReader::Events events) {
  auto in = SealedReader::open(file, key);
  if (!in) return base::failure_of(std::move(in));
  Gunzip gunzip;
  TarReader tar(std::move(events));
  for (;;) {
    auto piece = (*in)->next();
    if (!piece) return base::failure_of(std::move(piece));
    if (piece->empty()) break;
    auto taken = gunzip.feed(*piece, [&tar](std::string_view bytes) { return tar.feed(bytes); });
    if (!taken) return taken;
  }
  if (gunzip.is_whole() && tar.is_whole()) return {};
  return base::fail(Code::kCorrupt, "the archive ends too early: take another copy of it");
}

}  // namespace linli::backup
