#include "firmware/backup/tar.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace linli::backup {
namespace {

using base::Code;

constexpr std::size_t kMaxName = 100;
constexpr std::uint64_t kMaxBytes = 077777777777;  // 8 GiB: 11 octal digits
constexpr std::size_t kSumAt = 148;

std::uint32_t sum_of(std::string_view block) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < block.size(); ++i) {
    const bool is_sum = i >= kSumAt && i < kSumAt + 8;  // counted as spaces
    sum += is_sum ? ' ' : static_cast<unsigned char>(block[i]);
  }
  return sum;
}

void put(std::string& block, std::size_t at, std::string_view text) {
  block.replace(at, text.size(), text);
}

base::Result<std::uint64_t> octal(std::string_view digits) {
  std::uint64_t value = 0;
  for (const char digit : digits) {
    if (digit == '\0' || digit == ' ') break;
    if (digit < '0' || digit > '7') return base::fail(Code::kCorrupt, "no octal number");
    value = value * 8 + static_cast<std::uint64_t>(digit - '0');
  }
  return value;
}

bool is_safe_path(std::string_view name) {
  if (name.empty()) return false;
  for (;;) {
    const std::size_t slash = name.find('/');
    const std::string_view part = name.substr(0, slash);
    const bool is_good = std::all_of(part.begin(), part.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '.' || c == '_' || c == '-';
    });
    if (part.empty() || part == "." || part == ".." || !is_good) return false;
    if (slash == std::string_view::npos) return true;
    name.remove_prefix(slash + 1);
  }
}

}  // namespace

std::string tar_header(const TarEntry& entry, std::int64_t mtime_s) {
  std::string block(kTarBlock, '\0');
  put(block, 0, entry.name.substr(0, kMaxName));
  put(block, 100, "0000600");
  put(block, 108, "0000000");
  put(block, 116, "0000000");
  put(block, 124, fmt::format("{:011o}", std::min(entry.bytes, kMaxBytes)));
  put(block, 136, fmt::format("{:011o}", std::max<std::int64_t>(0, mtime_s)));
  put(block, 156, "0");  // a plain file
  put(block, 257, std::string_view("ustar\00000", 8));
  put(block, kSumAt, fmt::format("{:06o}", sum_of(block)) + std::string("\0 ", 2));
  return block;
}

std::string tar_padding(std::uint64_t bytes) {
  return std::string((kTarBlock - bytes % kTarBlock) % kTarBlock, '\0');
}

std::string tar_end() {
  return std::string(2 * kTarBlock, '\0');
}

base::Result<void> TarReader::feed(std::string_view bytes) {
  while (!bytes.empty() && !is_whole_) {
    const auto taken = in_entry_ ? take_content(bytes) : take_around(bytes);
    if (!taken) return base::Failure(taken.error());
    bytes.remove_prefix(*taken);
  }
  return {};
}

base::Result<std::size_t> TarReader::take_content(std::string_view bytes) {
  const auto take = static_cast<std::size_t>(std::min<std::uint64_t>(rest_, bytes.size()));
  if (auto taken = events_.on_bytes(bytes.substr(0, take)); !taken)
    return base::failure_of(std::move(taken));
  rest_ -= take;
  if (rest_ > 0) return take;
  in_entry_ = false;
  if (auto ended = events_.on_end(); !ended) return base::failure_of(std::move(ended));
  return take;
}

// What fills the last block of an entry, and then a header.
base::Result<std::size_t> TarReader::take_around(std::string_view bytes) {
  if (padding_ > 0) {
    const std::size_t take = std::min(padding_, bytes.size());
    padding_ -= take;
    return take;
  }
  const std::size_t take = std::min(kTarBlock - block_.size(), bytes.size());
  block_.append(bytes.substr(0, take));
  if (block_.size() < kTarBlock) return take;
  if (auto read = header(); !read) return base::failure_of(std::move(read));
  block_.clear();
  return take;
}

base::Result<void> TarReader::header() {
  if (block_.find_first_not_of('\0') == std::string::npos) {
    is_whole_ = true;
    return {};
  }
  const auto sum = octal(std::string_view(block_).substr(kSumAt, 8));
  if (!sum || *sum != sum_of(block_) || block_[156] != '0')
    return base::fail(Code::kCorrupt, "an entry of the archive has no form that we know");
  const auto bytes = octal(std::string_view(block_).substr(124, 12));
  TarEntry entry;
  entry.name = block_.substr(0, std::min(kMaxName, block_.find('\0')));
  if (!bytes || !is_safe_path(entry.name))
    return base::fail(Code::kCorrupt, "an entry of the archive has a name that we never give");
  entry.bytes = *bytes;
  rest_ = entry.bytes;
  padding_ = tar_padding(entry.bytes).size();
  if (auto begun = events_.on_entry(entry); !begun) return begun;
  in_entry_ = rest_ > 0;
  return in_entry_ ? base::Result<void>() : events_.on_end();
}

}  // namespace linli::backup
