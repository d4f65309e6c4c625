#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/connect_pair.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/console/connection.hpp"
#include "tests/fakes/virtual_loop.hpp"

namespace linli::console {

// No TLS at all: the connection's own rules, over a pair of sockets.
struct PlainTls {
  using Stream = boost::beast::basic_stream<boost::asio::local::stream_protocol>;

  template <class Handler>
  static void handshake(Stream& stream, Handler handler) {
    boost::asio::post(stream.get_executor(), [handler = std::move(handler)] { handler({}); });
  }
  template <class Handler>
  static void shutdown(Stream& stream, Handler handler) {
    handshake(stream, std::move(handler));
  }
  static std::string failure(Stream& /*stream*/, const boost::system::error_code& error) {
    return error.message();
  }
};

inline StaticFiles test_pages() {
  const auto bytes = [](const char* text) { return std::make_shared<const std::string>(text); };
  return StaticFiles("/web",
                     {{"/index.html", {"text/html; charset=utf-8", bytes("the console"), {}, {}}},
                      {"/assets/a-1.js", {"text/javascript", bytes("the script"), {}, {}}}});
}

// One connection, the other end of its socket, and the handler in the test's hands.
class ConnectionTest : public testing::Test {
 public:
  ConnectionTest(const ConnectionTest&) = delete;
  ConnectionTest& operator=(const ConnectionTest&) = delete;

 protected:
  struct Asked {
    Request request;
    Reply reply;
  };

  ConnectionTest() { timing.linger = std::chrono::milliseconds(20); }
  ~ConnectionTest() override {
    if (peer >= 0) close(peer);
  }

  // Called at most once; Timing is set before.
  void connect(bool is_turned_away = false) {
    boost::asio::local::stream_protocol::socket ours(io);
    boost::asio::local::stream_protocol::socket theirs(io);
    boost::asio::local::connect_pair(ours, theirs);
    peer = theirs.release();
    const auto admission = guests.admit("10.0.0.9", [] {});
    auto made = std::make_shared<Connection<PlainTls>>(
        hub, std::make_unique<PlainTls::Stream>(std::move(ours)), "10.0.0.9",
        Seat(guests, admission->guest), is_turned_away);
    made->start();
    connection = made;
  }

  void say(std::string_view text) const {
    ASSERT_EQ(send(peer, text.data(), text.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(text.size()));
  }

  // Runs both sides until `holds`, at most five seconds.
  bool run_until(const std::function<bool()>& holds) {
    const auto limit = base::Clock::now() + std::chrono::seconds(5);
    while (!holds()) {
      if (base::Clock::now() > limit) return false;
      io.restart();
      io.run_one_for(std::chrono::milliseconds(1));
      loop.run_ready();
      hear();
    }
    return true;
  }
  bool run_until_heard(std::string_view text) {
    return run_until([this, text] { return heard.find(text) != std::string::npos; });
  }
  bool run_until_ended() {
    return run_until([this] { return is_ended; });
  }
  bool run_until_asked(std::size_t count = 1) {
    return run_until([this, count] { return asked.size() >= count; });
  }
  // Says one byte every few milliseconds until the other side has enough.
  bool run_until_tired_of_drops() {
    auto next = base::Clock::now();
    return run_until([this, next]() mutable {
      if (base::Clock::now() < next || is_ended) return is_ended;
      next += std::chrono::milliseconds(3);
      send(peer, "a", 1, MSG_NOSIGNAL | MSG_DONTWAIT);
      return false;
    });
  }
  // What has been heard, and forgets it.
  std::string take_heard() { return std::exchange(heard, ""); }

  void answer(std::size_t index, Response response) {
    std::move(asked.at(index).reply)(std::move(response));
  }

  std::uint64_t refused(Refused reason) const { return counters.snapshot().of(reason); }

  void hear() {
    char block[64 * 1024];
    while (is_hearing && peer >= 0) {
      const ssize_t got = recv(peer, block, sizeof block, MSG_DONTWAIT);
      if (got == 0 || (got < 0 && errno != EAGAIN)) is_ended = true;
      if (got <= 0) return;
      heard.append(block, static_cast<std::size_t>(got));
    }
  }

  fakes::VirtualLoop loop;
  Timing timing;
  ServerCounters counters;
  RefusalLog log{counters};
  GuestBook guests{[this](Refused reason, const std::string&) { counters.count(reason); }};
  FrontDoor door{{"gateway.local"}, test_pages(), "/api/v1/operations/restore"};
  boost::asio::io_context io{1};
  std::shared_ptr<Postbox> postbox = std::make_shared<Postbox>([this](base::Task task) {
    boost::asio::post(io, [task = std::move(task)]() mutable { std::move(task)(); });
  });
  std::vector<Asked> asked;
  std::shared_ptr<Front> front =
      std::make_shared<Front>(loop, postbox, [this](Request request, Reply reply) {
        asked.push_back({std::move(request), std::move(reply)});
      });
  Hub hub{door, timing, FrontLink(loop, front), counters, log};
  std::weak_ptr<Connection<PlainTls>> connection;
  int peer = -1;
  bool is_hearing = true;
  std::string heard;
  bool is_ended = false;
};

}  // namespace linli::console
