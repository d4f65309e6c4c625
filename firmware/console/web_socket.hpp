#pragma once

// A WebSocket that only speaks. For connection.hpp.

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/stream_traits.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "firmware/console/beast_message.hpp"
#include "firmware/console/hub.hpp"

namespace linli::console {

namespace websocket = boost::beast::websocket;

// Texts go out as the outlet's queue has them; what comes in is read, bounded, and forgotten. It
// keeps itself alive by its operations, and ends when either side closes, or does not answer a
// ping, or lets too much wait.
template <class Stream>
class WebSocket final : public std::enable_shared_from_this<WebSocket<Stream>> {
 public:
  using error_code = boost::system::error_code;
  using Upgrade = http::request<http::string_body>;

  static void open(StreamParts<Stream> parts, Upgrade upgrade, const Response& response) {
    const auto made = std::make_shared<WebSocket>(std::move(parts), std::move(upgrade));
    made->accept(response);
  }

  WebSocket(StreamParts<Stream> parts, Upgrade upgrade)
      : hub_(parts.hub),
        peer_(std::move(parts.peer)),
        seat_(std::move(parts.seat)),
        number_(parts.number),
        socket_(std::move(*parts.stream)),
        upgrade_(std::move(upgrade)) {
    ++hub_.counters.streams;
  }
  WebSocket(const WebSocket&) = delete;
  WebSocket& operator=(const WebSocket&) = delete;
  ~WebSocket() {
    --hub_.counters.streams;
    queue_->break_off();
    if (!is_open_) hub_.front.given_up(number_);
  }

 private:
  void accept(const Response& response) {
    seat_.set_phase(GuestBook::Phase::kStream);
    seat_.set_cut([weak = this->weak_from_this()] {
      if (const auto self = weak.lock()) self->cut();
    });
    websocket::stream_base::timeout timeout{};
    timeout.handshake_timeout = hub_.timing.handshake;
    // A ping after half of it, the end after all of it.
    timeout.idle_timeout = 2 * hub_.timing.ping;
    timeout.keep_alive_pings = true;
    socket_.set_option(timeout);
    socket_.read_message_max(limits::kSocketMessageBytes);
    socket_.set_option(websocket::stream_base::decorator(
        [header = header_of(response)](websocket::response_type& answer) {
          for (const auto& field : header) answer.set(field.name_string(), field.value());
          answer.erase(http::field::server);
        }));
    socket_.text(true);
    socket_.async_accept(upgrade_, [self = this->shared_from_this()](const error_code& error) {
      if (!error) self->after_accept();
    });
  }

  void after_accept() {
    is_open_ = true;
    hub_.front.opened(number_, OpenStream{queue_, [weak = this->weak_from_this()] {
                                            if (const auto self = weak.lock()) self->write_next();
                                          }});
    read();
  }

  void read() {
    socket_.async_read(incoming_,
                       [self = this->shared_from_this()](const error_code& error, std::size_t) {
                         if (error) return self->queue_->break_off();
                         self->incoming_.clear();
                         self->read();
                       });
  }

  // Woken, or after a write.
  void write_next() {
    if (is_over_) return;
    if (queue_->has_overflowed()) {
      hub_.log.note(Refused::kReaderSlow, peer_, "a WebSocket does not take what it asked for",
                    base::Clock::now());
      return cut();
    }
    if (is_writing_) return;
    auto text = queue_->pop();
    if (!text) {
      if (queue_->is_closed()) close();
      return;
    }
    is_writing_ = true;
    writing_ = *std::move(text);
    socket_.async_write(boost::asio::buffer(writing_),
                        [self = this->shared_from_this()](const error_code& error, std::size_t) {
                          self->is_writing_ = false;
                          if (error) return self->queue_->break_off();
                          self->write_next();
                        });
  }

  void close() {
    is_over_ = true;
    socket_.async_close(websocket::close_code::normal,
                        [self = this->shared_from_this()](const error_code& /*it is over*/) {});
  }

  void cut() {
    is_over_ = true;
    queue_->break_off();
    beast::close_socket(beast::get_lowest_layer(socket_));
  }

  Hub& hub_;
  std::string peer_;
  Seat seat_;
  std::uint64_t number_;
  websocket::stream<Stream> socket_;
  Upgrade upgrade_;
  std::shared_ptr<OutletQueue> queue_ = std::make_shared<OutletQueue>();
  beast::flat_buffer incoming_{limits::kSocketMessageBytes};
  std::string writing_;
  bool is_open_ = false;
  bool is_writing_ = false;
  bool is_over_ = false;
};

}  // namespace linli::console
