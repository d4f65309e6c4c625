#include "firmware/core/actor.hpp"

#include <gtest/gtest.h>

namespace linli::core {
namespace {

TEST(Actor, ATokenHasNoMoreThanItsScopeAndItsMakersRole) {
  Actor actor{.person = "p1", .role = domain::Role::kViewer};
  EXPECT_TRUE(may(actor, domain::Privilege::kViewSite));
  actor.token = "t1";
  EXPECT_FALSE(may(actor, domain::Privilege::kViewSite));
  actor.scope = {domain::Privilege::kViewSite, domain::Privilege::kOperateDevices};
  EXPECT_TRUE(may(actor, domain::Privilege::kViewSite));
  EXPECT_FALSE(may(actor, domain::Privilege::kOperateDevices));
}

TEST(Actor, IsCalledByTheTokenIfOneWasUsed) {
  EXPECT_EQ(issuer_of({.person = "p1"}), "person:p1");
  EXPECT_EQ(issuer_of({.person = "p1", .token = "t1"}), "token:t1");
}

}  // namespace
}  // namespace linli::core
