#include <signal.h>  // NOLINT(modernize-deprecated-headers): signal numbers

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "firmware/core/outbox_pump.hpp"
#include "firmware/net/asio_loop.hpp"
#include "firmware/net/coap_client.hpp"
#include "firmware/net/psk_file.hpp"
#include "firmware/platform/coap_link.hpp"
#include "firmware/platform/native_link.hpp"
#include "firmware/storage/sqlite_store.hpp"

// Makes events at a rate, stores them and sends them to a platform; one status line a second.
namespace linli {
namespace {

using std::chrono::milliseconds;

class SystemClock final : public ports::WallClock {
 public:
  domain::EventTime now() const override {
    const auto wall = std::chrono::system_clock::now().time_since_epoch();
    const auto ms = std::chrono::duration_cast<milliseconds>(wall).count();
    return {ms, domain::TimeQuality::kSynchronised, 1,
            base::to_ms(base::Clock::now().time_since_epoch())};
  }
  domain::EventTime corrected(const domain::EventTime& time) const override { return time; }
};

class Arguments {
 public:
  Arguments(int argc, char** argv) {
    for (int i = 1; i + 1 < argc; i += 2) values_[argv[i]] = argv[i + 1];
  }
  std::string text(const std::string& name, const std::string& otherwise = "") const {
    const auto found = values_.find("--" + name);
    return found == values_.end() ? otherwise : found->second;
  }
  int number(const std::string& name, int otherwise) const {
    return std::atoi(text(name, std::to_string(otherwise)).c_str());
  }

