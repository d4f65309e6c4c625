#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "firmware/base/bytes.hpp"
#include "firmware/tls/session.hpp"
#include "tests/unit/tls/exchange.hpp"
#include "tests/unit/tls/openssl_peer.hpp"
#include "tests/unit/tls/test_authority.hpp"

namespace linli::tls {
namespace {

using State = Session::State;

class OpensslTest : public testing::Test {
 protected:
  std::unique_ptr<Session> our_server(
      ClientCertificate client_certificate = ClientCertificate::kNone) const {
    ServerOptions options;
    options.certificate = identity.certificate;
    options.key = identity.key;
    options.client_certificate = client_certificate;
    if (client_certificate != ClientCertificate::kNone) options.client_ca = authority.certificate();
    return Session::make(Settings::server(options).value()).value();
  }
  std::unique_ptr<Session> our_client() const {
    ClientOptions options;
    options.ca = authority.certificate();
    options.host = "gateway.local";
    options.certificate = client_identity.certificate;
    options.key = client_identity.key;
    return Session::make(Settings::client(options).value()).value();
  }
  OpensslOptions their_client() const {
    OpensslOptions options;
    options.ca = authority.certificate();
    options.host = "gateway.local";
    return options;
  }
  OpensslOptions their_server() const {
    OpensslOptions options;
    options.is_server = true;
    options.certificate = identity.certificate;
    options.key = identity.key;
    return options;
  }

