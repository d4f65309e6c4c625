#pragma once

// One connection over any TLS implementation. For the .cpp files of this folder, and for tests that
// bring a stream of their own: it costs half a minute to compile.

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "firmware/console/beast_message.hpp"
#include "firmware/console/event_stream.hpp"
#include "firmware/console/hub.hpp"
#include "firmware/console/limits.hpp"
#include "firmware/console/web_socket.hpp"

namespace linli::console {

// HTTP/1.1, one request after the other:
//
//   handshake → (header → body → answer) again and again → goodbye
//                                  └→ a WebSocket or an event stream, which takes the stream over
//
// `Tls` says what its stream is and how it shakes hands, see mbed_backend.cpp. The connection keeps
// itself alive by its operations; ended from outside, by cut(), they all fail. Server thread only.
template <class Tls>
class Connection final : public Caller, public std::enable_shared_from_this<Connection<Tls>> {
 public:
  using Stream = typename Tls::Stream;
  using error_code = boost::system::error_code;

  Connection(Hub& hub, std::unique_ptr<Stream> stream, std::string peer, Seat seat,
             bool is_turned_away)
      : hub_(hub),
        stream_(std::move(stream)),
        peer_(std::move(peer)),
        seat_(std::move(seat)),
        is_turned_away_(is_turned_away),
        answer_timer_(stream_->get_executor()) {}

  ~Connection() override { end_upload(); }

  void start() {
    seat_.set_cut([weak = this->weak_from_this()] {
      if (const auto self = weak.lock()) self->cut();
    });
    lowest().expires_after(hub_.timing.handshake);
    Tls::handshake(*stream_, [self = this->shared_from_this()](const error_code& error) {
      self->after_handshake(error);
    });
  }

  void on_answer(std::uint64_t exchange, Answered answered) override {
    if (exchange != exchange_ || !is_asking_) {
      if (answered.stream != 0) hub_.front.given_up(answered.stream);
      return;
    }
    is_asking_ = false;
    answer_timer_.cancel();
    if (answered.stream != 0 && !is_head_) return open_stream(std::move(answered));
    if (answered.stream != 0) hub_.front.given_up(answered.stream);
    if (!is_writable(answered.response)) return refuse(refusals::broken_answer());
    auto bytes = std::make_shared<const std::string>(std::move(answered.response.body));
    write(answered.response, std::move(bytes), keeps_alive());
  }

 private:
  using Parser = http::request_parser<http::string_body>;
  using Serializer = http::response_serializer<http::span_body<const char>>;

  auto& lowest() { return beast::get_lowest_layer(*stream_); }
  void cut() {
    if (stream_) beast::close_socket(lowest());
  }

  void note(Refused reason, const std::string& detail) {
    hub_.log.note(reason, peer_, detail, base::Clock::now());
  }

  void after_handshake(const error_code& error) {
    if (error == beast::error::timeout)
      return note(Refused::kHandshakeSlow, "the TLS handshake did not end in time");
    if (error == boost::asio::error::operation_aborted) return;
    if (error) return note(Refused::kHandshake, Tls::failure(*stream_, error));
    read_header();
  }

  // Between two requests.
  void wait_for_request() {
    seat_.set_phase(GuestBook::Phase::kWaiting);
    if (buffer_.size() > 0) return read_header();
    lowest().expires_after(hub_.timing.idle);
    stream_->async_read_some(
        buffer_.prepare(kReadBytes),
        [self = this->shared_from_this()](const error_code& error, std::size_t count) {
          self->buffer_.commit(count);
          if (!error) return self->read_header();
          if (error == boost::asio::error::eof) self->say_goodbye();
        });
  }

  void read_header() {
    seat_.set_phase(GuestBook::Phase::kWaiting);
    is_head_ = is_websocket_ = false;
    accept_language_.clear();
    parser_.emplace();
    parser_->header_limit(limits::kHeaderBytes);
    // Which limit it has is known with its path; a length that is told is compared there.
    parser_->body_limit(boost::none);
    lowest().expires_after(hub_.timing.header);
    http::async_read_header(
        *stream_, buffer_, *parser_,
        [self = this->shared_from_this()](const error_code& error, std::size_t /*count*/) {
          self->after_header(error);
        });
  }

