#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/base/result.hpp"

namespace linli::scenarios::access {

// A visitor's pass that was made here, as far as whoever gave it must know of it to take it back.
// Its text is nowhere; how often it was used stands in the ReplayWindow.
struct IssuedPass {
  std::uint64_t id = 0;
  std::string issuer;  // the person who invited
  std::uint16_t group = 0;
  std::int64_t from_s = 0;
  std::int64_t until_s = 0;  // the first second in which it opens nothing
  std::uint8_t uses = 1;     // how often it may be used

  friend bool operator==(const IssuedPass&, const IssuedPass&) = default;
};

std::string to_row(const IssuedPass& pass);
base::Result<IssuedPass> issued_pass_from_row(std::string_view id, std::string_view row);

// The visitors' passes that are out (访客通行证), as stored. Loop thread only. Pointers stay good
// until the pass is put again or removed.
class PassBook {
 public:
  static constexpr std::size_t kMost = 10'000;
  static constexpr std::size_t kMostOfOne = 32;

  const IssuedPass* find(std::uint64_t id) const;
  std::vector<const IssuedPass*> of_issuer(std::string_view person) const;
  const std::map<std::uint64_t, IssuedPass>& all() const { return passes_; }

  // kFull: the person has given kMostOfOne already that are not over when it begins, or everybody
  // together kMost.
  base::Result<void> check(const IssuedPass& pass) const;
  void put(IssuedPass pass);
  void remove(std::uint64_t id);
  // Removes what had ended by then, and says which.
  std::vector<std::uint64_t> expire(std::int64_t now_s);

 private:
  std::map<std::uint64_t, IssuedPass> passes_;
};

}  // namespace linli::scenarios::access
