#include "drivers/coap/exchange_cache.hpp"

#include <gtest/gtest.h>

namespace linli::drivers::coap {
namespace {

using Seen = ExchangeCache::Seen;

const base::TimePoint kStart{std::chrono::hours(1)};

net::CoapExchange exchange(std::uint64_t session, unsigned message_id) {
  return {session, static_cast<std::uint16_t>(message_id), "t", true, 0};
}

TEST(ExchangeCache, GivesARepeatTheFirstOnesReply) {
  ExchangeCache cache;
  EXPECT_EQ(cache.begin(exchange(1, 7), kStart).seen, Seen::kNew);
  EXPECT_EQ(cache.begin(exchange(1, 7), kStart).seen, Seen::kPending);
  cache.answer(exchange(1, 7), {net::CoapCode::kBadRequest, "no"});
  const auto repeat = cache.begin(exchange(1, 7), kStart);
  ASSERT_EQ(repeat.seen, Seen::kAnswered);
  EXPECT_EQ(repeat.reply->payload, "no");
}

TEST(ExchangeCache, TellsSessionsApart) {
  ExchangeCache cache;
  cache.begin(exchange(1, 7), kStart);
  EXPECT_EQ(cache.begin(exchange(2, 7), kStart).seen, Seen::kNew);
}

TEST(ExchangeCache, ForgetsAMessageIdAfterExchangeLifetime) {
  ExchangeCache cache;
  cache.begin(exchange(1, 7), kStart);
  const auto almost = kStart + ExchangeCache::kLifetime - std::chrono::milliseconds(1);
  EXPECT_EQ(cache.begin(exchange(1, 7), almost).seen, Seen::kPending);
  EXPECT_EQ(cache.begin(exchange(1, 7), kStart + ExchangeCache::kLifetime).seen, Seen::kNew);
  EXPECT_EQ(cache.size(), 1U);
}

TEST(ExchangeCache, ForgetsASessionWithItsEnd) {
  ExchangeCache cache;
  cache.begin(exchange(1, 7), kStart);
  cache.end_session(1);
  EXPECT_EQ(cache.size(), 0U);
  cache.answer(exchange(1, 7), {});
  EXPECT_EQ(cache.begin(exchange(1, 7), kStart).seen, Seen::kNew);
}

TEST(ExchangeCache, OneFloodPushesOutOnlyItsOwn) {
  ExchangeCache cache;
  cache.begin(exchange(1, 7), kStart);
  for (unsigned i = 0; i < 2 * ExchangeCache::kMaxOfSession; ++i)
    cache.begin(exchange(2, i), kStart);
  EXPECT_EQ(cache.size(), 1 + ExchangeCache::kMaxOfSession);
  EXPECT_EQ(cache.begin(exchange(1, 7), kStart).seen, Seen::kPending);
  EXPECT_EQ(cache.begin(exchange(2, 0), kStart).seen, Seen::kNew);
}

TEST(ExchangeCache, HoldsNoMoreThanItsLimitUnderAMillionMessages) {
  ExchangeCache cache;
  for (unsigned i = 0; i < 1'000'000; ++i) cache.begin(exchange(i / 100, i % 100), kStart);
  EXPECT_EQ(cache.size(), ExchangeCache::kMaxEntries);
}

}  // namespace
}  // namespace linli::drivers::coap
