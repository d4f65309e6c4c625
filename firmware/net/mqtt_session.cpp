#include "firmware/net/mqtt_session.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "firmware/base/log.hpp"

namespace linli::net {
namespace {

using base::Code;

constexpr int kMaxPacketsAtOnce = 512;
constexpr int kSendWindow = 100;
constexpr int kFirstBadReason = 0x80;

struct CloseFd {
  int fd;
  ~CloseFd() {
    if (fd >= 0) close(fd);
  }
};

base::Result<void> connect_within(int family, const sockaddr* address, socklen_t size, int limit_ms,
                                  int cancel_fd) {
  const CloseFd holder{socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
  if (holder.fd < 0) return base::fail(Code::kInternal, "no socket: {}", std::strerror(errno));
  if (connect(holder.fd, address, size) == 0) return {};
  if (errno != EINPROGRESS) return base::fail(Code::kOffline, "{}", std::strerror(errno));
  std::array wait{pollfd{holder.fd, POLLOUT, 0}, pollfd{cancel_fd, POLLIN, 0}};
  if (poll(wait.data(), wait.size(), limit_ms) <= 0 || wait[0].revents == 0)
    return base::fail(Code::kTimeout, "no answer within {} ms", limit_ms);
  int failure = 0;
  socklen_t length = sizeof failure;
  getsockopt(holder.fd, SOL_SOCKET, SO_ERROR, &failure, &length);
  if (failure != 0) return base::fail(Code::kOffline, "{}", std::strerror(failure));
  return {};
}

base::Result<void> probe_unix(const std::string& path, int limit_ms, int cancel_fd) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return base::fail(Code::kInvalid, "socket path is too long: {}", path);
  std::memcpy(address.sun_path, path.data(), path.size());
  auto connected = connect_within(AF_UNIX, reinterpret_cast<sockaddr*>(&address), sizeof address,
                                  limit_ms, cancel_fd);
  if (!connected) return base::failure_of(std::move(connected), "is the broker running? " + path);
  return {};
}

// What a CONNACK refusal means to whoever has to mend it.
base::Error refusal(int reason, bool v5) {
  const bool is_login =
      v5 ? reason == MQTT_RC_BAD_USERNAME_OR_PASSWORD || reason == MQTT_RC_NOT_AUTHORIZED
         : reason == CONNACK_REFUSED_BAD_USERNAME_PASSWORD ||
               reason == CONNACK_REFUSED_NOT_AUTHORIZED;
  const char* const words = v5 ? mosquitto_reason_string(reason) : mosquitto_connack_string(reason);
  if (is_login)
    return {Code::kDenied,
            fmt::format("the broker refused the login ({}): check user, password or certificate",
                        words)};
  return {Code::kRefused, fmt::format("the broker refused the connection: {}", words)};
}

// While TLS is being set up the library takes the end of the connection for something to wait for,
// and the socket stays readable: we would spin.
bool has_hung_up(int socket) {
  char byte = 0;
  const auto got = recv(socket, &byte, sizeof byte, MSG_PEEK | MSG_DONTWAIT);
  return got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR);
}

}  // namespace

base::Result<void> probe(const std::string& host, int port, base::Duration limit, int cancel_fd) {
  const int limit_ms = static_cast<int>(base::to_ms(limit));
  if (port == 0) return probe_unix(host, limit_ms, cancel_fd);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failure = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (failure != 0) {
    return base::fail(Code::kOffline, "the name {} cannot be resolved ({}): check DNS and the name",
                      host, gai_strerror(failure));
  }
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> addresses(found, &freeaddrinfo);
  base::Result<void> connected = base::fail(Code::kOffline, "no address");
  for (const addrinfo* address = found; address != nullptr; address = address->ai_next) {
    connected = connect_within(address->ai_family, address->ai_addr, address->ai_addrlen, limit_ms,
                               cancel_fd);
    if (connected) return connected;
  }
  return base::failure_of(std::move(connected),
                          fmt::format("{}:{}: check the address, and that it listens", host, port));
}

void MqttSession::Destroy::operator()(mosquitto* client) const {
  mosquitto_destroy(client);
}

struct MqttSession::Callbacks {
  static MqttSession& self(void* user) { return *static_cast<MqttSession*>(user); }

