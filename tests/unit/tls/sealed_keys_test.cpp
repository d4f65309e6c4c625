#include "firmware/tls/sealed_keys.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <set>

#include "firmware/tls/files.hpp"

namespace linli::tls {
namespace {

using base::Code;
using base::SecretText;

class Sealed : public testing::Test {
 protected:
  Sealed() {
    char folder[] = "/tmp/linli-keys-XXXXXX";
    directory = mkdtemp(folder);
    EXPECT_TRUE(init_sealing_key(directory));
    keys = SealedKeys::load(sealing_key_file(directory)).value();
  }
  ~Sealed() override {
    unsetenv("CREDENTIALS_DIRECTORY");
    std::filesystem::remove_all(directory);
  }

  std::string directory;
  std::unique_ptr<SealedKeys> keys;
};

TEST_F(Sealed, SecretsComeBackUnderTheirNameAndUnderNoOther) {
  for (const std::string& secret : {std::string(), std::string("p"), std::string(4000, 'x')}) {
    const std::string sealed = keys->seal("login/door1", SecretText(secret)).value();
    EXPECT_EQ(keys->open("login/door1", sealed).value().reveal(), secret);
    const auto stolen = keys->open("login/door2", sealed);
    ASSERT_FALSE(stolen.has_value());
    EXPECT_EQ(stolen.error().code, Code::kCorrupt);
  }
}

TEST_F(Sealed, SecretsShowNothingAndLookDifferentEachTime) {
  const SecretText secret("correct horse battery staple");
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const std::string sealed = keys->seal("n", secret).value();
    EXPECT_EQ(sealed.find("horse"), std::string::npos);
    seen.insert(sealed);
  }
  EXPECT_EQ(seen.size(), 100U);
}

TEST_F(Sealed, AChangedByteOrALostEndIsNoticed) {
  const std::string sealed = keys->seal("n", SecretText("secret")).value();
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string changed = sealed;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(keys->open("n", changed).has_value()) << i;
    EXPECT_FALSE(keys->open("n", sealed.substr(0, i)).has_value()) << i;
  }
}

TEST_F(Sealed, AnotherKeyOpensNothing) {
  const std::string sealed = keys->seal("n", SecretText("secret")).value();
  const std::string other = directory + "/other";
  ASSERT_TRUE(write_private_file(other, std::string(64, 'a')));
  EXPECT_FALSE(SealedKeys::load(other).value()->open("n", sealed).has_value());
}

TEST_F(Sealed, TheKeyIsMadeOnceAndPrivate) {
  const std::string before = read_file(directory + "/secret.key").value();
  ASSERT_TRUE(init_sealing_key(directory));
  EXPECT_EQ(read_file(directory + "/secret.key").value(), before);
  const auto mode = std::filesystem::status(directory + "/secret.key").permissions();
  EXPECT_EQ(mode, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(Sealed, TheServiceManagersCredentialGoesBeforeTheFile) {
  const std::string credentials = directory + "/credentials";
  ASSERT_TRUE(make_private_directory(credentials));
  setenv("CREDENTIALS_DIRECTORY", credentials.c_str(), 1);
  EXPECT_EQ(sealing_key_file(directory), directory + "/secret.key");
  ASSERT_TRUE(write_private_file(credentials + "/linli.secret", std::string(64, 'b')));
  EXPECT_EQ(sealing_key_file(directory), credentials + "/linli.secret");
}

TEST_F(Sealed, AMissingOrMalformedKeySaysWhatToDo) {
  const auto missing = SealedKeys::load(directory + "/nothing");
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().code, Code::kNotFound);
  EXPECT_NE(missing.error().what.find("linlictl keys init"), std::string::npos);
  for (const std::string& text : {std::string(63, 'a'), std::string(64, 'g'), std::string()}) {
    ASSERT_TRUE(write_private_file(directory + "/bad", text));
    const auto malformed = SealedKeys::load(directory + "/bad");
    ASSERT_FALSE(malformed.has_value());
    EXPECT_NE(malformed.error().what.find("64 hexadecimal digits"), std::string::npos);
  }
}

}  // namespace
}  // namespace linli::tls
