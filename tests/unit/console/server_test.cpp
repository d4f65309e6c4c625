#include "firmware/console/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "firmware/tls/files.hpp"
#include "firmware/tls/identity.hpp"
#include "tests/fakes/post_loop.hpp"

namespace linli::console {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using testing::HasSubstr;

constexpr std::int64_t kNow = 1'795'000'000;

// A real server on loopback, and browsers on OpenSSL in threads of their own.
class ServerTest : public testing::Test {
 protected:
  ServerTest() {
    char folder[] = "/tmp/linli-console-XXXXXX";
    root = mkdtemp(folder);
    tls::IdentityOptions identity;
    identity.directory = root + "/identity";
    identity.gateway = "gw1";
    identity.broker_hosts = {"gateway.local", "127.0.0.1"};
    identity.not_before_unix_s = kNow;
    EXPECT_TRUE(tls::init_identity(identity));
    options.listen = "127.0.0.1";
    options.port = 0;
    options.hosts = identity.broker_hosts;
    options.certificate = identity.directory + "/console.crt";
    options.key = identity.directory + "/console.key";
    options.web = root + "/web";
    options.timing.retry = std::chrono::milliseconds(20);
  }
  ~ServerTest() override {
    server.reset();
    for (std::thread& browser : browsers) browser.join();
    std::filesystem::remove_all(root);
  }

  void start(RequestHandler handler) { server = Server::start(loop, options, std::move(handler)); }
  // The loop runs, whatever it has to do; posts from the test keep it going.
  bool run_until(const std::function<bool()>& holds) {
    std::atomic<bool> is_over = false;
    std::thread ticks([this, &is_over] {
      while (!is_over) {
        loop.post([] {});
        std::this_thread::yield();
      }
    });
    const bool held = loop.run_until(holds);
    is_over = true;
    ticks.join();
    return held;
  }
  bool run_until_listening() {
    return run_until([this] { return server->status().is_listening; });
  }

  // One request on a connection of its own; the answer's body, or the error.
  std::string ask(int port, const std::string& target) const {
    asio::io_context io;
    asio::ssl::context context(asio::ssl::context::tls_client);
    context.load_verify_file(root + "/identity/site-ca-bundle.crt");
    context.set_verify_mode(asio::ssl::verify_peer);
    asio::ssl::stream<asio::ip::tcp::socket> stream(io, context);
    stream.set_verify_callback(asio::ssl::host_name_verification("127.0.0.1"));
    boost::system::error_code error;
    stream.next_layer().connect(
        {asio::ip::make_address("127.0.0.1"), static_cast<std::uint16_t>(port)}, error);
    if (!error) stream.handshake(asio::ssl::stream_base::client, error);
    http::request<http::string_body> request(http::verb::get, target, 11);
    request.set(http::field::host, "127.0.0.1");
    if (!error) http::write(stream, request, error);
    boost::beast::flat_buffer buffer;
    http::response<http::string_body> response;
    if (!error) http::read(stream, buffer, response, error);
    return error ? error.message() : response.body();
  }
  void browse(const std::string& target, std::function<void(std::string)> done) {
    browsers.emplace_back([this, port = server->status().port, target, done = std::move(done)] {
      done(ask(port, target));
    });
  }

  std::string root;
  fakes::PostLoop loop;
  ServerOptions options;
  std::unique_ptr<Server> server;
  std::vector<std::thread> browsers;
};

TEST_F(ServerTest, AnswersOverTlsFromTheLoopsThread) {
  const auto here = std::this_thread::get_id();
  std::atomic<bool> is_answered = false;
  std::string answer;
  start([here](const Request& request, Reply reply) {
    EXPECT_EQ(std::this_thread::get_id(), here);
    Response response;
    response.body = "hello " + request.path + " " + request.peer;
    std::move(reply)(std::move(response));
  });
  ASSERT_TRUE(run_until_listening());
  browse("/api/v1/site", [&answer, &is_answered](std::string body) {
    answer = std::move(body);
    is_answered = true;
  });
  ASSERT_TRUE(run_until([&is_answered] { return is_answered.load(); }));
  EXPECT_EQ(answer, "hello /api/v1/site 127.0.0.1");
  EXPECT_EQ(server->status().counts.requests, 1U);
}

TEST_F(ServerTest, AnswersManyAtOnce) {
  constexpr int kBrowsers = 12;
  std::atomic<int> good = 0;
  std::atomic<int> all = 0;
  start([](const Request& request, Reply reply) {
    Response response;
    response.body = request.path;
    std::move(reply)(std::move(response));
  });
  ASSERT_TRUE(run_until_listening());
  for (int i = 0; i < kBrowsers; ++i) {
    const std::string target = "/api/" + std::to_string(i);
    browse(target, [target, &good, &all](const std::string& body) {
      if (body == target) ++good;
      ++all;
    });
  }
  ASSERT_TRUE(run_until([&all] { return all == kBrowsers; }));
  EXPECT_EQ(good, kBrowsers);
}

TEST_F(ServerTest, EndsInOrderWhileRequestsAndStreamsAreOpen) {
  std::vector<Reply> waiting;
  OutletPtr outlet;
  std::atomic<int> over = 0;
  start([&waiting, &outlet](const Request& request, Reply reply) {
    if (request.path != "/api/stream") {
      waiting.push_back(std::move(reply));
      return;
    }
    Response response;
    response.on_open = [&outlet](OutletPtr opened) { outlet = std::move(opened); };
    std::move(reply)(std::move(response));
  });
  ASSERT_TRUE(run_until_listening());
  browse("/api/wait", [&over](const std::string&) { ++over; });
  browse("/api/stream", [&over](const std::string&) { ++over; });
  ASSERT_TRUE(run_until([&waiting, &outlet] { return waiting.size() == 1 && outlet; }));
  EXPECT_TRUE(outlet->send("x"));
  server.reset();
  std::move(waiting[0])({});
  EXPECT_FALSE(outlet->send(std::string(limits::kOutletBytes, 'y')));
  outlet.reset();
  EXPECT_TRUE(run_until([&over] { return over == 2; }));
}

TEST_F(ServerTest, EndsAtOnceWhenItHasHardlyBegun) {
  for (int i = 0; i < 20; ++i) {
    start([](const Request&, const Reply&) {});
    server.reset();
  }
  EXPECT_EQ(server, nullptr);
}

TEST_F(ServerTest, TriesAgainWhenThePortIsTakenAndSaysTheWayOut) {
  asio::io_context io;
  asio::ip::tcp::acceptor other(io, {asio::ip::make_address("127.0.0.1"), 0});
  options.port = other.local_endpoint().port();
  start([](const Request&, const Reply&) {});
  ASSERT_TRUE(run_until([this] { return !server->status().last_error.empty(); }));
  EXPECT_THAT(server->status().last_error, HasSubstr("console.port"));
  EXPECT_FALSE(server->status().is_listening);
  other.close();
  ASSERT_TRUE(run_until_listening());
  EXPECT_EQ(server->status().last_error, "");
}

TEST_F(ServerTest, WaitsForACertificateThatIsNotThereYet) {
  const std::string certificate = tls::read_file(options.certificate).value();
  ASSERT_TRUE(tls::write_private_file(options.certificate, "nonsense"));
  start([](const Request&, const Reply&) {});
  ASSERT_TRUE(run_until([this] { return !server->status().last_error.empty(); }));
  EXPECT_THAT(server->status().last_error, HasSubstr("console.crt"));
  ASSERT_TRUE(tls::write_private_file(options.certificate, certificate));
  EXPECT_TRUE(run_until_listening());
}

}  // namespace
}  // namespace linli::console