  static void connected(mosquitto* /*client*/, void* user, int reason, int flags,
                        const mosquitto_property* /*p*/) {
    MqttSession& session = self(user);
    ++session.progress_;
    session.has_answer_ = true;
    if (reason != 0) return session.fail(refusal(reason, session.options_.v5));
    session.session_present_ = (flags & 1) != 0;
    for (const std::string& topic : session.options_.subscriptions) session.subscribe(topic);
    session.is_up_ = session.unconfirmed_subscriptions_ == 0 && !session.failure_;
  }

  static void disconnected(mosquitto* /*client*/, void* user, int reason,
                           const mosquitto_property* /*p*/) {
    MqttSession& session = self(user);
    if (session.is_disconnecting_) return session.fail({Code::kOffline, "closed"});
    session.fail(reason, "connection lost");
  }

  static void message(mosquitto* /*client*/, void* user, const mosquitto_message* message) {
    MqttSession& session = self(user);
    ++session.progress_;
    const auto* payload = static_cast<const char*>(message->payload);
    session.messages_.push_back(
        {message->topic,
         payload == nullptr ? std::string()
                            : std::string(payload, static_cast<std::size_t>(message->payloadlen)),
         static_cast<std::uint16_t>(message->qos == 0 ? 0 : message->mid)});
  }

  static void published(mosquitto* /*client*/, void* user, int id, int reason,
                        const mosquitto_property* /*p*/) {
    MqttSession& session = self(user);
    ++session.progress_;
    base::Result<void> result;
    if (reason >= kFirstBadReason) {
      result = base::fail(Code::kRefused, "the broker refused the message: {}",
                          mosquitto_reason_string(reason));
    } else if (reason == MQTT_RC_NO_MATCHING_SUBSCRIBERS) {
      result = base::fail(Code::kNotFound, "the broker has the message, and nobody listens to it");
    }
    session.published_.push_back({id, std::move(result)});
  }

  static void subscribed(mosquitto* /*client*/, void* user, int /*id*/, int count,
                         const int* granted, const mosquitto_property* /*p*/) {
    MqttSession& session = self(user);
    ++session.progress_;
    for (int i = 0; i < count; ++i) {
      if (granted[i] < kFirstBadReason) continue;
      return session.fail(
          {Code::kDenied, "the broker refused a subscription: check the rights of this login"});
    }
    if (--session.unconfirmed_subscriptions_ == 0) session.is_up_ = true;
  }

  static void log(mosquitto* /*client*/, void* user, int level, const char* text) {
    if (level == MOSQ_LOG_ERR) self(user).library_complaint_ = text;
  }
};

MqttSession::MqttSession(const MqttOptions& options) : options_(options) {}

MqttSession::~MqttSession() = default;

base::Result<void> MqttSession::start() {
  const char* const id = options_.client_id.empty() ? nullptr : options_.client_id.c_str();
  client_.reset(mosquitto_new(id, options_.clean_session, this));
  if (!client_) return base::fail(Code::kInternal, "no MQTT client: {}", std::strerror(errno));
  if (auto configured = configure(); !configured) return configured;
  const int result = mosquitto_connect_async(client_.get(), options_.host.c_str(), options_.port,
                                             options_.keepalive_s);
  if (result != MOSQ_ERR_SUCCESS) {
    fail(result, "cannot connect");
    return base::Failure(*failure_);
  }
  return {};
}

base::Result<void> MqttSession::configure() {
  mosquitto* const client = client_.get();
  const int version = options_.v5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311;
  mosquitto_int_option(client, MOSQ_OPT_PROTOCOL_VERSION, version);
  mosquitto_int_option(client, MOSQ_OPT_SEND_MAXIMUM, kSendWindow);
  mosquitto_int_option(client, MOSQ_OPT_TCP_NODELAY, 1);
  // In threaded mode every outgoing packet waits for mosquitto_loop_write: that is what lets a
  // stock client acknowledge after the commit.
  if (options_.ack_after_release) mosquitto_threaded_set(client, true);
  mosquitto_connect_v5_callback_set(client, &Callbacks::connected);
  mosquitto_disconnect_v5_callback_set(client, &Callbacks::disconnected);
  mosquitto_message_callback_set(client, &Callbacks::message);
  mosquitto_publish_v5_callback_set(client, &Callbacks::published);
  mosquitto_subscribe_v5_callback_set(client, &Callbacks::subscribed);
  mosquitto_log_callback_set(client, &Callbacks::log);
  if (!options_.username.empty()) {
    mosquitto_username_pw_set(client, options_.username.c_str(),
                              options_.password.reveal().c_str());
  }
  if (options_.will) {
    const auto& will = *options_.will;
    mosquitto_will_set(client, will.topic.c_str(), static_cast<int>(will.payload.size()),
                       will.payload.data(), 1, false);
  }
  if (options_.tls) return configure_tls(*options_.tls);
  return {};
}

