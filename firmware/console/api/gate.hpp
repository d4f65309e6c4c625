#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "firmware/console/api/call.hpp"
#include "firmware/core/accounts.hpp"

namespace linli::console::api {

// The value of the session's cookie in a Cookie header; empty if there is none.
std::string session_cookie(std::string_view header);

// The token of "Authorization: Bearer <token>"; empty for anything else.
std::string bearer_token(std::string_view header);

// May the answer be of this media type, by the Accept header?
bool accepts(std::string_view accept, std::string_view media);

// What every request must pass before a route's code sees it: who asks, may they, is it said in a
// way that we understand. Loop thread only.
class Gate {
 public:
  // Who asks? core::Accounts::admit in the product.
  using Admit = std::function<core::AccountResult<core::Actor>(const core::Knock&)>;

  explicit Gate(Admit admit) : admit_(std::move(admit)) {}

  // Fills in actor, cookie and body. A problem: the request goes no further.
  std::optional<Problem> check(Call& call) const;

 private:
  std::optional<Problem> check_actor(Call& call) const;

  Admit admit_;
};

// A refusal of the accounts as a problem of the API.
Problem problem_of(const core::AccountRefusal& refusal);
void refuse(Call&& call, const core::AccountRefusal& refusal);

}  // namespace linli::console::api
