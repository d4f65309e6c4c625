#include "tests/unit/console/connection_kit.hpp"

namespace linli::console {
namespace {

using std::chrono::milliseconds;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

const std::string kUpgrade =
    "GET /api/v1/feed?resume=x HTTP/1.1\r\nHost: gateway.local\r\nOrigin: https://gateway.local\r\n"
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
const std::string kEvents = "GET /api/v1/things/a/events/b HTTP/1.1\r\nHost: gateway.local\r\n\r\n";

class StreamTest : public ConnectionTest {
 protected:
  void open(const std::string& request, int status) {
    connect();
    say(request);
    ASSERT_TRUE(run_until_asked());
    Response response;
    response.status = status;
    response.headers = {{"content-type", "text/event-stream"}};
    response.on_open = [this](OutletPtr opened) { outlet = std::move(opened); };
    answer(0, std::move(response));
  }
  bool run_until_over() {
    return run_until([this] { return guests.size() == 0; });
  }

  OutletPtr outlet;
};

class WebSocketTest : public StreamTest {
 protected:
  void SetUp() override {
    timing.ping = milliseconds(200);
    open(kUpgrade, 101);
    ASSERT_TRUE(run_until([this] { return outlet != nullptr; }));
    EXPECT_THAT(take_heard(), HasSubstr("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
  }
  // One masked frame of a client, with a mask of zeros.
  static std::string frame(unsigned char opcode, const std::string& text) {
    std::string bytes{static_cast<char>(0x80U | opcode)};
    if (text.size() < 126) {
      bytes += static_cast<char>(0x80U | text.size());
    } else {
      bytes += static_cast<char>(0x80U | 126U);
      bytes += static_cast<char>(text.size() >> 8U);
      bytes += static_cast<char>(text.size() & 0xFFU);
    }
    return bytes + std::string(4, '\0') + text;
  }
};

TEST_F(WebSocketTest, IsOpenedOnTheLoopAndCarriesTextsInOrder) {
  EXPECT_EQ(counters.snapshot().streams, 1U);
  EXPECT_TRUE(asked[0].request.is_websocket);
  EXPECT_TRUE(outlet->send("one"));
  EXPECT_TRUE(outlet->send("two"));
  ASSERT_TRUE(run_until_heard("\x81\x03two"));
  EXPECT_EQ(heard, "\x81\x03one\x81\x03two");
}

TEST_F(WebSocketTest, EndsByAGoodbyeWhenTheHandlerHasEnough) {
  outlet->send("last");
  outlet.reset();
  ASSERT_TRUE(run_until_heard(std::string("last\x88\x02\x03\xE8", 8)));
  say(frame(8, "\x03\xE8"));
  ASSERT_TRUE(run_until_ended());
  close(std::exchange(peer, -1));
  EXPECT_TRUE(run_until_over());
  EXPECT_EQ(counters.snapshot().streams, 0U);
}

TEST_F(WebSocketTest, TellsTheHandlerThatTheOtherSideIsGone) {
  close(std::exchange(peer, -1));
  ASSERT_TRUE(run_until_over());
  EXPECT_FALSE(outlet->send("x"));
}

TEST_F(WebSocketTest, ReadsAndForgetsWhatIsSaid) {
  for (int i = 0; i < 100; ++i) say(frame(1, "hello"));
  say(frame(9, "?"));
  EXPECT_TRUE(run_until_heard("\x8A\x01?"));
}

TEST_F(WebSocketTest, EndsWhenTooMuchIsSaidAtOnce) {
  say(frame(1, std::string(limits::kSocketMessageBytes + 1, 'x')));
  EXPECT_TRUE(run_until_over());
  EXPECT_FALSE(outlet->send("x"));
}

TEST_F(WebSocketTest, PingsAndEndsWhenNobodyAnswers) {
  ASSERT_TRUE(run_until_heard("\x89"));
  EXPECT_TRUE(run_until_over());
  EXPECT_FALSE(outlet->send("x"));
}

TEST_F(WebSocketTest, CutsWhoLetsTooMuchWait) {
  is_hearing = false;
  std::size_t sent = 0;
  while (outlet->send(std::string(16 * 1024, 'x'))) ++sent;
  EXPECT_EQ(sent, limits::kOutletBytes / (16 * 1024));
  EXPECT_TRUE(run_until_over());
  EXPECT_EQ(refused(Refused::kReaderSlow), 1U);
}

TEST_F(StreamTest, ASocketThatIsRefusedGetsAnOrdinaryAnswer) {
  connect();
  say(kUpgrade);
  ASSERT_TRUE(run_until_asked());
  Response response;
  response.status = 401;
  response.body = "who?";
  answer(0, response);
  ASSERT_TRUE(run_until_heard("who?"));
  EXPECT_THAT(heard, StartsWith("HTTP/1.1 401 Unauthorized"));
}

TEST_F(StreamTest, NoBrowserIsSwitchedToWhatItDidNotAskFor) {
  open(kEvents, 101);
  ASSERT_TRUE(run_until_heard("HTTP/1.1 500"));
  loop.run_ready();
  EXPECT_EQ(outlet, nullptr);
}

TEST_F(StreamTest, EventsGoOutInChunksWithoutEnd) {
  open(kEvents, 200);
  ASSERT_TRUE(run_until([this] { return outlet != nullptr; }));
  EXPECT_THAT(heard, HasSubstr("Transfer-Encoding: chunked"));
  EXPECT_THAT(heard, HasSubstr("content-type: text/event-stream"));
  EXPECT_THAT(heard, HasSubstr("cache-control: no-store"));
  EXPECT_TRUE(outlet->send("data: 1\n\n"));
  ASSERT_TRUE(run_until_heard("\r\n\r\n9\r\ndata: 1\n\n\r\n"));
  EXPECT_TRUE(outlet->send("data: 2\n\n"));
  outlet->close();
  ASSERT_TRUE(run_until_over());
  hear();
  EXPECT_THAT(heard, EndsWith("9\r\ndata: 2\n\n\r\n0\r\n\r\n"));
  EXPECT_FALSE(outlet->send("x"));
}

TEST_F(StreamTest, EventsEndWhenNobodyReadsThem) {
  timing.write = milliseconds(30);
  open(kEvents, 200);
  ASSERT_TRUE(run_until([this] { return outlet != nullptr; }));
  is_hearing = false;
  outlet->send(std::string(limits::kOutletBytes, 'x'));
  ASSERT_TRUE(run_until_over());
  EXPECT_EQ(refused(Refused::kReaderSlow), 1U);
  EXPECT_FALSE(outlet->send("x"));
}

TEST_F(StreamTest, EventsEndWhenTheReaderGoes) {
  open(kEvents, 200);
  ASSERT_TRUE(run_until([this] { return outlet != nullptr; }));
  close(std::exchange(peer, -1));
  ASSERT_TRUE(run_until_over());
  EXPECT_FALSE(outlet->send("x"));
}

TEST_F(StreamTest, IsForgottenWhenItCannotBeOpened) {
  bool is_alive = true;
  const auto witness = std::shared_ptr<bool>(&is_alive, [](bool* alive) { *alive = false; });
  connect();
  say(kEvents);
  ASSERT_TRUE(run_until_asked());
  const auto held = connection.lock();
  Response response;
  auto last = std::make_unique<std::shared_ptr<bool>>(witness);
  response.on_open = [kept = std::shared_ptr<bool>(std::move(*last))](const OutletPtr&) {};
  last.reset();
  close(std::exchange(peer, -1));
  timing.write = milliseconds(1);
  answer(0, std::move(response));
  EXPECT_TRUE(run_until([&witness, this] { return witness.use_count() == 1 || outlet; }));
  EXPECT_EQ(outlet, nullptr);
}

}  // namespace
}  // namespace linli::console