base::Result<void> MqttSession::configure_tls(const MqttTls& tls) {
  auto context = TlsContext::make(tls, options_.host);
  if (!context) return base::failure_of(std::move(context));
  tls_ = *std::move(context);
  const bool is_set =
      mosquitto_int_option(client_.get(), MOSQ_OPT_SSL_CTX_WITH_DEFAULTS, 0) == MOSQ_ERR_SUCCESS &&
      mosquitto_void_option(client_.get(), MOSQ_OPT_SSL_CTX, tls_->native()) == MOSQ_ERR_SUCCESS;
  if (!is_set)
    return base::fail(Code::kInternal, "the MQTT library does not take our TLS settings");
  return {};
}

void MqttSession::fail(base::Error error) {
  if (!failure_) failure_ = std::move(error);
}

void MqttSession::fail(int library_code, std::string_view doing) {
  std::string words = mosquitto_strerror(library_code);
  if (library_code == MOSQ_ERR_ERRNO) words = std::strerror(errno);
  if (library_code >= kFirstBadReason && options_.v5) words = mosquitto_reason_string(library_code);
  if (!library_complaint_.empty()) words += "; " + library_complaint_;
  if (tls_ && !tls_->trouble().empty()) {
    words = tls_->trouble();
  } else if (tls_ && !has_answer_) {
    // A server that refuses our certificate may close before we have read why.
    words +=
        ": " + options_.host + " closed before it answered; check that it trusts our certificate";
  }
  fail({Code::kOffline, fmt::format("{}: {}", doing, words)});
}

void MqttSession::subscribe(const std::string& topic) {
  const int result = mosquitto_subscribe(client_.get(), nullptr, topic.c_str(), 1);
  if (result != MOSQ_ERR_SUCCESS) return fail(result, "cannot subscribe to " + topic);
  ++unconfirmed_subscriptions_;
}

int MqttSession::socket() const {
  return mosquitto_socket(client_.get());
}

bool MqttSession::wants_write() const {
  return mosquitto_want_write(client_.get());
}

void MqttSession::read() {
  for (int packets = 0; packets < kMaxPacketsAtOnce && !failure_; ++packets) {
    const std::uint64_t before = progress_;
    const int result = mosquitto_loop_read(client_.get(), 1);
    if (result != MOSQ_ERR_SUCCESS) return fail(result, "connection lost");
    if (progress_ == before) break;
  }
  if (!has_answer_ && !failure_ && has_hung_up(socket())) {
    fail({Code::kOffline,
          "the other side closed the connection before it answered: is it ready, "
          "an MQTT broker, and TLS on both sides?"});
  }
}

void MqttSession::write() {
  if (failure_ || !wants_write()) return;
  const int result = mosquitto_loop_write(client_.get(), 1);
  if (result != MOSQ_ERR_SUCCESS) fail(result, "connection lost");
}

void MqttSession::tick() {
  const int result = mosquitto_loop_misc(client_.get());
  if (result != MOSQ_ERR_SUCCESS) fail(result, "no sign of life");
}

base::Result<int> MqttSession::publish(const PublishRequest& request) {
  mosquitto_property* properties = nullptr;
  if (options_.v5 && request.expiry_s > 0) {
    mosquitto_property_add_int32(&properties, MQTT_PROP_MESSAGE_EXPIRY_INTERVAL, request.expiry_s);
  }
  if (options_.v5 && !request.content_type.empty()) {
    mosquitto_property_add_string(&properties, MQTT_PROP_CONTENT_TYPE,
                                  request.content_type.c_str());
  }
  int id = 0;
  const int result = mosquitto_publish_v5(client_.get(), &id, request.topic.c_str(),
                                          static_cast<int>(request.payload.size()),
                                          request.payload.data(), request.qos, false, properties);
  mosquitto_property_free_all(&properties);
  if (result == MOSQ_ERR_SUCCESS) return id;
  return base::fail(Code::kRefused, "cannot publish to {}: {}", request.topic,
                    mosquitto_strerror(result));
}

void MqttSession::disconnect() {
  is_disconnecting_ = true;
  mosquitto_disconnect(client_.get());
  if (wants_write()) mosquitto_loop_write(client_.get(), 1);
}

}  // namespace linli::net
