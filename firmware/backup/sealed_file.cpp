#include "firmware/backup/sealed_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "firmware/tls/local_crypto.hpp"
#include "firmware/tls/random.hpp"

namespace linli::backup {
namespace {

using base::Code;
using tls::ChunkCipher;

constexpr std::string_view kMagic = "LINLIBAK";
constexpr std::size_t kNonce = 7;
constexpr std::size_t kCheck = 8;
constexpr std::uint32_t kMaxPiece = 1024 * 1024;

std::string big_endian(std::uint32_t value, std::size_t bytes) {
  std::string out;
  for (std::size_t i = bytes; i > 0; --i)
    out.push_back(static_cast<char>((value >> (8 * (i - 1))) & 0xFFU));
  return out;
}

std::uint32_t number_at(std::string_view bytes, std::size_t from, std::size_t count) {
  std::uint32_t value = 0;
  for (const char byte : bytes.substr(from, count))
    value = (value << 8U) | static_cast<unsigned char>(byte);
  return value;
}

std::uint32_t crc_of(std::string_view bytes) {
  return static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const unsigned char*>(bytes.data()),
                                          static_cast<unsigned>(bytes.size())));
}

std::string nonce_of(const SealedHeader& header, std::uint32_t number, bool is_last) {
  return header.nonce + big_endian(number, 4) + std::string(1, is_last ? '\1' : '\0');
}

std::string header_bytes(const SealedHeader& header) {
  std::string bytes(kMagic);
  bytes += big_endian(header.format, 2) + big_endian(header.piece_bytes, 4) + header.nonce +
           header.key_check;
  return bytes + big_endian(crc_of(bytes), 4);
}

// The disk is full, or something worse; errno is of the last write.
base::Failure cannot_write(const std::string& file) {
  const int why = errno;
  const bool is_full = why == ENOSPC || why == EDQUOT || why == EFBIG;
  return base::fail(is_full ? Code::kFull : Code::kInternal, "cannot write {}: {}", file,
                    std::strerror(why));
}

}  // namespace

std::string key_check_of(const base::SecretText& key) {
  return tls::sha256("linli backup key check" + key.reveal()).substr(0, kCheck);
}

base::Result<SealedHeader> parse_header(std::string_view bytes) {
  if (!bytes.starts_with(kMagic)) return base::fail(Code::kInvalid, "this is no backup of Linli");
  if (bytes.size() < kHeaderBytes) return base::fail(Code::kCorrupt, "the archive is cut off");
  bytes = bytes.substr(0, kHeaderBytes);
  if (number_at(bytes, kHeaderBytes - 4, 4) != crc_of(bytes.substr(0, kHeaderBytes - 4)))
    return base::fail(Code::kCorrupt, "the archive is damaged at its beginning");
  SealedHeader header;
  header.format = static_cast<std::uint16_t>(number_at(bytes, 8, 2));
  if (header.format == 0 || header.format > kFormat) {
    return base::fail(Code::kUnsupported,
                      "a newer linlid made this archive (format {}, this one knows {}): install "
                      "that version first",
                      header.format, kFormat);
  }
  header.piece_bytes = number_at(bytes, 10, 4);
  if (header.piece_bytes == 0 || header.piece_bytes > kMaxPiece)
    return base::fail(Code::kCorrupt, "the archive is damaged at its beginning");
  header.nonce = bytes.substr(14, kNonce);
  header.key_check = bytes.substr(14 + kNonce, kCheck);
  header.bytes = bytes;
  return header;
}

