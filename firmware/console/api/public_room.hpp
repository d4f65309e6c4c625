#pragma once

#include "firmware/console/api/call.hpp"
#include "firmware/console/api/house.hpp"
#include "firmware/core/accounts.hpp"
#include "firmware/ports/wall_clock.hpp"

namespace linli::console::api {

// What everybody may ask: is it alive, is it ready, whose is it, what does this API look like.
class PublicRoom {
 public:
  // `is_claimed`: core::Accounts::is_claimed in the product.
  PublicRoom(House& house, const ports::WallClock& clock, std::function<bool()> is_claimed)
      : house_(house), clock_(clock), is_claimed_(std::move(is_claimed)) {}

  void add_to(Handlers& handlers);

 private:
  void ready(Call call);
  void security_txt(Call call) const;
  void welcome(Call call) const;

  House& house_;
  const ports::WallClock& clock_;
  std::function<bool()> is_claimed_;
};

// {"now","quality"}
base::Json now_json(const domain::EventTime& now);

}  // namespace linli::console::api
