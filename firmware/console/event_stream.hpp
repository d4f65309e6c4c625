#pragma once

// A body without an end. For connection.hpp.

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/http/chunk_encode.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/write.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "firmware/console/beast_message.hpp"
#include "firmware/console/hub.hpp"

namespace linli::console {

// Texts go out in chunks as the outlet's queue has them. It ends when either side closes, says
// anything more, does not take a text within Timing::write, or lets too much wait.
template <class Stream>
class EventStream final : public std::enable_shared_from_this<EventStream<Stream>> {
 public:
  using error_code = boost::system::error_code;

  static void open(StreamParts<Stream> parts, const Response& response) {
    const auto made = std::make_shared<EventStream>(std::move(parts), response);
    made->write_header();
  }

  EventStream(StreamParts<Stream> parts, const Response& response)
      : hub_(parts.hub),
        stream_(std::move(parts.stream)),
        peer_(std::move(parts.peer)),
        seat_(std::move(parts.seat)),
        number_(parts.number),
        write_timer_(stream_->get_executor()) {
    ++hub_.counters.streams;
    header_.base() = header_of(response);
    header_.chunked(true);
    header_.keep_alive(false);
  }
  EventStream(const EventStream&) = delete;
  EventStream& operator=(const EventStream&) = delete;
  ~EventStream() {
    --hub_.counters.streams;
    queue_->break_off();
    if (!is_open_) hub_.front.given_up(number_);
  }

 private:
  void write_header() {
    seat_.set_phase(GuestBook::Phase::kStream);
    seat_.set_cut([weak = this->weak_from_this()] {
      if (const auto self = weak.lock()) self->cut();
    });
    start_timer();
    http::async_write_header(
        *stream_, serializer_,
        [self = this->shared_from_this()](const error_code& error, std::size_t /*count*/) {
          self->write_timer_.cancel();
          if (!error) self->after_header();
        });
  }

  void after_header() {
    is_open_ = true;
    hub_.front.opened(number_, OpenStream{queue_, [weak = this->weak_from_this()] {
                                            if (const auto self = weak.lock()) self->write_next();
                                          }});
    stream_->async_read_some(
        boost::asio::buffer(incoming_),
        [self = this->shared_from_this()](const error_code& /*error*/, std::size_t /*count*/) {
          self->cut();
        });
  }

  void write_next() {
    if (is_over_) return;
    if (queue_->has_overflowed()) return cut_slow();
    if (is_writing_) return;
    auto text = queue_->pop();
    if (!text && !queue_->is_closed()) return;
    is_over_ = !text;
    if (is_over_) return write("0\r\n\r\n");
    // An empty chunk would be the end.
    if (text->empty()) return write_next();
    write(fmt::format("{:x}\r\n{}\r\n", text->size(), *text));
  }

  void write(std::string chunk) {
    is_writing_ = true;
    writing_ = std::move(chunk);
    start_timer();
    boost::asio::async_write(
        *stream_, boost::asio::buffer(writing_),
        [self = this->shared_from_this()](const error_code& error, std::size_t /*count*/) {
          self->is_writing_ = false;
          self->write_timer_.cancel();
          if (error || self->is_over_) return self->cut();
          self->write_next();
        });
  }

  void start_timer() {
    write_timer_.expires_after(hub_.timing.write);
    write_timer_.async_wait([weak = this->weak_from_this()](const error_code& error) {
      const auto self = weak.lock();
      if (!error && self) self->cut_slow();
    });
  }

  void cut_slow() {
    hub_.log.note(Refused::kReaderSlow, peer_, "an event stream is not read", base::Clock::now());
    cut();
  }

  void cut() {
    is_over_ = true;
    queue_->break_off();
    beast::close_socket(beast::get_lowest_layer(*stream_));
  }

  Hub& hub_;
  std::unique_ptr<Stream> stream_;
  std::string peer_;
  Seat seat_;
  std::uint64_t number_;
  boost::asio::steady_timer write_timer_;
  http::response<http::empty_body> header_;
  http::response_serializer<http::empty_body> serializer_{header_};
  std::shared_ptr<OutletQueue> queue_ = std::make_shared<OutletQueue>();
  std::array<char, 64> incoming_ = {};
  std::string writing_;
  bool is_open_ = false;
  bool is_writing_ = false;
  bool is_over_ = false;
};

}  // namespace linli::console
