#include "tests/sim/platform/upload_blocks.hpp"

namespace linli::sim {

UploadBlocks::Outcome UploadBlocks::take(const std::string& peer_and_path, std::uint32_t number,
                                         bool more, unsigned szx, std::string& payload) {
  constexpr unsigned kReserved = 7;
  const std::size_t size = std::size_t{16} << szx;
  if (szx >= kReserved || payload.size() > size || (more && payload.size() != size))
    return Outcome::kBad;
  const std::size_t offset = number * size;
  auto transfer = transfers_.find(peer_and_path);
  if (number == 0) {
    if (transfer == transfers_.end() && transfers_.size() >= kMostTransfers)
      transfers_.erase(transfers_.begin());
    transfer = transfers_.insert_or_assign(peer_and_path, std::string()).first;
  }
  if (transfer == transfers_.end() || transfer->second.size() != offset)
    return Outcome::kIncomplete;
  if (offset + payload.size() > kMostBytes) {
    transfers_.erase(transfer);
    return Outcome::kTooLarge;
  }
  transfer->second += payload;
  if (more) return Outcome::kContinue;
  payload = std::move(transfer->second);
  transfers_.erase(transfer);
  return Outcome::kWhole;
}

void UploadBlocks::forget(const std::string& peer) {
  for (auto each = transfers_.lower_bound(peer);
       each != transfers_.end() && each->first.compare(0, peer.size(), peer) == 0;)
    each = transfers_.erase(each);
}

}  // namespace linli::sim
