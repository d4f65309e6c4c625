#include "firmware/net/resolver.hpp"

#include <gtest/gtest.h>
#include <netinet/in.h>

#include <optional>

#include "firmware/net/asio_loop.hpp"

namespace linli::net {
namespace {

using Addresses = base::Result<std::vector<SocketAddress>>;

// What it says; an error of its own if it says nothing within 5 s.
Addresses resolved(const std::string& host) {
  AsioLoop loop;
  std::optional<Addresses> answer;
  Resolver resolver(loop, host, 5684);
  const auto limit = loop.after(std::chrono::seconds(5), [&loop] { loop.stop(); });
  loop.post([&] {
    resolver.resolve([&](Addresses found) {
      answer = std::move(found);
      loop.stop();
    });
    EXPECT_FALSE(answer) << "later than the call";
  });
  loop.run();
  return answer.value_or(base::fail(base::Code::kTimeout, "nothing"));
}

TEST(Resolver, TakesNumbersAsTheyAre) {
  const auto v4 = resolved("127.0.0.1");
  ASSERT_TRUE(v4);
  ASSERT_EQ(v4->size(), 1U);
  EXPECT_EQ(v4->front().storage.ss_family, AF_INET);
  EXPECT_EQ(v4->front().size, sizeof(sockaddr_in));
  const auto v6 = resolved("::1");
  ASSERT_TRUE(v6);
  EXPECT_EQ(v6->front().storage.ss_family, AF_INET6);
}

TEST(Resolver, FindsNames) {
  EXPECT_TRUE(resolved("localhost"));
}

TEST(Resolver, SaysWhichNameIsUnknown) {
  const auto unknown = resolved("nobody.invalid");
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().code, base::Code::kOffline);
  EXPECT_NE(unknown.error().what.find("nobody.invalid"), std::string::npos);
}

TEST(Resolver, AnswersTheLastAskerAlone) {
  AsioLoop loop;
  int first = 0;
  int second = 0;
  Resolver resolver(loop, "localhost", 1);
  loop.post([&] {
    resolver.resolve([&first](const Addresses& /*found*/) { ++first; });
    resolver.resolve([&](const Addresses& /*found*/) {
      ++second;
      loop.stop();
    });
  });
  loop.run();
  EXPECT_EQ(first, 0);
  EXPECT_EQ(second, 1);
}

}  // namespace
}  // namespace linli::net