  void after_header(const error_code& error) {
    if (error) return after_failed_read(error, Refused::kHeaderSlow);
    ++hub_.counters.requests;
    const auto& header = parser_->get();
    is_head_ = header.method() == http::verb::head;
    accept_language_ = std::string(header[http::field::accept_language]);
    if (is_turned_away_) return refuse(refusals::too_many());
    auto admitted = hub_.door.admit(head_of(header), peer_);
    if (!admitted) return refuse(admitted.error());
    request_ = *std::move(admitted);
    is_websocket_ = request_.is_websocket;
    if (is_websocket_) return ask();
    take_body();
  }

  void take_body() {
    const auto length = parser_->content_length();
    // An archive whose length is not told would make a string grow by doubling.
    const bool is_upload = length && hub_.door.is_upload(request_);
    const std::size_t limit = is_upload ? limits::kUploadBytes : limits::kBodyBytes;
    if (length && *length > limit) return refuse(refusals::body_bytes(limit));
    parser_->body_limit(limit);
    if (is_upload && hub_.uploads >= limits::kUploads) return refuse(refusals::uploads());
    if (parser_->is_done()) return take_request();
    if (is_upload) begin_upload();
    seat_.set_phase(is_upload ? GuestBook::Phase::kBusy : GuestBook::Phase::kBody);
    lowest().expires_after(is_upload ? hub_.timing.upload : hub_.timing.body);
    if (beast::iequals(parser_->get()[http::field::expect], "100-continue")) return tell_continue();
    read_body();
  }

  void tell_continue() {
    continue_ = std::make_unique<http::response<http::empty_body>>(http::status::continue_, 11);
    http::async_write(
        *stream_, *continue_,
        [self = this->shared_from_this()](const error_code& error, std::size_t /*count*/) {
          if (!error) self->read_body();
        });
  }

  void read_body() {
    http::async_read(
        *stream_, buffer_, *parser_,
        [self = this->shared_from_this()](const error_code& error, std::size_t /*count*/) {
          if (error) return self->after_failed_read(error, Refused::kBodySlow);
          self->take_request();
        });
  }

  void after_failed_read(const error_code& error, Refused slow) {
    if (error == beast::error::timeout) {
      // The socket is closed by now: nobody can be told.
      return note(slow, "the request did not arrive in time");
    }
    if (error == http::error::header_limit || error == http::error::buffer_overflow)
      return refuse(refusals::header_bytes());
    if (error == http::error::body_limit) return refuse(refusals::body_bytes(limits::kBodyBytes));
    if (error == http::error::end_of_stream) return say_goodbye();
    if (error == http::error::partial_message) return;
    if (error.category() == make_error_code(http::error::bad_method).category())
      return refuse(refusals::malformed("this is no HTTP/1.1 request: " + error.message()));
  }

  void take_request() {
    request_.body = std::move(parser_->get().body());
    if (is_for_api(request_.path)) return ask();
    const auto found = hub_.door.files().find(request_);
    if (!found) return refuse(found.error());
    ++hub_.counters.files;
    seat_.set_phase(GuestBook::Phase::kBusy);
    write(found->head, found->body, keeps_alive());
  }

  void ask() {
    seat_.set_phase(GuestBook::Phase::kBusy);
    is_asking_ = true;
    request_.is_head = is_head_;
    if (is_head_) request_.method = "GET";
    lowest().expires_never();
    // Nothing is read or written meanwhile: the timer keeps us.
    answer_timer_.expires_after(hub_.timing.answer);
    answer_timer_.async_wait(
        [self = this->shared_from_this(), exchange = ++exchange_](const error_code& error) {
          if (error || self->exchange_ != exchange || !self->is_asking_) return;
          self->is_asking_ = false;
          self->refuse(refusals::answer_late());
        });
    hub_.front.ask(std::move(request_), exchange_, this->weak_from_this());
    request_ = {};
  }