 private:
  std::map<std::string, std::string> values_;
};

base::BackoffLimits backoff_of(const Arguments& arguments) {
  return {milliseconds(arguments.number("first-ms", 500)),
          milliseconds(arguments.number("base-ms", 500)),
          milliseconds(arguments.number("cap-ms", 2000))};
}

platform::NativeLinkOptions mqtt_options(const Arguments& arguments, const std::string& epoch) {
  platform::NativeLinkOptions options;
  options.gateway = arguments.text("gateway", "gw1");
  options.epoch = epoch;
  options.host = arguments.text("host", "localhost");
  options.port = arguments.number("port", 8883);
  options.v5 = arguments.number("mqtt", 5) == 5;
  if (const auto ca = arguments.text("ca"); !ca.empty()) {
    options.tls = net::MqttTls{ca, arguments.text("cert"), arguments.text("key")};
  }
  options.backoff = backoff_of(arguments);
  options.connect_limit = milliseconds(arguments.number("connect-ms", 2000));
  return options;
}

// Without --psk-key-file it speaks plain CoAP, for peers that cannot do better.
net::CoapClientOptions coap_options(const Arguments& arguments) {
  net::CoapClientOptions options;
  options.host = arguments.text("host", "localhost");
  options.port = arguments.number("port", 5684);
  options.backoff = backoff_of(arguments);
  options.connect_limit = milliseconds(arguments.number("connect-ms", 2000));
  options.keepalive = milliseconds(arguments.number("keepalive-ms", 30'000));
  const std::string file = arguments.text("psk-key-file");
  if (file.empty()) return options;
  options.psk = [file,
                 identity = arguments.text("psk-identity", "gw1")]() -> base::Result<net::CoapPsk> {
    auto key = net::read_psk_file(file);
    if (!key) return base::failure_of(std::move(key));
    return net::CoapPsk{identity, *std::move(key)};
  };
  return options;
}

std::unique_ptr<ports::PlatformLink> make_link(base::Loop& loop, const ports::WallClock& clock,
                                               const Arguments& arguments,
                                               const std::string& epoch) {
  if (arguments.text("link", "mqtt") == "mqtt")
    return std::make_unique<platform::NativeLink>(loop, clock, mqtt_options(arguments, epoch));
  platform::CoapLinkOptions options;
  options.gateway = arguments.text("gateway", "gw1");
  options.epoch = epoch;
  options.peer = "coaps";
  options.watch_backoff = backoff_of(arguments);
  return std::make_unique<platform::CoapLink>(
      loop, clock, std::move(options), [&loop, &arguments](net::CoapRequesterEvents events) {
        return std::make_unique<net::CoapClient>(loop, coap_options(arguments), std::move(events));
      });
}

storage::StoreOptions store_options(const Arguments& arguments) {
  storage::StoreOptions options;
  options.database.path = arguments.text("db", "north.db");
  options.database.quota_bytes.fill(
      static_cast<std::uint64_t>(arguments.number("quota-kb", 256 * 1024)) * 1024);
  options.database.ballast_bytes = 0;
  return options;
}

core::OutboxPumpLimits pump_limits(const Arguments& arguments) {
  core::OutboxPumpLimits limits;
  if (arguments.text("link") == "coap") limits.for_block_transfer();
  limits.drain_spread = milliseconds(arguments.number("drain-spread-ms", 500));
  limits.drain_rate = arguments.number("drain-rate", 5000);
  limits.accept_timeout = milliseconds(arguments.number("accept-ms", 30'000));
  return limits;
}

class Probe {
 public:
  Probe(net::AsioLoop& loop, ports::Store& store, const Arguments& arguments)
      : loop_(loop),
        store_(store),
        link_(make_link(loop, clock_, arguments, store.epoch())),
        pump_(loop, store, *link_, pump_limits(arguments), 7),
        rate_(arguments.number("rate", 50)),
        left_(arguments.number("count", 200)),
        data_(R"({"pad":")" +
              std::string(static_cast<std::size_t>(arguments.number("pad", 20)), 'x') + "\"}") {}

  void start() {
    store_.on_appended([this](const ports::ChunkPtr& chunk) { pump_.on_appended(chunk); });
    link_->start(pump_.link_events([](const domain::Command& command) {
      std::fprintf(stderr, "command %s\n", command.id.str().c_str());
    }));
    begin_ = loop_.now();
    make_events();
    report();
  }

 private:
  void make_events() {
    constexpr auto kEvery = milliseconds(5);
    const std::chrono::duration<double> passed = loop_.now() - begin_;
    ports::Turn turn;
    for (; left_ > 0 && made_ < passed.count() * rate_; --left_, ++made_) {
      const auto stream = made_ % 10 == 0 ? domain::Stream::kAlarm : domain::Stream::kTelemetry;
      turn.envelopes.push_back(
          {stream, std::string(domain::kThingEvent), "device/d1", clock_.now(), data_});
    }
    if (!turn.empty()) store_.commit(std::move(turn), [](const base::Result<void>&) {});
    maker_ = loop_.after(kEvery, [this] { make_events(); });
    if (left_ == 0) maker_.reset();
  }

  void report() {
    const auto status = link_->status();
    const auto stats = pump_.stats();
    std::uint64_t waiting = 0;
    for (const auto& stream : store_.stats().streams) waiting += stream.last + 1 - stream.first;
    const nlohmann::json line{{"up", status.up},
                              {"peer", status.peer},
                              {"error", status.last_error},
                              {"attempts", status.attempts},
                              {"made", made_},
                              {"waiting", waiting},
                              {"batches", stats.batches},
                              {"events", stats.events},
                              {"accepted", stats.accepted},
                              {"refused", stats.refused}};
    std::printf("%s\n", line.dump().c_str());
    std::fflush(stdout);
    reporter_ = loop_.after(milliseconds(200), [this] { report(); });
  }

  net::AsioLoop& loop_;
  ports::Store& store_;
  SystemClock clock_;
  std::unique_ptr<ports::PlatformLink> link_;
  core::OutboxPump pump_;
  int rate_;
  int left_;
  int made_ = 0;
  std::string data_;
  base::TimePoint begin_;
  base::Handle maker_;
  base::Handle reporter_;
};

int run(const Arguments& arguments) {
  net::AsioLoop loop;
  auto store = storage::SqliteStore::open(loop, store_options(arguments),
                                          [] { return SystemClock().now(); });
  if (!store) {
    std::fprintf(stderr, "%s\n", store.error().what.c_str());
    return 1;
  }
  Probe probe(loop, **store, arguments);
  const auto on_term = loop.on_signal(SIGTERM, [&loop] { loop.stop(); });
  loop.post([&probe] { probe.start(); });
  loop.run();
  return 0;
}

}  // namespace
}  // namespace linli

int main(int argc, char** argv) {
  return linli::run(linli::Arguments(argc, argv));
}
