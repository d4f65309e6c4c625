#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/base/time.hpp"
#include "firmware/core/lifetime.hpp"
#include "firmware/domain/privilege.hpp"

namespace linli::core {

inline constexpr std::string_view kTokenPrefix = "linli_";

// A key for programs: a part of what its maker may do, for a time. Stored as a session is.
struct Token {
  std::string id = {};
  std::string person = {};  // empty: made by root on this machine, with all that a manager may
  std::string name = {};
  std::string digest = {};  // of the whole token, 32 bytes
  std::vector<domain::Privilege> scope = {};
  std::int64_t ttl_ms = 0;
  Lifetime life = {};
  bool was_used = false;
  base::TimePoint written{};  // not in the row

  friend bool operator==(const Token&, const Token&) = default;
};

std::string to_row(const Token& token);
base::Result<Token> token_from_row(std::string_view id, std::string_view row);
LifetimeRule token_rule(const Token& token);

class Tokens {
 public:
  static constexpr std::size_t kMostOfOne = 32;  // of a person, and of root

  const Token* find(std::string_view id) const;
  Token* by_digest(std::string_view digest);
  void put(Token token);
  void remove(const std::string& id);
  std::vector<const Token*> of(std::string_view person) const;
  const std::map<std::string, Token, std::less<>>& all() const { return tokens_; }

 private:
  std::map<std::string, Token, std::less<>> tokens_;
  std::map<std::string, std::string, std::less<>> digests_;
};

}  // namespace linli::core
