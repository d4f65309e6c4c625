#pragma once

#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>

#include "firmware/base/result.hpp"
#include "firmware/base/secret.hpp"
#include "firmware/tls/chunk_cipher.hpp"

// The outer form of a backup: a stream of bytes in pieces, each sealed on its own, so that neither
// side ever holds more than one.
//
//   | 8 "LINLIBAK" | 2 format | 4 bytes of a piece | 7 nonce | 8 key check | 4 CRC-32 of this |
//   | n ciphertext, 16 tag | …                                               (big endian)
//
// The nonce of a piece is the header's, 4 bytes of its number, and 1 for the last or 0 (STREAM of
// Hoang, Reyhanitabar, Rogaway, Vizár 2015): pieces cannot be cut off, left out or moved. The
// header is authenticated with each. The key check is the beginning of a SHA-256: it tells a wrong
// key from a damaged archive, and says nothing of a key of 256 random bits. Each archive has a key
// of its own.
namespace linli::backup {

inline constexpr std::uint16_t kFormat = 1;
inline constexpr std::size_t kPieceBytes = 64 * 1024;
inline constexpr std::size_t kHeaderBytes = 33;

struct SealedHeader {
  std::uint16_t format = kFormat;
  std::uint32_t piece_bytes = kPieceBytes;
  std::string nonce;      // 7 bytes
  std::string key_check;  // 8 bytes
  std::string bytes;      // as it stands in the file
};

std::string key_check_of(const base::SecretText& key);

// kInvalid: this is no backup; kUnsupported: of a newer format; kCorrupt: damaged.
base::Result<SealedHeader> parse_header(std::string_view bytes);

// One thread. After a failure nothing more may be called.
class SealedWriter {
 public:
  static base::Result<std::unique_ptr<SealedWriter>> create(const std::string& file,
                                                            const base::SecretText& key);
  base::Result<void> write(std::string_view bytes);
  // The last piece, and all of it on disk.
  base::Result<void> finish();

 private:
  SealedWriter() = default;
  base::Result<void> piece(bool is_last);

  std::string file_;
  std::ofstream out_;
  SealedHeader header_;
  std::unique_ptr<tls::ChunkCipher> cipher_;
  std::string buffer_;
  std::uint32_t number_ = 0;
};

class SealedReader {
 public:
  // kDenied: this is not the archive's key.
  static base::Result<std::unique_ptr<SealedReader>> open(const std::string& file,
                                                          const base::SecretText& key);
  // The next piece; empty at the end. kCorrupt says at which byte the archive is damaged or cut
  // off.
  base::Result<std::string> next();

 private:
  SealedReader() = default;

  std::ifstream in_;
  std::uint64_t size_ = 0;
  std::uint64_t at_ = 0;
  SealedHeader header_;
  std::unique_ptr<tls::ChunkCipher> cipher_;
  std::uint32_t number_ = 0;
  bool is_over_ = false;
};

}  // namespace linli::backup
