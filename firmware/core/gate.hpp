#pragma once

#include <memory>
#include <optional>
#include <string>

#include "firmware/core/entrance.hpp"

namespace linli::core {

// From what a request brings to who makes it. Loop thread.
class Gate {
 public:
  static constexpr base::Duration kWriteUseEvery = std::chrono::minutes(1);

  struct Parts {
    base::Loop& loop;
    AccountBooks& books;
    ChangeQueue& changes;
    Entrance& entrance;
  };

  Gate(Parts parts, ports::Crypto& crypto, const ports::WallClock& clock)
      : parts_(parts), crypto_(crypto), clock_(clock) {}
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;

  // kUnauthenticated, kCsrf. Notes the use; what is stored of it is at most kWriteUseEvery old.
  AccountResult<Actor> admit(const Knock& knock);
  std::optional<SessionInfo> session(const Actor& actor, const std::string& cookie) const;
  bool still_stands(const Actor& actor) const;

  // A token as an actor; nullopt if its maker is gone or may not have tokens any more.
  std::optional<Actor> actor_of_token(const Token& token) const;

 private:
  AccountResult<Actor> admit_session(const Knock& knock);
  AccountResult<Actor> admit_token(const std::string& bearer);
  AccountResult<Plan<void>> plan_use(const std::string& id);
  // True if its use is to be stored now.
  bool is_due(base::TimePoint& written) const;

  Parts parts_;
  ports::Crypto& crypto_;
  const ports::WallClock& clock_;
};

}  // namespace linli::core
