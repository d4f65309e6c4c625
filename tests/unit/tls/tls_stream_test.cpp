#include "firmware/net/tls_stream.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/http.hpp>

#include "firmware/tls/session.hpp"
#include "tests/unit/tls/exchange.hpp"
#include "tests/unit/tls/test_authority.hpp"

namespace linli::tls {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using Socket = asio::local::stream_protocol::socket;
using Stream = net::TlsStream<Socket, Session>;

static_assert(beast::is_async_stream<Stream>::value);

// Our stream at one end of a socket pair.
class TlsStreamTest : public testing::Test {
 protected:
  TlsStreamTest() {
    asio::local::connect_pair(one, other);
    options.certificate = identity.certificate;
    options.key = identity.key;
  }
  std::unique_ptr<Session> server_session() const {
    return Session::make(Settings::server(options).value()).value();
  }
  std::unique_ptr<Session> client_session(const std::string& host = "gateway.local") const {
    return Session::make(Settings::client({.ca = authority.certificate(), .host = host}).value())
        .value();
  }
  void run() {
    io.restart();
    io.run();
  }

  TestAuthority authority{"Test CA"};
  Issued identity = authority.issue();
  ServerOptions options;
  asio::io_context io{1};
  Socket one{io};
  Socket other{io};
};

// Our stream at both ends.
class TlsStreamPair : public TlsStreamTest {
 protected:
  TlsStreamPair() {
    server.async_handshake([this](const error_code& error) { server_error = error; });
    client.async_handshake([this](const error_code& error) { client_error = error; });
    run();
  }

  Stream server{std::move(one), server_session()};
  Stream client{std::move(other), client_session()};
  error_code server_error;
  error_code client_error;
};

TEST_F(TlsStreamPair, CarriesBothWaysAtOnce) {
  ASSERT_FALSE(server_error || client_error) << client.session().error().what;
  const std::string text = some_text(1024 * 1024);
  std::string at_server(text.size(), '\0');
  std::string at_client(text.size(), '\0');
  std::size_t done = 0;
  const auto count = [&done](const error_code& error, std::size_t /*bytes*/) {
    EXPECT_FALSE(error) << error.message();
    ++done;
  };
  asio::async_write(client, asio::buffer(text), count);
  asio::async_write(server, asio::buffer(text), count);
  asio::async_read(server, asio::buffer(at_server), count);
  asio::async_read(client, asio::buffer(at_client), count);
  run();
  EXPECT_EQ(done, 4U);
  EXPECT_TRUE(at_server == text && at_client == text);
}

TEST_F(TlsStreamPair, WritesNoMoreThanTheOtherSideReads) {
  const std::string text = some_text(8 * 1024 * 1024);
  bool is_written = false;
  asio::async_write(client, asio::buffer(text),
                    [&is_written](const error_code&, std::size_t) { is_written = true; });
  io.restart();
  while (io.poll_one() > 0) {
  }
  EXPECT_FALSE(is_written);
  std::string got(text.size(), '\0');
  asio::async_read(server, asio::buffer(got), [](const error_code&, std::size_t) {});
  run();
  EXPECT_TRUE(is_written);
  EXPECT_TRUE(got == text);
}

TEST_F(TlsStreamPair, AnswersLaterThanTheCall) {
  bool is_called = false;
  client.async_write_some(asio::buffer("x", 1),
                          [&is_called](const error_code&, std::size_t) { is_called = true; });
  EXPECT_FALSE(is_called);
  run();
  EXPECT_TRUE(std::exchange(is_called, false));
  char block[1];
  server.async_read_some(asio::buffer(block), [](const error_code&, std::size_t) {});
  run();
  server.async_read_some(asio::mutable_buffer(),
                         [&is_called](const error_code&, std::size_t) { is_called = true; });
  EXPECT_FALSE(is_called);
  run();
  EXPECT_TRUE(is_called);
}

TEST_F(TlsStreamPair, EndsWithEofAfterAGoodbye) {
  error_code ended;
  std::size_t count = 1;
  char block[10];
  client.async_shutdown([this](const error_code& error) { client_error = error; });
  server.async_read_some(asio::buffer(block),
                         [&ended, &count](const error_code& error, std::size_t bytes) {
                           ended = error;
                           count = bytes;
                         });
  run();
  EXPECT_FALSE(client_error);
  EXPECT_EQ(ended, asio::error::eof);
  EXPECT_EQ(count, 0U);
  server.async_write_some(asio::buffer("x", 1),
                          [&ended](const error_code& error, std::size_t) { ended = error; });
  run();
  EXPECT_EQ(ended, asio::error::shut_down);
}

TEST_F(TlsStreamPair, TellsACutStreamFromAGoodbye) {
  error_code ended;
  char block[10];
  client.next_layer().close();
  server.async_read_some(asio::buffer(block),
                         [&ended](const error_code& error, std::size_t) { ended = error; });
  run();
  EXPECT_EQ(ended, asio::error::connection_reset);
  EXPECT_THAT(server.session().error().what, testing::HasSubstr("cut off"));
}

TEST_F(TlsStreamPair, SendsTheAlertBeforeItFails) {
  error_code ended;
  error_code told;
  char block[10];
  char more[10];
  asio::write(client.next_layer(), asio::buffer(std::string("\x17\x03\x03\0\x20", 5)));
  asio::write(client.next_layer(), asio::buffer(std::string(32, 'x')));
  server.async_read_some(asio::buffer(block),
                         [&ended](const error_code& error, std::size_t) { ended = error; });
  client.async_read_some(asio::buffer(more),
                         [&told](const error_code& error, std::size_t) { told = error; });
  run();
  EXPECT_EQ(ended, boost::system::errc::protocol_error);
  EXPECT_EQ(told, boost::system::errc::protocol_error);
  EXPECT_THAT(client.session().error().what, testing::HasSubstr("alert"));
}

TEST_F(TlsStreamPair, StopsWhenTheSocketIsCancelled) {
  error_code ended;
  char block[10];
  server.async_read_some(asio::buffer(block),
                         [&ended](const error_code& error, std::size_t) { ended = error; });
  server.next_layer().cancel();
  run();
  EXPECT_EQ(ended, asio::error::operation_aborted);
}

TEST_F(TlsStreamTest, BothSidesLearnOfARefusedHandshake) {
  Stream server(std::move(one), server_session());
  Stream client(std::move(other), client_session("other.local"));
  error_code server_error;
  error_code client_error;
  server.async_handshake([&server_error](const error_code& error) { server_error = error; });
  client.async_handshake([&client_error](const error_code& error) { client_error = error; });
  run();
  EXPECT_EQ(client_error, boost::system::errc::protocol_error);
  EXPECT_EQ(server_error, boost::system::errc::protocol_error);
  EXPECT_THAT(client.session().error().what, testing::HasSubstr("not for the host other.local"));
  EXPECT_THAT(server.session().error().what, testing::HasSubstr("the client refused us"));
}

// OpenSSL in Asio's own TLS stream at the other end.
class AsioSslPeer : public TlsStreamTest {
 protected:
  AsioSslPeer() {
    const Pem ca = authority.certificate();
    context.add_certificate_authority(asio::buffer(ca.text.reveal()));
    context.set_verify_mode(asio::ssl::verify_peer);
  }
  using Peer = asio::ssl::stream<Socket>;

