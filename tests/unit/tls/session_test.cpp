#include "firmware/tls/session.hpp"

#include <gtest/gtest.h>
#include <pthread.h>

#include "tests/unit/tls/exchange.hpp"
#include "tests/unit/tls/test_authority.hpp"

namespace linli::tls {
namespace {

using State = Session::State;

std::unique_ptr<Session> server_of(const Issued& identity) {
  ServerOptions options;
  options.certificate = identity.certificate;
  options.key = identity.key;
  return Session::make(Settings::server(options).value()).value();
}

std::unique_ptr<Session> client_of(const TestAuthority& trusted,
                                   const std::string& host = "gateway.local") {
  return Session::make(Settings::client({.ca = trusted.certificate(), .host = host}).value())
      .value();
}

class SessionTest : public testing::Test {
 protected:
  void open() { shake_hands(*client, *server); }
  // A thread's body: everything from the settings on.
  static void* meet(void* self) {
    auto& test = *static_cast<SessionTest*>(self);
    test.server = server_of(test.identity);
    test.client = client_of(test.authority);
    test.open();
    return nullptr;
  }

  TestAuthority authority{"Test CA"};
  Issued identity = authority.issue();
  std::unique_ptr<Session> server = server_of(identity);
  std::unique_ptr<Session> client = client_of(authority);
};

class SessionCut : public SessionTest, public testing::WithParamInterface<Cut> {};

TEST_P(SessionCut, CarriesBothWaysHoweverTheNetworkCutsIt) {
  const std::string text = some_text(64 * 1024);
  shake_hands(*client, *server, GetParam());
  ASSERT_EQ(client->state(), State::kOpen) << client->error().what;
  ASSERT_EQ(server->state(), State::kOpen) << server->error().what;
  EXPECT_EQ(send_through(*client, *server, text, GetParam()), text);
  EXPECT_EQ(send_through(*server, *client, text, GetParam()), text);
}

INSTANTIATE_TEST_SUITE_P(Table, SessionCut,
                         testing::Values(Cut::kWhole, Cut::kSingleBytes, Cut::kRandom),
                         [](const auto& row) { return name_of(row.param); });

TEST_F(SessionTest, CarriesAMebibyteBothWays) {
  const std::string text = some_text(1024 * 1024);
  open();
  EXPECT_EQ(send_through(*client, *server, text, Cut::kRandom), text);
  EXPECT_EQ(send_through(*server, *client, text, Cut::kRandom), text);
}

TEST_F(SessionTest, TellsWhoTheOtherSideProvedToBe) {
  open();
  ASSERT_TRUE(client->peer());
  EXPECT_EQ(client->peer()->subject, "CN=gateway");
  EXPECT_EQ(client->peer()->sha256.size(), 64U);
  EXPECT_FALSE(server->peer());
  EXPECT_EQ(client->suite(), "TLS-ECDHE-ECDSA-WITH-AES-128-GCM-SHA256");
}

TEST_F(SessionTest, TakesNothingToWriteBeforeItIsOpen) {
  EXPECT_EQ(client->write("too early"), 0U);
  EXPECT_EQ(client->state(), State::kHandshaking);
}

TEST_F(SessionTest, StopsTakingPlaintextWhileTooMuchIsOutgoing) {
  open();
  const std::string text = some_text(1024 * 1024);
  Cutter whole(Cut::kWhole);
  const std::size_t taken = client->write(text);
  EXPECT_GE(taken, Session::kMaxOutgoing - 16 * 1024);
  EXPECT_LE(taken, Session::kMaxOutgoing + 16 * 1024);
  EXPECT_EQ(client->write("more"), 0U);
  EXPECT_EQ(carry(*client, *server, whole), text.substr(0, taken));
  EXPECT_EQ(client->write("more"), 4U);
}

TEST_F(SessionTest, StopsTakingBytesOfTheNetworkUntilTheyAreRead) {
  open();
  ASSERT_GT(client->write(some_text(48 * 1024)), Session::kMaxIncoming);
  const std::string bytes = client->take_outgoing();
  const std::size_t taken = server->receive(bytes);
  EXPECT_EQ(taken, Session::kMaxIncoming);
  EXPECT_EQ(server->receive(bytes.substr(taken)), 0U);
  EXPECT_EQ(read_all(*server).size(), 16U * 1024);
  EXPECT_GT(server->receive(bytes.substr(taken)), 0U);
}

TEST_F(SessionTest, EndsInOrderAfterAGoodbye) {
  open();
  client->write("last words");
  client->close();
  EXPECT_EQ(client->state(), State::kClosed);
  Cutter whole(Cut::kWhole);
  EXPECT_EQ(carry(*client, *server, whole), "last words");
  EXPECT_EQ(server->state(), State::kClosed);
  EXPECT_EQ(server->write("too late"), 0U);
  server->end_of_input();
  EXPECT_EQ(server->state(), State::kClosed);
  EXPECT_FALSE(server->take_outgoing().empty());
}

TEST_F(SessionTest, TellsACutStreamFromAGoodbye) {
  open();
  client->write("first half");
  Cutter whole(Cut::kWhole);
  EXPECT_EQ(carry(*client, *server, whole), "first half");
  server->end_of_input();
  EXPECT_EQ(server->state(), State::kOpen);
  EXPECT_EQ(read_all(*server), "");
  EXPECT_EQ(server->state(), State::kFailed);
  EXPECT_EQ(server->error().code, base::Code::kOffline);
  EXPECT_NE(server->error().what.find("cut off"), std::string::npos) << server->error().what;
}

TEST_F(SessionTest, FailsIfTheStreamEndsInTheHandshake) {
  server->receive(client->take_outgoing());
  client->receive(server->take_outgoing().substr(0, 100));
  client->end_of_input();
  EXPECT_EQ(client->state(), State::kFailed);
  EXPECT_EQ(client->error().code, base::Code::kOffline);
  server->close();
  EXPECT_EQ(server->state(), State::kFailed);
}

TEST_F(SessionTest, NoticesAChangedBit) {
  open();
  client->write("unlock nothing");
  std::string bytes = client->take_outgoing();
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  server->receive(bytes);
  EXPECT_EQ(read_all(*server), "");
  EXPECT_EQ(server->state(), State::kFailed);
  EXPECT_NE(server->error().what.find("damaged or forged"), std::string::npos);
  EXPECT_EQ(server->write("anything"), 0U);
}

TEST_F(SessionTest, NoticesARecordSentAgain) {
  open();
  client->write("unlock");
  const std::string bytes = client->take_outgoing();
  server->receive(bytes);
  EXPECT_EQ(read_all(*server), "unlock");
  server->receive(bytes);
  EXPECT_EQ(read_all(*server), "");
  EXPECT_EQ(server->state(), State::kFailed);
}

TEST_F(SessionTest, SharesItsSettingsWithManyOthers) {
  ServerOptions options;
  options.certificate = identity.certificate;
  options.key = identity.key;
  const auto settings = Settings::server(options).value();
  for (int i = 0; i < 5; ++i) {
    const auto one = Session::make(settings).value();
    const auto other = client_of(authority);
    shake_hands(*other, *one);
    EXPECT_EQ(one->state(), State::kOpen);
    EXPECT_EQ(send_through(*other, *one, "hello"), "hello");
  }
}

TEST_F(SessionTest, FitsOnASmallStack) {
  constexpr std::size_t kStackBytes = 256 * 1024;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  ASSERT_EQ(pthread_attr_setstacksize(&attributes, kStackBytes), 0);
  pthread_t thread{};
  ASSERT_EQ(pthread_create(&thread, &attributes, &meet, static_cast<SessionTest*>(this)), 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
  EXPECT_EQ(client->state(), State::kOpen);
  EXPECT_EQ(server->state(), State::kOpen);
}

}  // namespace
}  // namespace linli::tls
