#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

namespace linli::sim {

// Puts the blocks of uploads together (Block1, RFC 7959 §2.5). A transfer belongs to a peer and a
// path; block 0 begins it anew.
class UploadBlocks {
 public:
  static constexpr std::size_t kMostTransfers = 32;
  static constexpr std::size_t kMostBytes = 1024 * 1024;

  enum class Outcome { kWhole, kContinue, kIncomplete, kTooLarge, kBad };

  // Block `number` of 2^(szx+4) bytes; `payload` is what it carries, and holds everything once the
  // outcome is kWhole.
  Outcome take(const std::string& peer_and_path, std::uint32_t number, bool more, unsigned szx,
               std::string& payload);
  void forget(const std::string& peer);

 private:
  std::map<std::string, std::string> transfers_;
};

}  // namespace linli::sim
