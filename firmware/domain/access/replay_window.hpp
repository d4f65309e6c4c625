#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/base/result.hpp"
#include "firmware/domain/access/pass_token.hpp"

namespace linli::domain::access {

// How often a pass was used, as long as it could be used again.
struct PassUse {
  std::uint64_t pass = 0;
  std::int64_t expires_s = 0;
  std::uint32_t uses = 0;
  friend bool operator==(const PassUse&, const PassUse&) = default;
};
// The stored form. It goes into the transaction of the opening, before the lock is driven, so that
// a restart, or a power cut, does not let a pass in again.
std::string to_row(const PassUse& use);
base::Result<PassUse> pass_use_from_row(std::string_view id, std::string_view row);

// The passes that were used. Bounded: an entry goes kKeepS after its pass has ended, so that a
// clock that is set back by an hour lets nobody in a second time, and never before; if kMost are
// remembered, the next pass is refused (kBusy) rather than an old one let in twice. Only passes
// with a right MAC come here, so nobody fills it from outside.
class ReplayWindow {
 public:
  static constexpr std::size_t kMost = 20'000;
  static constexpr std::int64_t kKeepS = 2 * 3600;

  struct Taken {
    PassRefusal refusal = PassRefusal::kNone;  // kNone, kReplayed or kBusy
    PassUse use{};                             // to be stored, if it was not refused
  };
  // Takes one use of a verified token. Called once for each opening; of a hundred at the same time
  // as many get through as the pass has uses.
  Taken take(const PassToken& token, std::int64_t now_ms);

  // The use was not made after all: the transaction failed, nothing opened.
  void give_back(std::uint64_t pass);

  // At start: the stored rows. Those that need not be kept are passed over.
  void restore(const PassUse& use, std::int64_t now_ms);
  // Forgets what need not be kept; the ids whose rows may go.
  std::vector<std::uint64_t> expire(std::int64_t now_ms);

  std::size_t size() const { return uses_.size(); }
  // How often it was used, as far as that is remembered.
  int uses_of(std::uint64_t pass) const;

 private:
  std::map<std::uint64_t, PassUse> uses_;
};

}  // namespace linli::domain::access
