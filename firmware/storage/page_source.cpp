#include "firmware/storage/page_source.hpp"

#include <algorithm>

#include "firmware/storage/big_endian.hpp"

namespace linli::storage {
namespace {

// SQLite file format, sections 1.3 and 1.5.
constexpr std::string_view kMagic{"SQLite format 3\0", 16};
constexpr std::size_t kFirstTrunkAt = 32;
constexpr std::size_t kFreeCountAt = 36;
constexpr std::size_t kTrunkLeavesAt = 8;

}  // namespace

PageSource::PageSource(const std::string& path, const WalContents& wal)
    : file_(path),
      wal_(path + "-wal"),
      page_count_(static_cast<std::uint32_t>(file_.size() / kPageBytes)),
      buffer_(kPageBytes, '\0') {
  for (const WalFrame& frame : wal.frames) {
    if (frame.page == 0) lost_pages_ = true;
    if (frame.page == 0) continue;
    newest_[frame.page] = frame;
    page_count_ = std::max(page_count_, frame.page);
  }
}

std::string_view PageSource::page(std::uint32_t number) {
  if (number == 0 || number > page_count_) return {};
  const auto logged = newest_.find(number);
  if (logged != newest_.end() && !logged->second.is_sound) return {};
  const bool is_there = logged != newest_.end()
                            ? wal_.read(logged->second.at, buffer_)
                            : file_.read((std::uint64_t{number} - 1) * kPageBytes, buffer_);
  return is_there ? std::string_view(buffer_) : std::string_view();
}

bool PageSource::note_free(std::uint32_t number, FreePages& pages) const {
  if (number < 2 || number > page_count_ || pages.is_free[number]) return false;
  pages.is_free[number] = true;
  return true;
}

PageSource::FreePages PageSource::free_pages() {
  FreePages pages{std::vector<bool>(std::size_t{page_count_} + 1), false};
  const std::string_view head = page(1);
  if (!head.starts_with(kMagic)) return pages;
  std::uint32_t trunk = big_endian32(head, kFirstTrunkAt);
  std::uint32_t left = big_endian32(head, kFreeCountAt);
  while (trunk != 0 && left > 0 && note_free(trunk, pages)) {
    const std::string_view list = page(trunk);
    if (list.empty()) return pages;
    --left;
    const std::uint32_t leaves = big_endian32(list, 4);
    if (leaves > left || leaves > (kPageBytes - kTrunkLeavesAt) / 4) return pages;
    for (std::uint32_t i = 0; i < leaves; ++i) {
      if (!note_free(big_endian32(list, kTrunkLeavesAt + std::size_t{4} * i), pages)) return pages;
    }
    left -= leaves;
    trunk = big_endian32(list, 0);
  }
  pages.is_whole = trunk == 0 && left == 0 && !lost_pages_;
  return pages;
}

}  // namespace linli::storage
