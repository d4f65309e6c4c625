#pragma once

#include <string>

#include "firmware/core/account_books.hpp"
#include "firmware/core/change_queue.hpp"

namespace linli::core {

// Begins sessions: the last step of signing in, claiming, accepting and recovering. Loop thread.
class Entrance {
 public:
  Entrance(AccountBooks& books, ports::Crypto& crypto, const ports::WallClock& clock)
      : books_(books), crypto_(crypto), clock_(clock) {}

  enum class Others { kStay, kEnd };  // what becomes of the person's other sessions

  // Adds to `begun` that `person`, in the state in which it is to be stored, has a new session.
  AccountResult<Plan<Entry>> enter(Person person, const Origin& origin, Others others,
                                   Plan<Entry> begun);

  // What a session shows of itself. `token` is the cookie's value.
  SessionInfo info(const Person& person, const Session& session, const std::string& token) const;

  // The token that a page must send along, made from the cookie that no page can read.
  std::string csrf_of(const std::string& token) const;

 private:
  AccountBooks& books_;
  ports::Crypto& crypto_;
  const ports::WallClock& clock_;
};

}  // namespace linli::core
