#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "firmware/base/time.hpp"

namespace linli::core {

// Slows down who guesses. Five failures for one login, or from one address (IPv6: one /64), cost 30
// s before the next attempt, each further one twice as long, up to 15 min. Logins that do not exist
// count like those that do. Counted on the steady clock and in memory: a new date neither locks
// anybody out nor lets anybody in, and a restart begins anew (it takes longer than it gains).
// Pure but for its own counts; loop thread only.
class LockOut {
 public:
  static constexpr int kFree = 5;
  static constexpr base::Duration kFirst = std::chrono::seconds(30);
  static constexpr base::Duration kLongest = std::chrono::minutes(15);
  // After the last failure, or the end of its delay, a count is forgotten.
  static constexpr base::Duration kForget = std::chrono::minutes(15);
  static constexpr std::size_t kMostKeys = 4'096;

  struct Verdict {
    base::Duration wait{};  // zero: go on
    bool begins = false;    // this attempt was the first to be refused: worth a line in the audit
  };

  // An attempt begins, and counts as a failure until it is taken back: so a hundred at once are not
  // better than one after the other. While there is a delay nothing is counted.
  Verdict attempt(std::string_view login, std::string_view address, base::TimePoint now);
  // It was no failure, or nobody can say.
  void take_back(std::string_view login, std::string_view address);
  // Somebody came in: earlier failures of this login do not count any more. Those of the address
  // do, or who has an account of their own could guess at others for ever.
  void forgive(std::string_view login, std::string_view address);
  // A manager says that it is well: the failures of this login do not count any more, nor do they
  // for the address that the last of them came from, or its owner would still stand outside.
  void unlock(std::string_view login);

  base::Duration wait(std::string_view login, base::TimePoint now) const;
  std::size_t size() const { return counts_.size(); }

 private:
  struct Count {
    int failures = 0;
    base::TimePoint until{};  // no attempt before this
    base::TimePoint last{};
    bool is_told = false;   // that it is locked
    std::string address{};  // of a login: key of where the last failure came from,
    int of_address = 0;     // and how many in a row came from there
  };
  using Counts = std::map<std::string, Count, std::less<>>;

  void count(const std::string& key, base::TimePoint now);
  void note_address(const std::string& login, const std::string& address);
  void uncount(const std::string& key, int failures = 1);
  void forget_old(base::TimePoint now);
  void make_room();

  Counts counts_;
};

}  // namespace linli::core
