#include "firmware/storage/wal_file.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

#include "firmware/storage/big_endian.hpp"
#include "firmware/storage/page_size.hpp"
#include "firmware/storage/read_only_file.hpp"

namespace linli::storage {
namespace {

constexpr std::uint32_t kMagic = 0x377F0682;  // its last bit: checksums over big-endian words

struct Checksum {
  std::uint32_t first = 0;
  std::uint32_t second = 0;
  friend bool operator==(const Checksum&, const Checksum&) = default;
};

Checksum checksum_at(std::string_view bytes, std::size_t at) {
  return {big_endian32(bytes, at), big_endian32(bytes, at + 4)};
}

std::uint32_t word_at(std::string_view bytes, std::size_t at, bool is_big_endian) {
  const std::uint32_t word = big_endian32(bytes, at);
  return is_big_endian ? word : __builtin_bswap32(word);
}

// Section 4.2. The size of `bytes` is a multiple of 8.
Checksum checksum_of(std::string_view bytes, Checksum seed, bool is_big_endian) {
  for (std::size_t at = 0; at < bytes.size(); at += 8) {
    seed.first += word_at(bytes, at, is_big_endian) + seed.second;
    seed.second += word_at(bytes, at + 4, is_big_endian) + seed.first;
  }
  return seed;
}

// One frame as it stands in the file.
struct RawFrame {
  std::string bytes;

  std::uint32_t page() const { return big_endian32(bytes, 0); }
  bool ends_commit() const { return big_endian32(bytes, 4) != 0; }
  std::uint64_t salts() const { return big_endian(bytes, 8, 8); }
  Checksum checksum() const { return checksum_at(bytes, 16); }

  bool follows(const Checksum& previous, bool is_big_endian) const {
    const std::string_view all(bytes);
    const Checksum head = checksum_of(all.substr(0, 8), previous, is_big_endian);
    return checksum_of(all.substr(kWalFrameHeaderBytes), head, is_big_endian) == checksum();
  }
};

class WalReader {
 public:
  explicit WalReader(const std::string& path) : file_(path) {}

  WalContents read() {
    if (!read_header()) return {};
    for (std::uint64_t at = kWalHeaderBytes; file_.read(at, frame_.bytes); at += kWalFrameBytes)
      take_frame(at);
    drop_unfinished();
    return std::move(contents_);
  }

 private:
  // Every frame of the log's present life bears the header's salts. If the header is damaged they
  // are those of the first frame: a log is always written again from its beginning.
  bool read_header() {
    std::string header(kWalHeaderBytes, '\0');
    if (!file_.read(0, header) || !file_.read(kWalHeaderBytes, frame_.bytes)) return false;
    const std::uint32_t magic = big_endian32(header, 0);
    is_big_endian_ = (magic & 1) != 0;
    const Checksum stated = checksum_at(header, 24);
    const bool is_sound =
        (magic & ~1U) == kMagic &&
        checksum_of(std::string_view(header).substr(0, 24), {}, is_big_endian_) == stated;
    if (is_sound) {
      salts_ = big_endian(header, 16, 8);
      previous_ = stated;
      return true;
    }
    is_broken_ = true;
    is_big_endian_ = false;  // as on every machine that this is built for
    salts_ = frame_.salts();
    return salts_ != 0;
  }

  void take_frame(std::uint64_t at) {
    const bool is_ours = frame_.salts() == salts_;
    // Behind a frame whose head is lost there is nothing to compare with but the salts.
    const bool is_sound = is_ours && (!previous_ || frame_.follows(*previous_, is_big_endian_));
    previous_ = is_ours ? std::optional(frame_.checksum()) : std::nullopt;
    if (!is_sound) is_broken_ = true;
    const bool ends_commit = is_ours && frame_.ends_commit();
    contents_.frames.push_back(
        {is_ours ? frame_.page() : 0, at + kWalFrameHeaderBytes, is_sound, ends_commit});
    if (is_sound) note_hidden(ends_commit);
  }

  // A transaction is synced before the next begins. So a sound frame behind the end of the
  // transaction that the damage is in shows that this one had been on disk, whole.
  void note_hidden(bool ends_commit) {
    if (!is_broken_) return;
    if (broken_commit_ended_) contents_.hides_commits = true;
    if (ends_commit) broken_commit_ended_ = true;
  }

  // Unless later transactions prove the damage, the first broken frame is where a power cut tore
  // one.
  void drop_unfinished() {
    std::vector<WalFrame>& frames = contents_.frames;
    const auto broken = std::find_if(frames.begin(), frames.end(),
                                     [](const WalFrame& frame) { return !frame.is_sound; });
    if (!contents_.hides_commits) frames.erase(broken, frames.end());
    while (!frames.empty() && !(frames.back().is_sound && frames.back().ends_commit))
      frames.pop_back();
  }

  ReadOnlyFile file_;
  RawFrame frame_{std::string(kWalFrameBytes, '\0')};
  std::uint64_t salts_ = 0;
  std::optional<Checksum> previous_;
  bool is_big_endian_ = false;
  bool is_broken_ = false;            // SQLite has stopped reading
  bool broken_commit_ended_ = false;  // … and the transaction in which it did is over
  WalContents contents_;
};

}  // namespace

WalContents read_wal(const std::string& path) {
  return WalReader(path + "-wal").read();
}

}  // namespace linli::storage
