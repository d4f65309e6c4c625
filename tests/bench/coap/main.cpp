// Confirmable POSTs from many devices to one CoAP server, each device with one exchange open
// (NSTART of RFC 7252 §4.7). Shares no code with the gateway. Prints one line of JSON.

#include <fmt/format.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <fstream>
#include <nlohmann/json.hpp>
#include <vector>

#include "tests/bench/coap/connection.hpp"
#include "tests/bench/measure.hpp"

namespace linli::bench {
namespace {

struct Options {
  int port = 0;
  std::string path;     // of the resource
  std::string devices;  // a file: [{"from": address, "identity": …, "key": …}]
  std::string payload;
  double warm_up_s = 1;
  double seconds = 5;
};

Options parse_options(int argc, char** argv) {
  Options options;
  CLI::App app("Posts to a CoAP server and measures.");
  app.add_option("--port", options.port)->required();
  app.add_option("--path", options.path)->required();
  app.add_option("--devices", options.devices)->required();
  app.add_option("--payload", options.payload)->required();
  app.add_option("--warm-up", options.warm_up_s);
  app.add_option("--seconds", options.seconds);
  parse_or_exit(app, argc, argv);
  return options;
}

// RFC 7252 §3: a confirmable POST with an empty token, JSON (Content-Format 50). The message id
// stands at its second byte and is written anew for each.
std::string post_of(const std::string& path, const std::string& payload) {
  constexpr char kConfirmable = 0x40;
  constexpr char kPost = 0x02;
  constexpr int kUriPath = 11;
  std::string message{kConfirmable, kPost, 0, 0};
  int delta = kUriPath;
  for (std::size_t begin = 0; begin < path.size();) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    message.push_back(static_cast<char>(delta << 4 | static_cast<int>(end - begin)));
    message.append(path, begin, end - begin);
    delta = 0;
    begin = end + 1;
  }
  message += {0x11, 50};  // Content-Format stands one behind Uri-Path
  message.push_back('\xFF');
  return message + payload;
}

class Device {
 public:
  Device(const nlohmann::json& about, const Options& options, std::string message)
      : connection_(about.value("from", "127.0.0.1"), options.port,
                    {about.value("identity", ""), about.value("key", "")}),
        message_(std::move(message)) {}

  int fd() const { return connection_.fd(); }

  void post() {
    ++id_;
    message_[2] = static_cast<char>(id_ >> 8);
    message_[3] = static_cast<char>(id_ & 0xFF);
    sent_us_ = now_us();
    connection_.send(message_);
  }

  // The time that the reply took; -1: there is none yet. Anything but 2.04 ends the program.
  std::int64_t reply() {
    constexpr unsigned char kChanged = 0x44;
    const std::string_view reply = connection_.receive();
    if (reply.size() < 4) return -1;
    const auto code = static_cast<unsigned char>(reply[1]);
    const bool is_ours = reply[2] == message_[2] && reply[3] == message_[3];
    if (!is_ours || code != kChanged) {
      fmt::print(stderr, "a reply that is none: code {}.{:02}\n", code >> 5, code & 31);
      std::exit(1);
    }
    return now_us() - sent_us_;
  }

 private:
  Connection connection_;
  std::string message_;
  std::uint16_t id_ = 0;
  std::int64_t sent_us_ = 0;
};

class Load {
 public:
  explicit Load(const Options& options) : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
    std::ifstream file(options.devices);
    for (const auto& about : nlohmann::json::parse(file)) {
      devices_.push_back(
          std::make_unique<Device>(about, options, post_of(options.path, options.payload)));
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.ptr = devices_.back().get();
      epoll_ctl(epoll_, EPOLL_CTL_ADD, devices_.back()->fd(), &event);
    }
    for (const auto& device : devices_) device->post();
  }
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;
  ~Load() { close(epoll_); }

  void run(double seconds) {
    const auto end = now_us() + static_cast<std::int64_t>(seconds * 1e6);
    while (now_us() < end) serve(true);
  }
  // The replies that are still to come.
  void finish() {
    for (std::size_t open = devices_.size(); open > 0;) open -= serve(false);
  }
  void forget() { delays_us_.clear(); }
  std::uint64_t replies() const { return replies_; }
  std::vector<std::int64_t> delays_us() const { return delays_us_; }

 private:
  std::size_t serve(bool goes_on) {
    constexpr int kLimitMs = 5000;
    std::array<epoll_event, 64> ready{};
    const int count = epoll_wait(epoll_, ready.data(), ready.size(), kLimitMs);
    if (count <= 0) {
      fmt::print(stderr, "no reply within {} ms\n", kLimitMs);
      std::exit(1);
    }
    std::size_t served = 0;
    for (int i = 0; i < count; ++i) {
      auto& device = *static_cast<Device*>(ready.at(static_cast<std::size_t>(i)).data.ptr);
      const std::int64_t delay = device.reply();
      if (delay < 0) continue;
      delays_us_.push_back(delay);
      ++replies_;
      ++served;
      if (goes_on) device.post();
    }
    return served;
  }

  int epoll_;
  std::vector<std::unique_ptr<Device>> devices_;
  std::vector<std::int64_t> delays_us_;
  std::uint64_t replies_ = 0;
};

void run(const Options& options) {
  Load load(options);
  load.run(options.warm_up_s);
  load.forget();
  const std::int64_t begun = now_us();
  load.run(options.seconds);
  const double seconds = static_cast<double>(now_us() - begun) / 1e6;
  auto delays = load.delays_us();
  const auto rate = static_cast<double>(delays.size()) / seconds;
  load.finish();
  std::sort(delays.begin(), delays.end());
  fmt::print(R"({{"replies":{},"rate":{:.0f},"p50_ms":{:.3f},"p99_ms":{:.3f}}})"
             "\n",
             load.replies(), rate, ms_at(delays, 0.5), ms_at(delays, 0.99));
}

}  // namespace
}  // namespace linli::bench

int main(int argc, char** argv) {
  linli::bench::run(linli::bench::parse_options(argc, argv));
  return 0;
}
