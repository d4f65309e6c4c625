#include "firmware/tls/settings.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/tls/test_authority.hpp"

namespace linli::tls {
namespace {

using testing::HasSubstr;

class SettingsTest : public testing::Test {
 protected:
  ServerOptions server_options() const {
    ServerOptions options;
    options.certificate = identity.certificate;
    options.key = identity.key;
    return options;
  }
  ClientOptions client_options() const {
    ClientOptions options;
    options.ca = authority.certificate();
    options.host = "gateway.local";
    return options;
  }

  TestAuthority authority{"Test CA"};
  Issued identity = authority.issue();
};

std::string refusal(const ServerOptions& options) {
  const auto made = Settings::server(options);
  return made ? "accepted" : made.error().what;
}

std::string refusal(const ClientOptions& options) {
  const auto made = Settings::client(options);
  return made ? "accepted" : made.error().what;
}

TEST_F(SettingsTest, AreMadeFromGoodFiles) {
  EXPECT_EQ(refusal(server_options()), "accepted");
  EXPECT_EQ(refusal(client_options()), "accepted");
}

TEST_F(SettingsTest, NoClientIsMadeWithoutAHostName) {
  auto options = client_options();
  options.host = "";
  EXPECT_THAT(refusal(options), HasSubstr("needs the host name"));
}

TEST_F(SettingsTest, AUrlIsNoHostName) {
  auto options = client_options();
  for (const char* host : {"https://gateway.local", "gate way", "gateway.local/", "g\xC3\xA9"}) {
    options.host = host;
    EXPECT_THAT(refusal(options), HasSubstr("is not a host name")) << host;
  }
  options.host = std::string(254, 'a');
  EXPECT_THAT(refusal(options), HasSubstr("too long"));
}

TEST_F(SettingsTest, NoClientIsMadeWithoutACa) {
  auto options = client_options();
  options.ca = {};
  EXPECT_THAT(refusal(options), HasSubstr("no CA"));
}

TEST_F(SettingsTest, AKeyOfAnotherKindIsRefusedWithTheWayOut) {
  for (const char* kind : {"RSA", "P-384", "P-521"}) {
    const Issued other = authority.issue({.key = kind});
    auto options = server_options();
    options.certificate = other.certificate;
    options.key = other.key;
    EXPECT_THAT(refusal(options),
                testing::AllOf(HasSubstr("/etc/linli/our.key"), HasSubstr("P-256 only"),
                               HasSubstr("openssl ecparam")))
        << kind;
  }
}

TEST_F(SettingsTest, AKeyOfAnotherCertificateIsRefused) {
  auto options = server_options();
  options.key = authority.issue().key;
  EXPECT_THAT(refusal(options), HasSubstr("does not belong to the first certificate in "
                                          "/etc/linli/our.crt"));
}

TEST_F(SettingsTest, ACertificateForTheOtherRoleIsRefused) {
  const Issued for_clients = authority.issue({.extended_usage = "clientAuth"});
  auto server = server_options();
  server.certificate = for_clients.certificate;
  server.key = for_clients.key;
  EXPECT_THAT(refusal(server), HasSubstr("was not issued for a TLS server"));
  auto client = client_options();
  client.certificate = for_clients.certificate;
  client.key = for_clients.key;
  EXPECT_EQ(refusal(client), "accepted");
  const Issued for_servers = authority.issue({.extended_usage = "serverAuth"});
  client.certificate = for_servers.certificate;
  client.key = for_servers.key;
  EXPECT_THAT(refusal(client), HasSubstr("was not issued for a TLS client"));
}

TEST_F(SettingsTest, HalfAPairIsRefused) {
  auto options = server_options();
  options.key = {};
  EXPECT_THAT(refusal(options), HasSubstr("the key is missing"));
  options = server_options();
  options.certificate = {};
  EXPECT_THAT(refusal(options), HasSubstr("the certificate is missing"));
  EXPECT_THAT(refusal(ServerOptions{}), HasSubstr("needs a certificate and its key"));
  auto client = client_options();
  client.certificate = identity.certificate;
  EXPECT_THAT(refusal(client), HasSubstr("the key is missing"));
}

TEST_F(SettingsTest, WhatIsNoPemIsNamed) {
  const Pem garbage{"/etc/linli/garbage", base::SecretText(std::string("hello"))};
  auto options = server_options();
  options.certificate = garbage;
  EXPECT_THAT(refusal(options), HasSubstr("no certificate can be read from /etc/linli/garbage"));
  options = server_options();
  options.key = garbage;
  EXPECT_THAT(refusal(options), HasSubstr("no key can be read from /etc/linli/garbage"));
  auto client = client_options();
  client.revocations = garbage;
  EXPECT_THAT(refusal(client), HasSubstr("no revocation list can be read from"));
  client = client_options();
  client.ca.text = base::SecretText(client.ca.text.reveal() +
                                    "-----BEGIN CERTIFICATE-----\nAAAA\n"
                                    "-----END CERTIFICATE-----\n");
  EXPECT_THAT(refusal(client), HasSubstr("1 certificate(s) in /etc/linli/ca.crt cannot be read"));
}

TEST_F(SettingsTest, AKeyUnderAPasswordIsRefused) {
  auto options = server_options();
  options.key = lock(identity.key, "secret");
  EXPECT_THAT(refusal(options), HasSubstr("locked by a password"));
}

TEST_F(SettingsTest, ServerThatAsksForClientCertificatesNeedsTheirCa) {
  auto options = server_options();
  options.client_certificate = ClientCertificate::kOptional;
  EXPECT_THAT(refusal(options), HasSubstr("no CA"));
}

TEST(PemFile, ThatCannotBeReadIsNamed) {
  const auto missing = Pem::read("/nonexistent/our.key");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, base::Code::kNotFound);
  EXPECT_THAT(missing.error().what, HasSubstr("/nonexistent/our.key"));
  EXPECT_FALSE(Pem::read("/dev/null"));
}

}  // namespace
}  // namespace linli::tls
