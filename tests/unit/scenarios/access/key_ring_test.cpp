#include "firmware/scenarios/access/key_ring.hpp"

#include <gtest/gtest.h>

#include "firmware/tls/local_crypto.hpp"
#include "tests/fakes/memory_query.hpp"
#include "tests/fakes/virtual_loop.hpp"

namespace linli::scenarios::access {
namespace {

// Seals by writing the name before it.
class NamedSeals final : public ports::KeyStore {
 public:
  base::Result<base::SecretText> new_password() override {
    return base::SecretText("key-" + std::to_string(++made));
  }
  base::Result<std::string> seal(std::string_view name, const base::SecretText& secret) override {
    return std::string(name) + "|" + secret.reveal();
  }
  base::Result<base::SecretText> open(std::string_view name, std::string_view sealed) override {
    const std::string prefix = std::string(name) + "|";
    if (!sealed.starts_with(prefix)) return base::fail(base::Code::kCorrupt, "not sealed so");
    return base::SecretText(std::string(sealed.substr(prefix.size())));
  }
  int made = 0;
};

class KeyRingTest : public testing::Test {
 protected:
  base::Result<AccessMacs> open() {
    fakes::MemoryQuery query(store);
    ports::Turn turn;
    auto ring = KeyRing::open(query, keys, turn);
    if (!ring) return base::failure_of(std::move(ring));
    store.commit(std::move(turn), [](const base::Result<void>&) {});
    loop.run_ready();
    return KeyRing::macs(*std::move(ring), crypto, "site-1");
  }
  fakes::VirtualLoop loop;
  fakes::MemoryStore store{loop};
  NamedSeals keys;
  tls::LocalCrypto crypto;
};

TEST_F(KeyRingTest, MakesItsKeysOnceAndReadsThemBack) {
  const auto first = open().value();
  const auto second = open().value();
  EXPECT_EQ(keys.made, 2);
  EXPECT_EQ(first.pass_mac(kPassKey, "x"), second.pass_mac(kPassKey, "x"));
  EXPECT_EQ(first.keypad_mac("x"), second.keypad_mac("x"));
  EXPECT_NE(first.keypad_mac("x"), first.pass_mac(kPassKey, "x"));
  EXPECT_TRUE(first.pass_mac(2, "x").empty()) << "there is no such key";
}

TEST_F(KeyRingTest, MakesNoNewKeyInPlaceOfOneThatCannotBeOpened) {
  ASSERT_TRUE(open().has_value());
  ports::Turn spoil;
  spoil.puts.push_back({ports::Space::kSecret, "access/pass-1", "00"});
  store.commit(std::move(spoil), [](const base::Result<void>&) {});
  loop.run_ready();
  EXPECT_EQ(open().error().code, base::Code::kCorrupt);
  EXPECT_EQ(keys.made, 2);
}

}  // namespace
}  // namespace linli::scenarios::access
