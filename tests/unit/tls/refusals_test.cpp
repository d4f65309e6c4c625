#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "firmware/tls/session.hpp"
#include "tests/unit/tls/exchange.hpp"
#include "tests/unit/tls/test_authority.hpp"

namespace linli::tls {
namespace {

using State = Session::State;
using testing::HasSubstr;

std::unique_ptr<Session> server_of(const Issued& identity, ServerOptions options = {}) {
  options.certificate = identity.certificate;
  options.key = identity.key;
  return Session::make(Settings::server(options).value()).value();
}

std::unique_ptr<Session> client_of(const ClientOptions& options) {
  return Session::make(Settings::client(options).value()).value();
}

const TestAuthority& ours() {
  static const TestAuthority kAuthority("Our CA");
  return kAuthority;
}

const TestAuthority& foreign() {
  static const TestAuthority kAuthority("Foreign CA");
  return kAuthority;
}

// A server's certificate as a client sees it.
struct Row {
  const char* name;
  Wish wish;
  const char* host;
  const char* words;  // empty: accepted
  bool is_foreign = false;
};

void PrintTo(const Row& row, std::ostream* out) {
  *out << row.name;
}

class ServerCertificate : public testing::TestWithParam<Row> {};

TEST_P(ServerCertificate, IsAcceptedOrRefusedForItsReason) {
  const Row& row = GetParam();
  const Issued identity = (row.is_foreign ? foreign() : ours()).issue(row.wish);
  const auto server = server_of(identity);
  const auto client = client_of({.ca = ours().certificate(), .host = row.host});
  shake_hands(*client, *server);
  const bool is_good = std::string(row.words).empty();
  EXPECT_EQ(client->state(), is_good ? State::kOpen : State::kFailed);
  EXPECT_EQ(server->state(), is_good ? State::kOpen : State::kFailed);
  EXPECT_THAT(client->error().what, HasSubstr(row.words));
  if (is_good) return;
  EXPECT_EQ(client->error().code, base::Code::kDenied);
  EXPECT_EQ(client->write("secret"), 0U);
  EXPECT_THAT(server->error().what, HasSubstr("the client refused us"));
}

constexpr const char* kOtherHost = "the certificate is not for the host";

INSTANTIATE_TEST_SUITE_P(
    Table, ServerCertificate,
    testing::Values(
        Row{"Good", {}, "gateway.local", ""}, Row{"OtherCase", {}, "GATEWAY.local", ""},
        Row{"WrongCa",
            {},
            "gateway.local",
            "the certificate of gateway.local is not of a CA that we trust: put its CA "
            "(CN=Foreign CA) into /etc/linli/ca.crt",
            true},
        Row{"Expired", {.ends_in_s = -60}, "gateway.local", "has expired on 20"},
        Row{"NotYetValid", {.begins_in_s = 60}, "gateway.local", "is not yet valid, it begins on"},
        Row{"WrongHost", {}, "other.local", kOtherHost},
        Row{"LongerHost", {}, "my.gateway.local", kOtherHost},
        Row{"NoNamesButTheSubject", {.subject = "gateway.local", .names = ""}, "gateway.local", ""},
        Row{"SubjectBesideNames", {.subject = "other.local"}, "other.local", kOtherHost},
        Row{"Wildcard", {.names = "DNS:*.local"}, "gateway.local", ""},
        Row{"WildcardTooHigh", {.names = "DNS:*.local"}, "a.gateway.local", kOtherHost},
        Row{"Address", {.names = "DNS:x,IP:192.168.1.2"}, "192.168.1.2", ""},
        Row{"Address6", {.names = "IP:fd00::1"}, "fd00:0::1", ""},
        Row{"WrongAddress", {.names = "IP:192.168.1.2"}, "192.168.1.3", kOtherHost},
        Row{"AddressAsName", {.names = "DNS:192.168.1.2"}, "192.168.1.2", kOtherHost},
        Row{"AddressInSubject", {.subject = "192.168.1.2", .names = ""}, "192.168.1.2", kOtherHost},
        Row{"AddressButOnlyNames", {}, "192.168.1.2", kOtherHost},
        Row{"UnusualHash", {.hash = "SHA512"}, "gateway.local", "is refused ("},
        Row{"WeakHash", {.hash = "SHA1"}, "gateway.local", "is refused ("},
        Row{"ForServers", {.extended_usage = "serverAuth"}, "gateway.local", ""}),
    [](const auto& row) { return row.param.name; });

TEST(RsaAuthority, IsNotTrustedEvenIfItIsInTheFile) {
  const TestAuthority rsa("RSA CA", "RSA");
  const auto client = client_of({.ca = rsa.certificate(), .host = "gateway.local"});
  shake_hands(*client, *server_of(rsa.issue()));
  EXPECT_EQ(client->state(), State::kFailed);
  EXPECT_EQ(client->error().code, base::Code::kDenied);
}

TEST(RevokedCertificate, IsRefusedAndItsNeighbourIsNot) {
  const Issued revoked = ours().issue();
  const Issued neighbour = ours().issue();
  const ClientOptions options{
      .ca = ours().certificate(), .host = "gateway.local", .revocations = ours().revoke(revoked)};
  const auto bad = client_of(options);
  const auto good = client_of(options);
  shake_hands(*bad, *server_of(revoked));
  shake_hands(*good, *server_of(neighbour));
  EXPECT_THAT(bad->error().what, HasSubstr("has been revoked"));
  EXPECT_EQ(good->state(), State::kOpen) << good->error().what;
}

TEST(RevocationList, ThatIsTooOldStopsTheConnection) {
  const Issued revoked = ours().issue();
  const auto client = client_of({.ca = ours().certificate(),
                                 .host = "gateway.local",
                                 .revocations = ours().revoke(revoked, -60)});
  shake_hands(*client, *server_of(ours().issue()));
  EXPECT_THAT(client->error().what, HasSubstr("revocation list"));
}

// A client's certificate as a server sees it.
struct ClientRow {
  const char* name;
  ClientCertificate wanted;
  const TestAuthority* issuer;  // null: the client has none
  Wish wish;
  const char* words;  // empty: accepted
};

void PrintTo(const ClientRow& row, std::ostream* out) {
  *out << row.name;
}

class ClientsCertificate : public testing::TestWithParam<ClientRow> {};

TEST_P(ClientsCertificate, IsAcceptedOrRefusedForItsReason) {
  const ClientRow& row = GetParam();
  ServerOptions wanted;
  wanted.client_certificate = row.wanted;
  wanted.client_ca = ours().certificate();
  const auto server = server_of(ours().issue(), std::move(wanted));
  ClientOptions options;
  options.ca = ours().certificate();
  options.host = "gateway.local";
  if (row.issuer != nullptr) {
    const Issued identity = row.issuer->issue(row.wish);
    options.certificate = identity.certificate;
    options.key = identity.key;
  }
  const auto client = client_of(options);
  shake_hands(*client, *server);
  const bool is_good = std::string(row.words).empty();
  EXPECT_EQ(server->state(), is_good ? State::kOpen : State::kFailed);
  EXPECT_THAT(server->error().what, HasSubstr(row.words));
  EXPECT_EQ(client->state(), is_good ? State::kOpen : State::kFailed);
  if (is_good) {
    const bool is_asked = row.wanted != ClientCertificate::kNone;
    EXPECT_EQ(server->peer().has_value(), is_asked && row.issuer != nullptr);
  }
}

constexpr auto kNone = ClientCertificate::kNone;
constexpr auto kOptional = ClientCertificate::kOptional;
constexpr auto kRequired = ClientCertificate::kRequired;
const Wish kConsole{.subject = "console", .names = ""};
const Wish kExpired{.subject = "console", .names = "", .ends_in_s = -60};
constexpr const char* kForeign =
    "the client's certificate CN=console is not of a CA that we trust: put its CA (CN=Foreign CA) "
    "into /etc/linli/ca.crt";
constexpr const char* kMissing =
    "the client showed no certificate: give it one of the CA in /etc/linli/ca.crt";

INSTANTIATE_TEST_SUITE_P(
    Table, ClientsCertificate,
    testing::Values(ClientRow{"NoneWantedNoneShown", kNone, nullptr, {}, ""},
                    ClientRow{"NoneWantedOneThere", kNone, &ours(), kConsole, ""},
                    ClientRow{"OptionalNone", kOptional, nullptr, {}, ""},
                    ClientRow{"OptionalGood", kOptional, &ours(), kConsole, ""},
                    ClientRow{"OptionalForeign", kOptional, &foreign(), kConsole, kForeign},
                    ClientRow{"OptionalExpired", kOptional, &ours(), kExpired, "has expired on"},
                    ClientRow{"RequiredNone", kRequired, nullptr, {}, kMissing},
                    ClientRow{"RequiredGood", kRequired, &ours(), kConsole, ""},
                    ClientRow{"RequiredForeign", kRequired, &foreign(), kConsole, kForeign},
                    ClientRow{"RequiredExpired", kRequired, &ours(), kExpired, "has expired on"}),
    [](const auto& row) { return row.param.name; });

std::string record(char type, std::size_t claimed_size, std::size_t size) {
  std::string bytes{type, 3, 3, static_cast<char>(claimed_size >> 8U),
                    static_cast<char>(claimed_size)};
  return bytes + std::string(size, 'x');
}

struct Garbage {
  const char* name;
  std::string bytes;
};

void PrintTo(const Garbage& garbage, std::ostream* out) {
  *out << garbage.name;
}

class InsteadOfAClientHello : public testing::TestWithParam<Garbage> {};

TEST_P(InsteadOfAClientHello, FailsAndSaysSo) {
  const auto server = server_of(ours().issue());
  server->receive(GetParam().bytes);
  EXPECT_EQ(server->state(), State::kFailed);
  EXPECT_EQ(server->error().code, base::Code::kInvalid);
  EXPECT_FALSE(server->error().what.empty());
  EXPECT_EQ(server->receive("more"), 4U);
  EXPECT_LT(server->take_outgoing().size(), 100U);
}

INSTANTIATE_TEST_SUITE_P(Table, InsteadOfAClientHello,
                         testing::Values(Garbage{"PlainHttp", "GET / HTTP/1.1\r\n\r\n"},
                                         Garbage{"Mqtt", std::string("\x10\x10\0\4MQTT\4\2", 10)},
                                         Garbage{"Zeros", std::string(100, '\0')},
                                         Garbage{"OversizeRecord", record(22, 0x4900, 1000)},
                                         Garbage{"HugeRecord", record(22, 0xFFFF, 1000)},
                                         Garbage{"DataRecord", record(23, 100, 100)},
                                         Garbage{"EmptyHandshakeRecord", record(22, 0, 0)},
                                         Garbage{"NoHello", record(22, 100, 100)}),
                         [](const auto& row) { return row.param.name; });

TEST(PlainHttp, ToATlsPortIsExplained) {
  const auto server = server_of(ours().issue());
  server->receive("GET / HTTP/1.1\r\nHost: gateway.local\r\n\r\n");
  EXPECT_THAT(server->error().what, HasSubstr("https in its URL"));
}

TEST(OversizeRecord, InAnOpenSessionEndsIt) {
  const auto server = server_of(ours().issue());
  const auto client = client_of({.ca = ours().certificate(), .host = "gateway.local"});
  shake_hands(*client, *server);
  server->receive(record(23, 0x4900, 0x4900));
  EXPECT_EQ(read_all(*server), "");
  EXPECT_EQ(server->state(), State::kFailed);
}

TEST(ClientHello, InTwoRecordsIsRefused) {
  const auto server = server_of(ours().issue());
  const auto client = client_of({.ca = ours().certificate(), .host = "gateway.local"});
  const std::string hello = client->take_outgoing();
  const std::string body = hello.substr(5);
  const auto wrapped = [](const std::string& part) {
    return std::string{22, 3, 3, 0, static_cast<char>(part.size())} + part;
  };
  server->receive(wrapped(body.substr(0, 50)) + wrapped(body.substr(50)));
  EXPECT_EQ(server->state(), State::kFailed);
}

TEST(HandshakeWithoutEnd, IsCutOff) {
  const auto server = server_of(ours().issue());
  const auto client = client_of({.ca = ours().certificate(), .host = "gateway.local"});
  server->receive(client->take_outgoing());
  // Warnings (user_canceled) are skipped by the library, however many come.
  const std::string warning("\x15\x03\x03\0\x02\x01\x5a", 7);
  std::size_t sent = 0;
  while (server->state() == State::kHandshaking && sent < 2 * Session::kMaxHandshake) {
    server->receive(warning);
    sent += warning.size();
  }
  EXPECT_EQ(server->state(), State::kFailed);
  EXPECT_THAT(server->error().what, HasSubstr("sends without end"));
  EXPECT_LE(sent, Session::kMaxHandshake + warning.size());
}

}  // namespace
}  // namespace linli::tls
