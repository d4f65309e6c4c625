#pragma once

#include <string>

#include "firmware/console/api/call.hpp"
#include "firmware/core/accounts.hpp"

namespace linli::console::api {

// Ways in, and one's own account. All of it is core::Accounts' business; here it becomes JSON.
class AccountRoom {
 public:
  explicit AccountRoom(core::Accounts& accounts) : accounts_(accounts) {}

  void add_to(Handlers& handlers);

 private:
  void claim(Call call);
  void sign_in(Call call);
  void accept(Call call);
  void recover(Call call);
  void show_session(Call call) const;
  void sign_out(Call call);
  void sign_out_everywhere(Call call);
  void list_sessions(Call call) const;
  void end_session(Call call);
  void change_password(Call call);
  void offer_second_factor(Call call);
  void confirm_second_factor(Call call);
  void remove_second_factor(Call call);
  void add_ways_in(Handlers& handlers);
  void add_tokens(Handlers& handlers);
  void list_tokens(Call call) const;
  void new_token(Call call);

  core::Accounts& accounts_;
};

// The header that gives the browser its session, and the one that takes it away.
std::string set_cookie(const std::string& value, std::int64_t max_age_s);
std::string clear_cookie();

}  // namespace linli::console::api