  asio::ssl::context context{asio::ssl::context::tls_client};
};

TEST_F(AsioSslPeer, IsAnsweredOverHttp) {
  Stream server(std::move(one), server_session());
  Peer peer(std::move(other), context);
  beast::flat_buffer server_buffer;
  beast::flat_buffer peer_buffer;
  http::request<http::empty_body> request(http::verb::get, "/devices", 11);
  http::request<http::empty_body> received;
  http::response<http::string_body> answer(http::status::ok, 11);
  http::response<http::string_body> read;
  answer.body() = std::string(200'000, 'a');
  answer.prepare_payload();
  server.async_handshake([&](const error_code& error) {
    ASSERT_FALSE(error);
    http::async_read(server, server_buffer, received, [&](const error_code& e, std::size_t) {
      ASSERT_FALSE(e);
      http::async_write(server, answer, [](const error_code& w, std::size_t) { EXPECT_FALSE(w); });
    });
  });
  peer.async_handshake(asio::ssl::stream_base::client, [&](const error_code& error) {
    ASSERT_FALSE(error) << error.message();
    http::async_write(peer, request, [](const error_code& e, std::size_t) { EXPECT_FALSE(e); });
    http::async_read(peer, peer_buffer, read,
                     [](const error_code& e, std::size_t) { EXPECT_FALSE(e); });
  });
  run();
  EXPECT_EQ(received.target(), "/devices");
  EXPECT_EQ(read.body(), answer.body());
}

// What beast::websocket::stream calls at its end.
TEST_F(AsioSslPeer, IsToldGoodbyeByATeardown) {
  Stream server(std::move(one), server_session());
  Peer peer(std::move(other), context);
  error_code ended;
  error_code torn_down = asio::error::would_block;
  char block[10];
  server.async_handshake([](const error_code& error) { EXPECT_FALSE(error); });
  peer.async_handshake(asio::ssl::stream_base::client, [](const error_code&) {});
  run();
  async_teardown(beast::role_type::server, server,
                 [&torn_down](const error_code& error) { torn_down = error; });
  peer.async_read_some(asio::buffer(block), [&](const error_code& error, std::size_t) {
    ended = error;
    peer.next_layer().close();
  });
  run();
  EXPECT_EQ(ended, asio::error::eof);
  EXPECT_FALSE(torn_down) << torn_down.message();
}

}  // namespace
}  // namespace linli::tls
