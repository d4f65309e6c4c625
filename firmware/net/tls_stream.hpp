#pragma once

#include <algorithm>
#include <array>
#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/websocket/teardown.hpp>
#include <boost/system/errc.hpp>
#include <boost/system/error_code.hpp>
#include <concepts>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace linli::net {

// What TlsStream needs of a TLS implementation; tls::Session is one. The folder stays free of it.
template <class T>
concept TlsSession = requires(T session, char* out, std::string_view bytes, std::size_t size) {
  { session.state() } -> std::same_as<typename T::State>;
  { session.receive(bytes) } -> std::same_as<std::size_t>;
  session.end_of_input();
  { session.take_outgoing() } -> std::same_as<std::string>;
  { session.read(out, size) } -> std::same_as<std::size_t>;
  { session.write(bytes) } -> std::same_as<std::size_t>;
  session.close();
  T::State::kHandshaking;
  T::State::kOpen;
  T::State::kClosed;
};

// TLS over the stream `Next` (a TCP or Unix socket, or beast::tcp_stream), in the form that Asio
// and Beast want of a stream. Their contracts hold: the stream outlives its operations; at most one
// read and one write at a time, neither of them beside a handshake or shutdown; operations have no
// time limit of their own (beast::tcp_stream has).
//
// A read ends with eof after the other side's goodbye, and without one with connection_reset: what
// was read may not be all. Whatever else TLS dislikes is protocol_error. For both,
// session().error() has the sentence for the log.
template <class Next, TlsSession Session>
class TlsStream {
 public:
  using next_layer_type = Next;
  using executor_type = typename Next::executor_type;
  using error_code = boost::system::error_code;

  TlsStream(Next next, std::unique_ptr<Session> session)
      : next_(std::move(next)), session_(std::move(session)) {}
  // As Beast wants it; only while no operation is under way.
  TlsStream(TlsStream&&) noexcept = default;

  executor_type get_executor() { return next_.get_executor(); }
  Next& next_layer() { return next_; }
  const Next& next_layer() const { return next_; }
  Session& session() { return *session_; }

