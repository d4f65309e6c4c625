#include "firmware/console/server.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <exception>
#include <filesystem>
#include <mutex>
#include <optional>
#include <thread>

#include "firmware/base/log.hpp"
#include "firmware/console/backend.hpp"

namespace linli::console {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr auto kAcceptAgain = std::chrono::milliseconds(100);  // no descriptor was left

std::string text_of(const tcp::endpoint& peer) {
  const asio::ip::address address = peer.address();
  const bool is_mapped = address.is_v6() && address.to_v6().is_v4_mapped();
  if (!is_mapped) return address.to_string();
  return asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6()).to_string();
}

using FileTime = std::filesystem::file_time_type;

FileTime time_of(const std::string& file) {
  std::error_code error;
  const FileTime time = std::filesystem::last_write_time(file, error);
  return error ? FileTime{} : time;
}

StaticFiles read_files(const std::string& directory) {
  auto files = StaticFiles::read(directory);
  if (files) return *std::move(files);
  base::log::warn("console", "the pages are not there", {{"why", files.error()}});
  return StaticFiles(directory);
}

}  // namespace

// All but `front`, `postbox`, `status` and `counters` is of the server's thread.
struct Server::Body {
  Body(base::Loop& loop, ServerOptions o, RequestHandler handler, std::unique_ptr<Backend> tls)
      : options(std::move(o)),
        backend(std::move(tls)),
        postbox(std::make_shared<Postbox>([this](base::Task task) {
          asio::post(io, [task = std::move(task)]() mutable { std::move(task)(); });
        })),
        front(std::make_shared<Front>(loop, postbox, std::move(handler))),
        link(loop, front) {}

  void run();
  void prepare();
  void open();
  base::Result<void> listen();
  void accept();
  void after_accept(tcp::socket socket);
  void look_at_certificate();
  void try_again(const base::Error& error);
  void tell(bool is_listening, int port, std::string error);

  const ServerOptions options;
  std::unique_ptr<Backend> backend;
  ServerCounters counters;
  RefusalLog log{counters};
  GuestBook guests{[this](Refused reason, const std::string& peer) {
    log.note(reason, peer, "all places are taken", base::Clock::now());
  }};
  std::optional<FrontDoor> door;
  std::optional<Hub> hub;

  std::string last_error;
  FileTime certificate_time;

  mutable std::mutex status_mutex;
  ServerStatus status;

  // The connections end with it, so it goes before what they use.
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> work{io.get_executor()};
  tcp::acceptor acceptor{io};
  asio::steady_timer timer{io};
  asio::steady_timer certificate_timer{io};

  std::shared_ptr<Postbox> postbox;
  std::shared_ptr<Front> front;
  FrontLink link;
  std::thread thread;
};

void Server::Body::run() {
  asio::post(io, [this] { prepare(); });
  for (;;) {
    try {
      io.run();
      return;
    } catch (const std::exception& failure) {
      // One connection's operation; the others go on.
      base::log::error("console", "an operation failed", {{"why", failure.what()}});
    }
  }
}

void Server::Body::prepare() {
  door.emplace(options.hosts, read_files(options.web), options.upload_prefix);
  hub.emplace(Hub{*door, options.timing, link, counters, log});
  open();
}

void Server::Body::open() {
  if (auto loaded = backend->load(options.certificate, options.key); !loaded)
    return try_again(loaded.error());
  if (auto listening = listen(); !listening) return try_again(listening.error());
  const int port = acceptor.local_endpoint().port();
  tell(true, port, "");
  base::log::info("console", "listens",
                  {{"address", options.listen}, {"port", port}, {"files", door->files().size()}});
  certificate_time = time_of(options.certificate);
  look_at_certificate();
  accept();
}

base::Result<void> Server::Body::listen() {
  error_code error;
  const asio::ip::address address = asio::ip::make_address(options.listen, error);
  const tcp::endpoint endpoint(address, static_cast<std::uint16_t>(options.port));
  if (!error) acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (!error) return {};
  const std::string why = error.message();
  acceptor.close(error);
  return base::fail(base::Code::kConflict,
                    "cannot listen at {} port {}: {}; give console.port another value, or end what "
                    "holds it (ss -ltnp)",
                    options.listen, options.port, why);
}

void Server::Body::try_again(const base::Error& error) {
  if (error.what != last_error) {
    base::log::error("console", "not reachable, tried again until it is", {{"why", error}});
  }
  tell(false, 0, error.what);
  timer.expires_after(options.timing.retry);
  timer.async_wait([this](const error_code& aborted) {
    if (!aborted) open();
  });
}

void Server::Body::tell(bool is_listening, int port, std::string error) {
  const std::lock_guard lock(status_mutex);
  status.is_listening = is_listening;
  status.port = port;
  status.last_error = last_error = std::move(error);
}

// linlictl keys rotate puts a new one there.
void Server::Body::look_at_certificate() {
  certificate_timer.expires_after(options.timing.look_at_certificate);
  certificate_timer.async_wait([this](const error_code& aborted) {
    if (aborted) return;
    const auto time = time_of(options.certificate);
    if (time != certificate_time) {
      const auto loaded = backend->load(options.certificate, options.key);
      if (!loaded) {
        base::log::error("console", "the new certificate cannot be used, the old one stays",
                         {{"why", loaded.error()}});
      } else {
        base::log::info("console", "the certificate was replaced");
      }
      certificate_time = time;
    }
    look_at_certificate();
  });
}

void Server::Body::accept() {
  acceptor.async_accept([this](const error_code& error, tcp::socket socket) {
    if (error == asio::error::operation_aborted) return;
    if (!error) {
      after_accept(std::move(socket));
      return accept();
    }
    timer.expires_after(kAcceptAgain);
    timer.async_wait([this](const error_code& aborted) {
      if (!aborted) accept();
    });
  });
}

void Server::Body::after_accept(tcp::socket socket) {
  ++counters.accepted;
  error_code error;
  const tcp::endpoint endpoint = socket.remote_endpoint(error);
  if (error) return;  // gone already
  socket.set_option(tcp::no_delay(true), error);
  const std::string peer = text_of(endpoint);
  const auto admission = guests.admit(peer, [] {});
  if (!admission) return;
  backend->take(std::move(socket), *hub, peer, Seat(guests, admission->guest),
                admission->is_turned_away);
}

Server::Server(std::unique_ptr<Body> body) : body_(std::move(body)) {
  body_->thread = std::thread([body = body_.get()] { body->run(); });
}

Server::~Server() {
  body_->postbox->close();
  body_->io.stop();
  body_->thread.join();
}

std::unique_ptr<Server> Server::start(base::Loop& loop, ServerOptions options,
                                      RequestHandler handler) {
  return start(loop, std::move(options), std::move(handler), make_mbed_backend());
}

std::unique_ptr<Server> Server::start(base::Loop& loop, ServerOptions options,
                                      RequestHandler handler, std::unique_ptr<Backend> tls) {
  return std::unique_ptr<Server>(new Server(
      std::make_unique<Body>(loop, std::move(options), std::move(handler), std::move(tls))));
}

ServerStatus Server::status() const {
  ServerStatus status;
  {
    const std::lock_guard lock(body_->status_mutex);
    status = body_->status;
  }
  status.counts = body_->counters.snapshot();
  status.counts.connections = body_->guests.size();
  return status;
}

}  // namespace linli::console
