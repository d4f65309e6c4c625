#pragma once

#include <string>
#include <vector>

#include "firmware/core/account_books.hpp"
#include "firmware/core/change_queue.hpp"

namespace linli::core {

// Makes and takes away API tokens. Loop thread.
class TokenDesk {
 public:
  TokenDesk(base::Loop& loop, AccountBooks& books, ChangeQueue& changes, ports::Crypto& crypto,
            const ports::WallClock& clock)
      : loop_(loop), books_(books), changes_(changes), crypto_(crypto), clock_(clock) {}
  TokenDesk(const TokenDesk&) = delete;
  TokenDesk& operator=(const TokenDesk&) = delete;

  void create(const Actor& actor, TokenForm form, AccountDone<TokenOffer> done);
  void create_local(const By& by, TokenForm form, AccountDone<TokenOffer> done);
  // Of one person; of root on this machine for an empty one.
  std::vector<TokenView> of(const std::string& person) const;
  std::vector<TokenView> all() const;
  void remove(const Actor& actor, std::string id, AccountDone<void> done);
  void remove_any(const By& by, std::string id, AccountDone<void> done);

 private:
  AccountResult<void> check(const TokenForm& form) const;
  void add(std::string issuer, std::string person, TokenForm form, AccountDone<TokenOffer> done);
  AccountResult<Plan<TokenOffer>> plan(const std::string& issuer, const std::string& person,
                                       const TokenForm& form);
  AccountResult<Plan<void>> plan_remove(const std::string& issuer, const std::string& id);
  TokenView view_of(const Token& token) const;

  base::Loop& loop_;
  AccountBooks& books_;
  ChangeQueue& changes_;
  ports::Crypto& crypto_;
  const ports::WallClock& clock_;
};

}  // namespace linli::core