  template <class Token>
  auto async_handshake(Token&& token) {
    return run<void(error_code)>(Handshake{}, std::forward<Token>(token));
  }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return run<void(error_code, std::size_t)>(Read<Buffers>{buffers}, std::forward<Token>(token));
  }

  // Completes when the bytes have left for `Next`, so that a slow reader slows the writer.
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return run<void(error_code, std::size_t)>(Write<Buffers>{buffers}, std::forward<Token>(token));
  }

  // Says goodbye and does not wait for the answer (RFC 5246 7.2.1).
  template <class Token>
  auto async_shutdown(Token&& token) {
    return run<void(error_code)>(Shutdown{}, std::forward<Token>(token));
  }

 private:
  using State = typename Session::State;

  // What an operation does with the session, again after each arrival, until it is done.
  struct Handshake {
    static bool step(Session& session) { return session.state() != State::kHandshaking; }
    static error_code outcome(const TlsStream& stream) {
      return stream.state() == State::kOpen ? error_code() : stream.failure();
    }
    template <class Self>
    void complete(Self& self, error_code error) const {
      self.complete(error);
    }
  };

  template <class Buffers>
  struct Read {
    Buffers buffers;
    std::size_t count = 0;

    bool step(Session& session) {
      const boost::asio::mutable_buffer into = first_of<boost::asio::mutable_buffer>(buffers);
      if (into.size() == 0) return true;
      count = session.read(static_cast<char*>(into.data()), into.size());
      return count > 0 || session.state() != State::kOpen;
    }
    error_code outcome(const TlsStream& stream) const {
      if (count > 0 || stream.state() == State::kOpen) return {};
      return stream.state() == State::kClosed ? boost::asio::error::eof : stream.failure();
    }
    template <class Self>
    void complete(Self& self, error_code error) const {
      self.complete(error, count);
    }
  };

  template <class Buffers>
  struct Write {
    Buffers buffers;
    std::size_t count = 0;

    bool step(Session& session) {
      const auto end = boost::asio::buffer_sequence_end(buffers);
      for (auto at = boost::asio::buffer_sequence_begin(buffers); at != end; ++at) {
        const boost::asio::const_buffer from(*at);
        const std::size_t taken =
            session.write({static_cast<const char*>(from.data()), from.size()});
        count += taken;
        if (taken < from.size()) break;
      }
      return true;
    }
    error_code outcome(const TlsStream& stream) const {
      if (count > 0 || stream.state() == State::kOpen) return {};
      return stream.state() == State::kClosed ? boost::asio::error::shut_down : stream.failure();
    }
    template <class Self>
    void complete(Self& self, error_code error) const {
      self.complete(error, count);
    }
  };

  struct Shutdown {
    static bool step(Session& session) {
      session.close();
      return true;
    }
    static error_code outcome(const TlsStream& stream) {
      return stream.state() == State::kClosed ? error_code() : stream.failure();
    }
    template <class Self>
    void complete(Self& self, error_code error) const {
      self.complete(error);
    }
  };

  // One asynchronous operation: step, send what came of it, receive, and again.
  template <class Work>
  class Operation {
   public:
    Operation(TlsStream& stream, Work work) : stream_(stream), work_(std::move(work)) {}

    template <class Self>
    void operator()(Self& self, error_code error = {}, std::size_t count = 0) {
      switch (std::exchange(at_, At::kIdle)) {
        case At::kStart:
          break;
        case At::kSending:
          stream_.is_sending_ = false;
          if (error) return work_.complete(self, error);
          break;
        case At::kReceiving:
          if (!stream_.take_in(error, count)) return work_.complete(self, error);
          break;
        case At::kIdle:
          return work_.complete(self, result_);
      }
      go_on(self);
    }

   private:
    enum class At { kIdle, kStart, kSending, kReceiving };

    template <class Self>
    void go_on(Self& self) {
      const bool has_suspended = std::exchange(has_suspended_, true);
      if (!is_done_) is_done_ = work_.step(*stream_.session_);
      if (stream_.has_to_send()) return send(self);
      if (!is_done_) return receive(self);
      result_ = work_.outcome(stream_);
      if (has_suspended) return work_.complete(self, result_);
      boost::asio::post(stream_.get_executor(), std::move(self));
    }

    template <class Self>
    void send(Self& self) {
      at_ = At::kSending;
      stream_.is_sending_ = true;
      boost::asio::async_write(stream_.next_, boost::asio::buffer(stream_.sending_),
                               std::move(self));
    }

    template <class Self>
    void receive(Self& self) {
      at_ = At::kReceiving;
      stream_.next_.async_read_some(boost::asio::buffer(*stream_.arrived_), std::move(self));
    }

    TlsStream& stream_;
    Work work_;
    At at_ = At::kStart;
    bool has_suspended_ = false;
    bool is_done_ = false;
    error_code result_;
  };

  template <class Signature, class Work, class Token>
  auto run(Work work, Token&& token) {
    return boost::asio::async_compose<Token, Signature>(Operation<Work>(*this, std::move(work)),
                                                        token, next_);
  }

  template <class Buffer, class Buffers>
  static Buffer first_of(const Buffers& buffers) {
    const auto end = boost::asio::buffer_sequence_end(buffers);
    for (auto at = boost::asio::buffer_sequence_begin(buffers); at != end; ++at) {
      const Buffer buffer(*at);
      if (buffer.size() > 0) return buffer;
    }
    return {};
  }

  State state() const { return std::as_const(*session_).state(); }
  error_code failure() const {
    if (has_ended_) return boost::asio::error::connection_reset;
    return make_error_code(boost::system::errc::protocol_error);
  }

  // False if the stream below has failed.
  bool take_in(const error_code& error, std::size_t count) {
    if (error == boost::asio::error::eof) {
      has_ended_ = true;
      session_->end_of_input();
      return true;
    }
    if (error) return false;
    // All is taken: the session is read only when it has nothing left.
    session_->receive({arrived_->data(), count});
    return true;
  }

  // A reader whose session failed may meet a writer that is sending: that one sends the alert too.
  bool has_to_send() {
    if (is_sending_) return false;
    sending_ = session_->take_outgoing();
    return !sending_.empty();
  }

  // A record of the greatest size with its header and trailer.
  static constexpr std::size_t kArrivedBytes = 16 * 1024 + 512;

  Next next_;
  std::unique_ptr<Session> session_;
  std::unique_ptr<std::array<char, kArrivedBytes>> arrived_ =
      std::make_unique<std::array<char, kArrivedBytes>>();
  std::string sending_;
  bool is_sending_ = false;
  bool has_ended_ = false;
};

// How a WebSocket ends its connection.
template <class Next, class Session, class Token>
void async_teardown(boost::beast::role_type role, TlsStream<Next, Session>& stream, Token&& token) {
  stream.async_shutdown([role, &stream, token = std::forward<Token>(token)](
                            const boost::system::error_code& /*error*/) mutable {
    using boost::beast::websocket::async_teardown;
    async_teardown(role, stream.next_layer(), std::move(token));
  });
}

}  // namespace linli::net
