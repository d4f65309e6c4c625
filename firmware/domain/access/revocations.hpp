#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>

#include "firmware/base/result.hpp"
#include "firmware/domain/event_time.hpp"

namespace linli::domain::access {

// Which passes were taken back, and how old that knowledge is (吊销名单). Whoever moved out is
// revoked by the pseudonym, a single pass by its id. A gateway that heard nothing for longer than
// kMaxAgeS accepts no pass any more; cards and PINs go on.
//
//   {"as_of": 1795680000, "subjects": ["00000000000004d2"], "passes": ["9f3a6c0011223344"]}
class Revocations {
 public:
  static constexpr std::int64_t kMaxAgeS = 24 * 3600;
  static constexpr std::int64_t kSkewS = 300;   // a list from further in the future is not believed
  static constexpr std::size_t kMost = 10'000;  // of each kind

  // None yet: it is stale.
  Revocations() = default;

  static base::Result<Revocations> parse(std::string_view json);
  std::string to_row() const;

  // False if it would not fit: the caller must not believe it revoked.
  bool revoke_subject(std::uint64_t subject);
  bool revoke_pass(std::uint64_t pass);
  // Somebody who knows says that the list is whole as of then (the gateway itself, for the passes
  // that it makes; the platform, with each contact).
  void confirm(std::int64_t as_of_s) { as_of_s_ = as_of_s; }

  bool covers(std::uint64_t subject, std::uint64_t pass) const {
    return subjects_.contains(subject) || passes_.contains(pass);
  }
  std::int64_t as_of_s() const { return as_of_s_; }  // 0: never
  // True if the age is known and at most kMaxAgeS; exactly that is still fresh.
  bool is_fresh(const EventTime& now) const;

  friend bool operator==(const Revocations&, const Revocations&) = default;

 private:
  std::int64_t as_of_s_ = 0;
  std::set<std::uint64_t> subjects_;
  std::set<std::uint64_t> passes_;
};

// Sixteen lower-case hexadecimal digits, and back.
std::string hex64(std::uint64_t number);
base::Result<std::uint64_t> parse_hex64(std::string_view text);

}  // namespace linli::domain::access
