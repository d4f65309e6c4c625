#include "firmware/tls/argon2_hash.hpp"

#include <gtest/gtest.h>

#include "tests/fakes/post_loop.hpp"

namespace linli::tls {
namespace {

using base::SecretText;

class Argon2 : public testing::Test {
 protected:
  std::string hash(const std::string& password) {
    std::optional<base::Result<std::string>> made;
    hashes->hash(SecretText(password), [&made](auto result) { made = std::move(result); });
    EXPECT_TRUE(loop.run_until([&made] { return made.has_value(); }));
    return made->value();
  }
  bool verify(const std::string& password, const std::string& stored) {
    std::optional<base::Result<bool>> verdict;
    hashes->verify(SecretText(password), stored, [&verdict](auto result) { verdict = result; });
    EXPECT_TRUE(loop.run_until([&verdict] { return verdict.has_value(); }));
    return verdict->value();
  }

  fakes::PostLoop loop;
  std::unique_ptr<Argon2Hash> hashes = Argon2Hash::make(loop).value();
};

TEST_F(Argon2, APasswordBelongsToItsHashAndNoOther) {
  const std::string stored = hash("correct horse 7");
  EXPECT_TRUE(stored.starts_with("$argon2id$v=19$m=12288,t=3,p=1$")) << stored;
  EXPECT_TRUE(verify("correct horse 7", stored));
  EXPECT_FALSE(verify("correct horse 8", stored));
  EXPECT_FALSE(verify("", stored));
  EXPECT_NE(hash("correct horse 7"), stored) << "each has a salt of its own";
}

TEST_F(Argon2, WhatIsNoHashBelongsToNoPassword) {
  for (const std::string& stored :
       {std::string(), std::string("x"), std::string("$argon2id$v=19$m=12288,t=3,p=1$"),
        std::string(127, '$'), std::string(1'000, 'a')})
    EXPECT_FALSE(verify("", stored));
}

TEST_F(Argon2, AtMost32WaitAndTheRestIsToldSoAtOnce) {
  constexpr int kAsked = 40;
  int refused = 0;
  for (int i = 0; i < kAsked; ++i) {
    hashes->hash(SecretText("password"), [&refused](const base::Result<std::string>& made) {
      if (made) return;
      EXPECT_EQ(made.error().code, base::Code::kFull);
      ++refused;
    });
  }
  ASSERT_TRUE(loop.run_until([&refused] { return refused > 0; }));
  EXPECT_LE(refused, kAsked - static_cast<int>(Argon2Hash::kMaxWaiting));
}

TEST_F(Argon2, WhatWaitsIsDroppedWhenItGoes) {
  for (int i = 0; i < 10; ++i) {
    hashes->hash(SecretText("password"), [](const auto& /*destroyed first*/) { FAIL(); });
  }
  hashes.reset();
  loop.post([] {});
  bool ran = false;
  loop.post([&ran] { ran = true; });
  EXPECT_TRUE(loop.run_until([&ran] { return ran; }));
}

}  // namespace
}  // namespace linli::tls