base::Result<std::unique_ptr<SealedWriter>> SealedWriter::create(const std::string& file,
                                                                 const base::SecretText& key) {
  std::unique_ptr<SealedWriter> writer(new SealedWriter);
  auto cipher = ChunkCipher::make(key);
  if (!cipher) return base::failure_of(std::move(cipher));
  writer->cipher_ = *std::move(cipher);
  auto nonce = tls::random_bytes(kNonce);
  if (!nonce) return base::failure_of(std::move(nonce));
  writer->header_.nonce = *std::move(nonce);
  writer->header_.key_check = key_check_of(key);
  writer->header_.bytes = header_bytes(writer->header_);
  writer->file_ = file;
  const int fd = ::open(file.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  if (fd < 0) return cannot_write(file);
  close(fd);
  writer->out_.open(file, std::ios::binary | std::ios::trunc);
  if (!writer->out_.write(writer->header_.bytes.data(), kHeaderBytes)) return cannot_write(file);
  return writer;
}

base::Result<void> SealedWriter::write(std::string_view bytes) {
  while (!bytes.empty()) {
    // A full piece waits for the next byte: only then is it known not to be the last.
    if (buffer_.size() == header_.piece_bytes) {
      if (auto written = piece(false); !written) return written;
    }
    const std::size_t take = std::min(bytes.size(), header_.piece_bytes - buffer_.size());
    buffer_.append(bytes.substr(0, take));
    bytes.remove_prefix(take);
  }
  return {};
}

base::Result<void> SealedWriter::piece(bool is_last) {
  auto sealed = cipher_->seal(nonce_of(header_, number_++, is_last), header_.bytes, buffer_);
  if (!sealed) return base::failure_of(std::move(sealed));
  buffer_.clear();
  errno = 0;
  if (out_.write(sealed->data(), static_cast<std::streamsize>(sealed->size()))) return {};
  return cannot_write(file_);
}

base::Result<void> SealedWriter::finish() {
  if (auto written = piece(true); !written) return written;
  errno = 0;
  out_.close();
  if (!out_) return cannot_write(file_);
  const int fd = ::open(file_.c_str(), O_RDONLY | O_CLOEXEC);
  const bool is_synced = fd >= 0 && fsync(fd) == 0;
  if (fd >= 0) close(fd);
  return is_synced ? base::Result<void>() : cannot_write(file_);
}

base::Result<std::unique_ptr<SealedReader>> SealedReader::open(const std::string& file,
                                                               const base::SecretText& key) {
  std::unique_ptr<SealedReader> reader(new SealedReader);
  reader->in_.open(file, std::ios::binary);
  if (!reader->in_)
    return base::fail(Code::kNotFound, "cannot read {}: does it exist, and may this user read it?",
                      file);
  std::error_code failed;
  reader->size_ = std::filesystem::file_size(file, failed);
  std::string head(kHeaderBytes, '\0');
  reader->in_.read(head.data(), kHeaderBytes);
  head.resize(static_cast<std::size_t>(reader->in_.gcount()));
  auto header = parse_header(head);
  if (!header) return base::failure_of(std::move(header), file);
  reader->header_ = *std::move(header);
  reader->at_ = kHeaderBytes;
  if (key_check_of(key) != reader->header_.key_check) {
    return base::fail(Code::kDenied,
                      "these words are not the key of this archive: each backup has its own, try "
                      "again with those that were shown with it");
  }
  auto cipher = ChunkCipher::make(key);
  if (!cipher) return base::failure_of(std::move(cipher));
  reader->cipher_ = *std::move(cipher);
  return reader;
}

base::Result<std::string> SealedReader::next() {
  if (is_over_) return std::string();
  std::string sealed(header_.piece_bytes + ChunkCipher::kTagBytes, '\0');
  in_.read(sealed.data(), static_cast<std::streamsize>(sealed.size()));
  sealed.resize(static_cast<std::size_t>(in_.gcount()));
  const std::uint64_t end = at_ + sealed.size();
  const bool is_last = end >= size_;
  auto plain = cipher_->open(nonce_of(header_, number_, is_last), header_.bytes, sealed);
  if (!plain) {
    return base::fail(Code::kCorrupt,
                      "the archive is damaged or cut off between byte {} and {}: take another copy "
                      "of it",
                      at_, end);
  }
  ++number_;
  at_ = end;
  is_over_ = is_last;
  // An empty last piece is the end.
  return plain;
}

}  // namespace linli::backup
