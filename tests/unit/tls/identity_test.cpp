#include "firmware/tls/identity.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>

#include "firmware/base/bytes.hpp"
#include "firmware/site_broker/broker_files.hpp"
#include "firmware/tls/der.hpp"
#include "firmware/tls/files.hpp"
#include "firmware/tls/random.hpp"

namespace linli::tls {
namespace {

constexpr std::int64_t kNow = 1'795'000'000;
constexpr std::int64_t kDay = 86'400;

class IdentityTest : public testing::Test {
 protected:
  IdentityTest() {
    char folder[] = "/tmp/linli-tls-XXXXXX";
    root = mkdtemp(folder);
    options.directory = root + "/identity";
    options.gateway = "gw1";
    options.broker_hosts = {"gateway.local", "192.168.1.2", "::1"};
    options.not_before_unix_s = kNow;
  }
  ~IdentityTest() override { std::filesystem::remove_all(root); }

  std::string file(const std::string& name) const { return options.directory + "/" + name; }
  // The independent judge.
  bool openssl(const std::string& words) const {
    return std::system(
               ("cd " + options.directory + " && openssl " + words + " >/dev/null 2>&1").c_str()) ==
           0;
  }

  std::string root;
  IdentityOptions options;
};

TEST_F(IdentityTest, IsBelievedByOpenssl) {
  ASSERT_TRUE(init_identity(options));
  EXPECT_TRUE(openssl("req -in gateway.csr -noout -verify"));
  EXPECT_TRUE(openssl("verify -x509_strict -CAfile site-ca-bundle.crt broker.crt"));
  EXPECT_TRUE(
      openssl("verify -CAfile site-ca-bundle.crt -verify_hostname gateway.local broker.crt"));
  EXPECT_TRUE(openssl("verify -CAfile site-ca-bundle.crt -verify_ip 192.168.1.2 broker.crt"));
  EXPECT_TRUE(openssl("verify -CAfile site-ca-bundle.crt -verify_ip ::1 broker.crt"));
  EXPECT_FALSE(
      openssl("verify -CAfile site-ca-bundle.crt -verify_hostname other.local broker.crt"));
}

TEST_F(IdentityTest, GivesTheConsoleItsOwnNamesOrTheBrokers) {
  ASSERT_TRUE(init_identity(options));
  EXPECT_TRUE(openssl("verify -x509_strict -CAfile site-ca-bundle.crt console.crt"));
  EXPECT_TRUE(openssl("verify -CAfile site-ca-bundle.crt -verify_ip 192.168.1.2 console.crt"));
  options.directory = root + "/second";
  options.console_hosts = {"console.local"};
  ASSERT_TRUE(init_identity(options));
  EXPECT_TRUE(
      openssl("verify -CAfile site-ca-bundle.crt -verify_hostname console.local console.crt"));
  EXPECT_FALSE(
      openssl("verify -CAfile site-ca-bundle.crt -verify_hostname gateway.local console.crt"));
}

TEST_F(IdentityTest, MakesTheConsolesCertificateForAnOlderIdentity) {
  EXPECT_EQ(keep_console(options).error().code, base::Code::kNotFound);
  ASSERT_TRUE(init_identity(options));
  const auto made = read_file(file("console.crt")).value();
  EXPECT_EQ(keep_console(options).value(), ConsoleCare::kKept);
  EXPECT_EQ(read_file(file("console.crt")).value(), made);
  std::filesystem::remove(file("console.crt"));
  std::filesystem::remove(file("console.key"));
  EXPECT_EQ(keep_console(options).value(), ConsoleCare::kMade);
  EXPECT_TRUE(openssl("verify -x509_strict -CAfile site-ca-bundle.crt console.crt"));
}

TEST_F(IdentityTest, RenewsTheConsolesCertificateForNewHostsAndKeepsItsKey) {
  ASSERT_TRUE(init_identity(options));
  const auto key = read_file(file("console.key")).value();
  options.console_hosts = {"192.168.1.2", "GATEWAY.local", "0:0::1"};
  EXPECT_EQ(keep_console(options).value(), ConsoleCare::kKept);
  options.console_hosts = {"console.local", "192.168.1.3"};
  EXPECT_EQ(keep_console(options).value(), ConsoleCare::kHostsChanged);
  EXPECT_TRUE(
      openssl("verify -CAfile site-ca-bundle.crt -verify_hostname console.local console.crt"));
  EXPECT_TRUE(openssl("verify -CAfile site-ca-bundle.crt -verify_ip 192.168.1.3 console.crt"));
  EXPECT_EQ(read_file(file("console.key")).value(), key);
  EXPECT_EQ(keep_console(options).value(), ConsoleCare::kKept);
}

TEST_F(IdentityTest, RenewsTheConsolesCertificateBeforeAnybodyIsWarned) {
  ASSERT_TRUE(init_identity(options));
  options.not_before_unix_s = kNow + (824 - 45) * kDay;
  EXPECT_EQ(keep_console(options).value(), ConsoleCare::kKept);
  options.not_before_unix_s += kDay;
  EXPECT_EQ(expiry_warning(read_certificate(file("console.crt"))->not_after_unix_s,
                           options.not_before_unix_s),
            ExpiryWarning::kNone);
  EXPECT_EQ(keep_console(options).value(), ConsoleCare::kProlonged);
  EXPECT_EQ(
      days_left(read_certificate(file("console.crt"))->not_after_unix_s, options.not_before_unix_s),
      824);
}

TEST_F(IdentityTest, RenewsTheConsolesCertificateOfAnotherSiteCa) {
  ASSERT_TRUE(init_identity(options));
  const auto old = read_file(file("console.crt")).value();
  options.not_before_unix_s += kDay;
  ASSERT_TRUE(rotate_site_ca(options));
  ASSERT_TRUE(write_private_file(file("console.crt"), old));
  EXPECT_EQ(keep_console(options).value(), ConsoleCare::kIssuerChanged);
  EXPECT_TRUE(openssl("verify -CAfile site-ca.crt console.crt"));
}

TEST_F(IdentityTest, LeavesACertificateOfSomebodyElseAsItIs) {
  ASSERT_TRUE(init_identity(options));
  ASSERT_TRUE(
      openssl("req -x509 -key console.key -subj /CN=bought -days 30000 "
              "-addext subjectAltName=DNS:bought.example -out console.crt"));
  const auto theirs = read_file(file("console.crt")).value();
  EXPECT_EQ(keep_console(options).value(), ConsoleCare::kForeign);
  options.console_hosts = {"bought.example"};
  EXPECT_EQ(keep_console(options).value(), ConsoleCare::kKept);
  EXPECT_EQ(read_file(file("console.crt")).value(), theirs);
}

TEST_F(IdentityTest, SaysWhatIsMissingToRenewTheConsolesCertificate) {
  ASSERT_TRUE(init_identity(options));
  std::filesystem::remove(file("site-ca.key"));
  EXPECT_EQ(keep_console(options).value(), ConsoleCare::kKept);
  options.console_hosts = {"console.local"};
  const base::Error error = keep_console(options).error();
  EXPECT_EQ(error.code, base::Code::kNotFound);
  EXPECT_NE(error.what.find("did not name all"), std::string::npos) << error.what;
  EXPECT_NE(error.what.find("site-ca.key"), std::string::npos) << error.what;
}

TEST_F(IdentityTest, LetsNobodyElseReadItsFiles) {
  ASSERT_TRUE(init_identity(options));
  for (const auto& entry : std::filesystem::directory_iterator(options.directory)) {
    struct stat status {};
    ASSERT_EQ(stat(entry.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 0077, 0U) << entry.path();
  }
  struct stat status {};
  stat(options.directory.c_str(), &status);
  EXPECT_EQ(status.st_mode & 0077, 0U);
}

TEST_F(IdentityTest, MadeTwiceStaysTheSame) {
  ASSERT_TRUE(init_identity(options));
  const auto key = read_file(file("gateway.key")).value();
  const auto certificate = read_file(file("broker.crt")).value();
  ASSERT_TRUE(init_identity(options));
  EXPECT_EQ(read_file(file("gateway.key")).value(), key);
  EXPECT_EQ(read_file(file("broker.crt")).value(), certificate);
}

TEST_F(IdentityTest, DiffersFromEveryOther) {
  ASSERT_TRUE(init_identity(options));
  const auto key = read_file(file("site-ca.key")).value();
  options.directory = root + "/second";
  ASSERT_TRUE(init_identity(options));
  EXPECT_NE(read_file(file("site-ca.key")).value(), key);
}

TEST_F(IdentityTest, IsTrustedThroughARotationAndTheOldCaOnlyUntilItsEnd) {
  ASSERT_TRUE(init_identity(options));
  ASSERT_TRUE(write_private_file(file("old-broker.crt"), read_file(file("broker.crt")).value()));
  options.not_before_unix_s += kDay;
  ASSERT_TRUE(rotate_site_ca(options));
  EXPECT_TRUE(openssl("verify -CAfile site-ca-bundle.crt broker.crt"));
  EXPECT_TRUE(openssl("verify -CAfile site-ca-bundle.crt old-broker.crt"));
  EXPECT_TRUE(openssl("verify -CAfile site-ca.crt console.crt"));
  ASSERT_TRUE(finish_rotation(options.directory));
  EXPECT_TRUE(openssl("verify -CAfile site-ca-bundle.crt broker.crt"));
  EXPECT_FALSE(openssl("verify -CAfile site-ca-bundle.crt old-broker.crt"));
}

TEST_F(IdentityTest, ShowsCertificatesAndNoKey) {
  EXPECT_EQ(show_identity(options.directory).error().code, base::Code::kNotFound);
  ASSERT_TRUE(init_identity(options));
  const auto shown = show_identity(options.directory).value();
  ASSERT_EQ(shown.size(), 3U);
  EXPECT_EQ(shown[1].subject, "CN=Linli site broker, O=Linli gateway");
  EXPECT_EQ(shown[1].sha256.size(), 64U);
  EXPECT_EQ(shown[1].hosts, options.broker_hosts);
  EXPECT_EQ(days_left(shown[1].not_after_unix_s, kNow), 824);
}

struct ExpiryRow {
  std::int64_t seconds_left;
  ExpiryWarning warning;
};

class Expiry : public testing::TestWithParam<ExpiryRow> {};

TEST_P(Expiry, WarnsAtThirtyFourteenSevenAndOneDay) {
  EXPECT_EQ(expiry_warning(kNow + GetParam().seconds_left, kNow), GetParam().warning)
      << GetParam().seconds_left;
}

INSTANTIATE_TEST_SUITE_P(Table, Expiry,
                         testing::Values(ExpiryRow{30 * kDay, ExpiryWarning::kNone},
                                         ExpiryRow{30 * kDay - 1, ExpiryWarning::k30Days},
                                         ExpiryRow{14 * kDay, ExpiryWarning::k30Days},
                                         ExpiryRow{14 * kDay - 1, ExpiryWarning::k14Days},
                                         ExpiryRow{7 * kDay - 1, ExpiryWarning::k7Days},
                                         ExpiryRow{kDay - 1, ExpiryWarning::k1Day},
                                         ExpiryRow{0, ExpiryWarning::k1Day},
                                         ExpiryRow{-1, ExpiryWarning::kExpired}));

TEST(SubjectAltName, IsDerAsRfc5280Says) {
  EXPECT_EQ(base::to_hex(der_subject_alt_name({"a.b", "127.0.0.1"})), "300b8203612e6287047f000001");
}

TEST(SubjectAltName, UsesTheShortestLengthThatFits) {
  // X.690 10.1: a longer form is BER, which strict readers refuse.
  const auto length_of = [](std::size_t name) {
    return base::to_hex(der_subject_alt_name({std::string(name, 'a')}).substr(1, 3));
  };
  EXPECT_EQ(length_of(125).substr(0, 2), "7f");
  EXPECT_EQ(length_of(126).substr(0, 4), "8180");
  EXPECT_EQ(length_of(252).substr(0, 4), "81ff");
  EXPECT_EQ(length_of(253), "820100");
}

TEST(Pbkdf2, GivesThePublishedVector) {
  // HMAC-SHA-512, password "password", salt "salt", 1 iteration, 64 bytes: as Python's hashlib
  // gives it.
  EXPECT_EQ(base::to_hex(pbkdf2_sha512("password", "salt", 1).value()),
            "867f70cf1ade02cff3752599a3a53dc4af34c7a669815ae5d513554e1c8cf252c02d470a285a0501bad999"
            "bfe943c08f050235d7d68b1da55e63f73b60a57fce");
}

TEST(Base64, PadsAsRfc4648Says) {
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("fooba"), "Zm9vYmE=");
  EXPECT_EQ(base64("foob"), "Zm9vYg==");
  EXPECT_EQ(base64(""), "");
}

TEST(BrokerConfiguration, SaysForEachListenerWhatBelongsToIt) {
  site_broker::BrokerSettings settings;
  settings.directory = "/d";
  settings.socket = "/d/s";
  settings.plain_port = 1883;
  const std::string text = site_broker::render_configuration(settings);
  std::size_t listeners = 0;
  for (std::size_t at = text.find("\nlistener "); at != std::string::npos;
       at = text.find("\nlistener ", at + 1)) {
    ++listeners;
    const std::string block = text.substr(at, text.find("\n\n", at) - at);
    EXPECT_NE(block.find("use_username_as_clientid true"), std::string::npos) << block;
    EXPECT_NE(block.find("max_connections"), std::string::npos) << block;
  }
  EXPECT_EQ(listeners, 3U);
}

TEST(BrokerConfiguration, HasTheLimitsThatKeepItSmall) {
  const std::string text = site_broker::render_configuration({});
  for (const char* line :
       {"allow_anonymous false", "max_packet_size 71680", "max_inflight_messages 1000",
        "max_queued_messages 0", "retain_available false", "max_keepalive 300",
        "mosquitto_dynamic_security.so"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line;
  }
  EXPECT_EQ(text.find("\nmemory_limit"), std::string::npos);
}

TEST(InitialLogins, HoldNoPasswordInTheClear) {
  const base::SecretText password(std::string("correct-horse-battery"));
  const std::string logins = site_broker::initial_logins(password).value();
  EXPECT_EQ(logins.find(password.reveal()), std::string::npos);
  EXPECT_NE(logins.find("linli-ingest"), std::string::npos);
}

}  // namespace
}  // namespace linli::tls
