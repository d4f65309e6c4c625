#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/base/time.hpp"
#include "firmware/core/lifetime.hpp"
#include "firmware/domain/privilege.hpp"

namespace linli::core {

// Somebody who signed in on one device. Of the token, which is 256 random bits, only the SHA-256 is
// stored: who reads the database cannot come in with it.
struct Session {
  std::string id = {};
  std::string person = {};
  std::string digest = {};  // of the token, 32 bytes
  Lifetime life = {};
  std::string peer = {};
  std::string agent = {};
  base::TimePoint written{};  // when the use of it was last stored; not in the row

  friend bool operator==(const Session&, const Session&) = default;
};

std::string to_row(const Session& session);
base::Result<Session> session_from_row(std::string_view id, std::string_view row);

// Console: 30 min idle, 12 h in all. Resident app: 30 and 90 days, and a stretch that no clock
// measured is not counted, for a resident cannot simply sign in again.
LifetimeRule session_rule(domain::Role role);

// All sessions, as stored (but for `used`, which is written a little behind).
class Sessions {
 public:
  static constexpr std::size_t kMostOfOne = 16;  // of a person; the oldest goes

  const Session* find(std::string_view id) const;
  Session* by_digest(std::string_view digest);
  void put(Session session);
  void remove(const std::string& id);
  // A person's, the one that was used last first.
  std::vector<const Session*> of(std::string_view person) const;
  const std::map<std::string, Session, std::less<>>& all() const { return sessions_; }

 private:
  std::map<std::string, Session, std::less<>> sessions_;
  std::map<std::string, std::string, std::less<>> digests_;  // digest → id
};

}  // namespace linli::core