  void open_stream(Answered answered) {
    constexpr int kSwitching = 101;
    const bool is_socket = answered.response.status == kSwitching && is_websocket_;
    if (is_socket) answered.response.status = 200;
    if (!is_writable(answered.response)) {
      hub_.front.given_up(answered.stream);
      return refuse(refusals::broken_answer());
    }
    lowest().expires_never();
    StreamParts<Stream> parts{hub_, std::move(stream_), peer_, std::move(seat_), answered.stream};
    if (is_socket)
      return WebSocket<Stream>::open(std::move(parts), parser_->release(), answered.response);
    EventStream<Stream>::open(std::move(parts), answered.response);
  }

  bool keeps_alive() const { return parser_->get().keep_alive() && parser_->is_done(); }

  // Nothing more is read of a connection whose request was refused: what follows may be anything.
  void refuse(const Refusal& refusal) {
    if (refusal.reason) note(*refusal.reason, refusal.detail);
    seat_.set_phase(GuestBook::Phase::kBusy);
    const bool goes_on = !refusal.reason && keeps_alive();
    const Response response = answer_of(refusal, accept_language_);
    write(response, std::make_shared<const std::string>(response.body), goes_on);
  }

  void write(const Response& response, Bytes bytes, bool keep_alive) {
    end_upload();
    outgoing_ = outgoing_of(response, std::move(bytes), is_head_, keep_alive);
    serializer_.emplace(outgoing_.message);
    write_some();
  }

  // Each step has the limit of its own: who reads at all gets all.
  void write_some() {
    lowest().expires_after(hub_.timing.write);
    http::async_write_some(
        *stream_, *serializer_,
        [self = this->shared_from_this()](const error_code& error, std::size_t /*count*/) {
          self->after_write(error);
        });
  }

  void after_write(const error_code& error) {
    if (error == beast::error::timeout)
      return note(Refused::kReaderSlow, "the answer was not taken in time");
    if (error) return;
    if (!serializer_->is_done()) return write_some();
    const bool goes_on = outgoing_.message.keep_alive();
    serializer_.reset();
    outgoing_ = {};
    if (goes_on) return wait_for_request();
    say_goodbye();
  }

  // Our goodbye, then what they still say, for a moment: closing with bytes unread would reset the
  // connection and take our answer with it.
  void say_goodbye() {
    lowest().expires_after(hub_.timing.linger);
    Tls::shutdown(*stream_, [self = this->shared_from_this()](const error_code& /*as it may be*/) {
      error_code ignored;
      self->lowest().socket().shutdown(boost::asio::socket_base::shutdown_send, ignored);
      self->linger();
    });
  }

  void linger() {
    buffer_.clear();
    lowest().async_read_some(
        buffer_.prepare(kReadBytes),
        [self = this->shared_from_this()](const error_code& error, std::size_t count) {
          self->lingered_ += count;
          if (!error && self->lingered_ < limits::kLingerBytes) self->linger();
        });
  }

  void begin_upload() {
    is_uploading_ = true;
    ++hub_.uploads;
  }
  void end_upload() {
    if (std::exchange(is_uploading_, false)) --hub_.uploads;
  }

  static constexpr std::size_t kReadBytes = 16 * 1024;

  Hub& hub_;
  std::unique_ptr<Stream> stream_;
  std::string peer_;
  Seat seat_;
  bool is_turned_away_;
  beast::flat_buffer buffer_{limits::kHeaderBytes + 64 * 1024};
  std::optional<Parser> parser_;
  Request request_;
  std::string accept_language_;
  bool is_head_ = false;
  bool is_websocket_ = false;
  bool is_uploading_ = false;
  bool is_asking_ = false;
  std::uint64_t exchange_ = 0;
  boost::asio::steady_timer answer_timer_;
  std::unique_ptr<http::response<http::empty_body>> continue_;
  Outgoing outgoing_;
  std::optional<Serializer> serializer_;
  std::size_t lingered_ = 0;
};

}  // namespace linli::console