  TestAuthority authority{"Test CA"};
  Issued identity = authority.issue();
  Issued client_identity = authority.issue({.subject = "console", .names = ""});
};

TEST_F(OpensslTest, ClientIsServed) {
  const auto server = our_server();
  OpensslPeer client(their_client());
  shake_hands(client, *server, Cut::kRandom);
  ASSERT_EQ(client.state(), OpensslPeer::State::kOpen) << client.trouble();
  const std::string text = some_text(1024 * 1024);
  EXPECT_EQ(send_through(client, *server, text, Cut::kRandom), text);
  EXPECT_EQ(send_through(*server, client, text, Cut::kRandom), text);
  client.close();
  Cutter whole(Cut::kWhole);
  carry(client, *server, whole);
  EXPECT_EQ(server->state(), State::kClosed);
}

TEST_F(OpensslTest, ServerIsUsed) {
  const auto client = our_client();
  auto options = their_server();
  options.ca = authority.certificate();
  OpensslPeer server(options);
  shake_hands(*client, server, Cut::kRandom);
  ASSERT_EQ(client->state(), State::kOpen) << client->error().what;
  ASSERT_EQ(server.state(), OpensslPeer::State::kOpen) << server.trouble();
  const std::string text = some_text(1024 * 1024);
  EXPECT_EQ(send_through(*client, server, text, Cut::kRandom), text);
  EXPECT_EQ(send_through(server, *client, text, Cut::kRandom), text);
  client->close();
  Cutter whole(Cut::kWhole);
  carry(*client, server, whole);
  EXPECT_EQ(server.state(), OpensslPeer::State::kClosed);
}

TEST_F(OpensslTest, ClientWithACertificateIsKnownByIt) {
  const auto server = our_server(ClientCertificate::kRequired);
  auto options = their_client();
  options.certificate = client_identity.certificate;
  options.key = client_identity.key;
  OpensslPeer client(options);
  shake_hands(client, *server);
  ASSERT_EQ(server->state(), State::kOpen) << server->error().what;
  unsigned char hash[32];
  X509_digest(client_identity.x509.get(), EVP_sha256(), hash, nullptr);
  ASSERT_TRUE(server->peer());
  EXPECT_EQ(server->peer()->subject, "CN=console");
  EXPECT_EQ(server->peer()->sha256,
            base::to_hex({reinterpret_cast<const char*>(hash), sizeof hash}));
}

struct Offer {
  const char* name;
  const char* ciphers;
  const char* groups;
  const char* suite;  // what is agreed on
  const char* curve;
};

void PrintTo(const Offer& offer, std::ostream* out) {
  *out << offer.name;
}

class OpensslOffer : public OpensslTest, public testing::WithParamInterface<Offer> {};

TEST_P(OpensslOffer, LeadsToASuiteAndACurveOfOurs) {
  const auto server = our_server();
  auto options = their_client();
  options.ciphers = GetParam().ciphers;
  options.groups = GetParam().groups;
  OpensslPeer client(options);
  shake_hands(client, *server);
  ASSERT_EQ(client.state(), OpensslPeer::State::kOpen) << server->error().what;
  EXPECT_EQ(client.suite(), GetParam().suite);
  EXPECT_EQ(client.curve(), GetParam().curve);
}

constexpr const char* kAes128 = "ECDHE-ECDSA-AES128-GCM-SHA256";
constexpr const char* kAes256 = "ECDHE-ECDSA-AES256-GCM-SHA384";
constexpr const char* kChaCha = "ECDHE-ECDSA-CHACHA20-POLY1305";

INSTANTIATE_TEST_SUITE_P(
    Table, OpensslOffer,
    testing::Values(Offer{"Default", "", "", kAes128, "X25519"},
                    Offer{"P521First", "", "P-521:P-384:X25519:P-256", kAes128, "X25519"},
                    Offer{"P521ThenP256", "", "P-521:P-256", kAes128, "prime256v1"},
                    Offer{"CbcFirst", "ECDHE-ECDSA-AES256-SHA384:ECDHE-ECDSA-AES256-GCM-SHA384", "",
                          kAes256, "X25519"},
                    Offer{"ChaCha", "ECDHE-ECDSA-CHACHA20-POLY1305", "", kChaCha, "X25519"},
                    Offer{"ChaChaOverP256", "ECDHE-ECDSA-CHACHA20-POLY1305", "P-256", kChaCha,
                          "prime256v1"}),
    [](const auto& row) { return row.param.name; });

struct OldClient {
  const char* name;
  int max_version;
  const char* ciphers;
  const char* groups;
  const char* words;
};

void PrintTo(const OldClient& client, std::ostream* out) {
  *out << client.name;
}

class OpensslOldClient : public OpensslTest, public testing::WithParamInterface<OldClient> {};

TEST_P(OpensslOldClient, IsRefusedWithAnAlert) {
  const auto server = our_server();
  auto options = their_client();
  options.min_version = TLS1_VERSION;
  options.max_version = GetParam().max_version;
  options.ciphers = GetParam().ciphers;
  options.groups = GetParam().groups;
  OpensslPeer client(options);
  shake_hands(client, *server);
  EXPECT_EQ(server->state(), State::kFailed);
  EXPECT_EQ(client.state(), OpensslPeer::State::kFailed);
  EXPECT_THAT(server->error().what, testing::HasSubstr(GetParam().words));
  EXPECT_THAT(client.trouble(), testing::HasSubstr("alert"));
}

constexpr const char* kTooOld = "speaks only TLS older than 1.2";
constexpr const char* kNoSuite = "offers none of our TLS cipher suites";

INSTANTIATE_TEST_SUITE_P(
    Table, OpensslOldClient,
    testing::Values(OldClient{"Tls10", TLS1_VERSION, "", "", kTooOld},
                    OldClient{"Tls11", TLS1_1_VERSION, "", "", kTooOld},
                    OldClient{"RsaOnly", TLS1_2_VERSION, "AES128-GCM-SHA256", "", kNoSuite},
                    OldClient{"EcdheRsaOnly", TLS1_2_VERSION, "ECDHE-RSA-AES128-GCM-SHA256", "",
                              kNoSuite},
                    OldClient{"CbcOnly", TLS1_2_VERSION,
                              "ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES256-SHA", "", kNoSuite},
                    OldClient{"CcmOnly", TLS1_2_VERSION, "ECDHE-ECDSA-AES128-CCM", "", kNoSuite},
                    OldClient{"P521Only", TLS1_2_VERSION, "", "P-521", kNoSuite},
                    OldClient{"P384Only", TLS1_2_VERSION, "", "P-384", kNoSuite}),
    [](const auto& row) { return row.param.name; });

struct BadServer {
  const char* name;
  int max_version;
  const char* groups;
  Wish wish;
  const char* words;
};

void PrintTo(const BadServer& server, std::ostream* out) {
  *out << server.name;
}

class OpensslBadServer : public OpensslTest, public testing::WithParamInterface<BadServer> {};

TEST_P(OpensslBadServer, IsNotUsed) {
  const auto client = our_client();
  identity = authority.issue(GetParam().wish);
  auto options = their_server();
  options.min_version = TLS1_VERSION;
  options.max_version = GetParam().max_version;
  options.groups = GetParam().groups;
  OpensslPeer server(options);
  shake_hands(*client, server);
  EXPECT_EQ(client->state(), State::kFailed);
  EXPECT_NE(server.state(), OpensslPeer::State::kOpen);
  EXPECT_THAT(client->error().what, testing::HasSubstr(GetParam().words));
}

INSTANTIATE_TEST_SUITE_P(
    Table, OpensslBadServer,
    testing::Values(
        BadServer{"Tls11", TLS1_1_VERSION, "", {}, "gateway.local refused us"},
        BadServer{"RsaKey", TLS1_2_VERSION, "", {.key = "RSA"}, "gateway.local refused us"},
        BadServer{"P384Key", TLS1_2_VERSION, "", {.key = "P-384"}, "gateway.local refused us"},
        BadServer{"P521Only", TLS1_2_VERSION, "P-521", {}, "gateway.local refused us"},
        BadServer{"ForClientsOnly",
                  TLS1_2_VERSION,
                  "",
                  {.extended_usage = "clientAuth"},
                  "the certificate of gateway.local is refused ("}),
    [](const auto& row) { return row.param.name; });

TEST_F(OpensslTest, ClientWithACertificateForServersIsRefused) {
  for (const auto wanted : {ClientCertificate::kOptional, ClientCertificate::kRequired}) {
    const auto server = our_server(wanted);
    const Issued for_servers = authority.issue({.extended_usage = "serverAuth"});
    auto options = their_client();
    options.certificate = for_servers.certificate;
    options.key = for_servers.key;
    OpensslPeer client(options);
    shake_hands(client, *server);
    EXPECT_EQ(server->state(), State::kFailed);
    EXPECT_EQ(client.state(), OpensslPeer::State::kFailed);
    EXPECT_THAT(server->error().what,
                testing::HasSubstr("the client's certificate CN=gateway is refused ("));
  }
}

TEST_F(OpensslTest, ClientThatRenegotiatesIsCutOff) {
  const auto server = our_server();
  OpensslPeer client(their_client());
  shake_hands(client, *server);
  ASSERT_EQ(server->state(), State::kOpen);
  client.renegotiate();
  Cutter whole(Cut::kWhole);
  carry(client, *server, whole);
  EXPECT_EQ(server->state(), State::kFailed);
  EXPECT_THAT(server->error().what, testing::HasSubstr("renegotiate"));
  EXPECT_FALSE(server->take_outgoing().empty());
}

TEST_F(OpensslTest, ServerThatRenegotiatesIsCutOff) {
  const auto client = our_client();
  OpensslPeer server(their_server());
  shake_hands(*client, server);
  ASSERT_EQ(client->state(), State::kOpen);
  server.renegotiate();
  Cutter whole(Cut::kWhole);
  carry(server, *client, whole);
  EXPECT_EQ(client->state(), State::kFailed);
  EXPECT_THAT(client->error().what, testing::HasSubstr("renegotiate"));
}

TEST_F(OpensslTest, ServerWhoseClientNamesAreRefusedSaysSo) {
  const auto client = our_client();
  auto options = their_server();
  options.ca = TestAuthority("Other CA").certificate();
  OpensslPeer server(options);
  shake_hands(*client, server);
  EXPECT_EQ(client->state(), State::kFailed);
  EXPECT_EQ(client->error().code, base::Code::kRefused);
  EXPECT_THAT(client->error().what,
              testing::HasSubstr("gateway.local refused us in the TLS handshake (unknown CA 48)"));
}

}  // namespace
}  // namespace linli::tls
