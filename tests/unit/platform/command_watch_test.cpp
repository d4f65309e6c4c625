#include "firmware/platform/command_watch.hpp"

#include <gtest/gtest.h>

namespace linli::platform {
namespace {

using net::CoapCode;
using std::chrono::seconds;

constexpr base::TimePoint kNow{std::chrono::hours(1)};

net::CoapResponse notification(std::string payload) {
  net::CoapResponse message;
  message.observe = 7;
  message.payload = std::move(payload);
  return message;
}

TEST(CommandWatch, RegistersWithObserveAndTheSameTokenEachTime) {
  const CommandWatch watch("t1");
  const auto request = watch.registration({"a", "b"});
  EXPECT_EQ(request.method, net::CoapMethod::kGet);
  EXPECT_EQ(request.observe, 0U);
  EXPECT_EQ(request.token, "t1");
  EXPECT_EQ(request, watch.registration({"a", "b"}));
}

TEST(CommandWatch, TakesEachNotificationForACommand) {
  CommandWatch watch("t1");
  EXPECT_EQ(watch.on_message(notification(R"({"id":"c1"})"), kNow).value(), R"({"id":"c1"})");
  auto older = notification(R"({"id":"c0"})");
  older.observe = 3;
  EXPECT_EQ(watch.on_message(older, kNow).value(), R"({"id":"c0"})");
}

TEST(CommandWatch, TakesTheEmptyObjectForNoCommand) {
  CommandWatch watch("t1");
  EXPECT_EQ(watch.on_message(notification("{}"), kNow).value(), "");
  EXPECT_EQ(watch.on_message(notification(""), kNow).value(), "");
}

TEST(CommandWatch, RegistersAgainBeforeMaxAgeIsOver) {
  CommandWatch watch("t1");
  EXPECT_FALSE(watch.renew_at());
  auto message = notification("{}");
  ASSERT_TRUE(watch.on_message(message, kNow));
  EXPECT_EQ(watch.renew_at(), kNow + seconds(45));  // of 60, the default of RFC 7252 §5.10.5
  message.max_age_s = 100;
  ASSERT_TRUE(watch.on_message(message, kNow));
  EXPECT_EQ(watch.renew_at(), kNow + seconds(75));
  message.max_age_s = 0;
  ASSERT_TRUE(watch.on_message(message, kNow));
  EXPECT_EQ(watch.renew_at(), kNow + CommandWatch::kSoonest);
  message.max_age_s = 0xffffffffU;
  ASSERT_TRUE(watch.on_message(message, kNow));
  EXPECT_EQ(watch.renew_at(), kNow + CommandWatch::kLatest);
}

TEST(CommandWatch, SeesThatItIsNotObserving) {
  CommandWatch watch("t1");
  net::CoapResponse message;
  message.code = CoapCode::kNotFound;
  message.observe = 1;
  EXPECT_EQ(watch.on_message(message, kNow).error().code, base::Code::kRefused);
  EXPECT_FALSE(watch.renew_at());
  message.code = CoapCode::kContent;
  message.observe.reset();
  EXPECT_EQ(watch.on_message(message, kNow).error().code, base::Code::kRefused);
  EXPECT_FALSE(watch.renew_at());
}

TEST(CommandWatch, ActsOnNoPartOfACommand) {
  CommandWatch watch("t1");
  auto message = notification(R"({"id":)");
  message.block2 = net::CoapBlock{0, true, 6};
  EXPECT_EQ(watch.on_message(message, kNow).error().code, base::Code::kInvalid);
  EXPECT_TRUE(watch.renew_at());
}

}  // namespace
}  // namespace linli::platform
