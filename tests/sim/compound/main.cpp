// A simulated compound: each device with its own login and TLS connection to the site broker.
// Sensors report, something happens now and then, locks and sockets answer commands. Written on
// libmosquitto and nlohmann alone, so that it shares no codec with the gateway.
//
//   sim_compound --devices FILE --host HOST --port PORT --ca FILE [--seed N] [--period S]
//
// FILE: [{"id":"smoke1","password":"…","profile":"generic/smoke"}, …]

#include <getopt.h>
#include <mosquitto.h>
#include <signal.h>  // NOLINT(modernize-deprecated-headers): sigaction

#include <chrono>
#include <cstdio>
#include <fstream>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace {

using Json = nlohmann::json;

volatile sig_atomic_t g_stop = 0;

struct Options {
  std::string devices;
  std::string host = "localhost";
  int port = 8883;
  std::string ca;
  unsigned seed = 1;
  double period_s = 3;
};

class Device {
 public:
  Device(const Json& about, const Options& options, unsigned seed)
      : id_(about.at("id")), profile_(about.at("profile")), random_(seed) {
    client_.reset(mosquitto_new(id_.c_str(), true, this));
    mosquitto_username_pw_set(client_.get(), id_.c_str(),
                              about.at("password").get<std::string>().c_str());
    mosquitto_tls_set(client_.get(), options.ca.c_str(), nullptr, nullptr, nullptr, nullptr);
    const std::string gone = R"({"online":false})";
    mosquitto_will_set(client_.get(), topic("up/presence").c_str(), static_cast<int>(gone.size()),
                       gone.data(), 1, false);
    mosquitto_connect_callback_set(client_.get(), [](mosquitto*, void* self, int result) {
      if (result == 0) static_cast<Device*>(self)->after_connect();
    });
    mosquitto_message_callback_set(client_.get(),
                                   [](mosquitto*, void* self, const mosquitto_message* message) {
                                     static_cast<Device*>(self)->on_message(*message);
                                   });
    mosquitto_connect_async(client_.get(), options.host.c_str(), options.port, 30);
    mosquitto_loop_start(client_.get());
  }

  void report() {
    const std::lock_guard lock(mutex_);
    const Json properties = values();
    if (!properties.empty()) send("up/properties", {{"properties", properties}});
    if (pending_.is_null() && chance(0.1)) happen();
    if (!pending_.is_null()) send("up/event", pending_);  // again until it is acknowledged
  }

  void stop() {
    mosquitto_disconnect(client_.get());
    mosquitto_loop_stop(client_.get(), false);
  }

 private:
  struct Destroy {
    void operator()(mosquitto* client) const { mosquitto_destroy(client); }
  };

  std::string topic(const std::string& rest) const { return "linli/v1/" + id_ + "/" + rest; }
  bool chance(double probability) {
    return std::uniform_real_distribution<>(0, 1)(random_) < probability;
  }
  double around(double middle, double spread) {
    return std::normal_distribution<>(middle, spread)(random_);
  }

  void send(const std::string& rest, const Json& payload) {
    const std::string text = payload.dump();
    mosquitto_publish(client_.get(), nullptr, topic(rest).c_str(), static_cast<int>(text.size()),
                      text.data(), 1, false);
  }

  void after_connect() {
    mosquitto_subscribe(client_.get(), nullptr, topic("down/#").c_str(), 1);
    send("up/presence", {{"online", true}});
  }

  Json values() {
    const auto rounded = [](double value) {
      return static_cast<double>(static_cast<int>(value * 10)) / 10;
    };
    if (profile_ == "generic/temperature_humidity")
      return {{"temperature", rounded(around(21, 0.5))},
              {"humidity", static_cast<int>(around(55, 2))}};
    if (profile_ == "generic/socket")
      return {{"on", on_}, {"power", on_ ? rounded(std::abs(around(120, 10))) : 0.0}};
    if (profile_ == "generic/lock") return {{"locked", !on_}};
    if (profile_ == "generic/door_contact") return {{"open", on_}};
    if (profile_ == "generic/meter") return {{"energy", energy_ += 0.02}};
    return Json::object();
  }

  void happen() {
    Json event = {{"id", "e" + std::to_string(++events_)}};
    if (profile_ == "generic/lock") {
      event["event"] = "unlocked";
      event["data"] = {{"method", "card"}, {"credential", "demo-card"}};
    } else if (profile_ == "generic/door_contact") {
      on_ = !on_;
      event["event"] = on_ ? "opened" : "closed";
    } else if (profile_ == "generic/pir") {
      event["event"] = "motion";
    } else if (profile_ == "generic/smoke" && chance(0.1)) {
      event["event"] = "smoke";
    } else if (profile_ == "generic/button" && chance(0.1)) {
      event["event"] = "sos";
    } else {
      return;
    }
    pending_ = std::move(event);
  }

  void on_message(const mosquitto_message& message) {
    const Json payload =
        Json::parse(static_cast<const char*>(message.payload),
                    static_cast<const char*>(message.payload) + message.payloadlen, nullptr, false);
    if (!payload.is_object()) return;
    const std::lock_guard lock(mutex_);
    if (std::string(message.topic) == topic("down/ack")) {
      if (!pending_.is_null() && pending_.at("id") == payload.value("id", "")) pending_ = nullptr;
      return;
    }
    const std::string action = payload.value("action", "");
    if (action == "switch") on_ = payload.value("input", Json::object()).value("on", on_);
    if (action == "unlock") on_ = true;
    if (action == "lock") on_ = false;
    std::printf("%s does %s\n", id_.c_str(), action.c_str());
    std::fflush(stdout);
    send("up/result",
         {{"command", payload.value("command", "")}, {"ok", true}, {"output", Json::object()}});
  }

  const std::string id_;
  const std::string profile_;
  std::mt19937 random_;
  std::mutex mutex_;  // report() and the library's thread
  bool on_ = false;
  double energy_ = 1000;
  int events_ = 0;
  Json pending_;
  std::unique_ptr<mosquitto, Destroy> client_;
};

Options parse(int argc, char** argv) {
  Options options;
  const option rows[] = {{"devices", 1, nullptr, 'd'}, {"host", 1, nullptr, 'h'},
                         {"port", 1, nullptr, 'p'},    {"ca", 1, nullptr, 'c'},
                         {"seed", 1, nullptr, 's'},    {"period", 1, nullptr, 't'},
                         {nullptr, 0, nullptr, 0}};
  for (int letter = getopt_long(argc, argv, "", rows, nullptr); letter >= 0;
       letter = getopt_long(argc, argv, "", rows, nullptr)) {
    switch (letter) {
      case 'd':
        options.devices = optarg;
        break;
      case 'h':
        options.host = optarg;
        break;
      case 'p':
        options.port = std::atoi(optarg);
        break;
      case 'c':
        options.ca = optarg;
        break;
      case 's':
        options.seed = static_cast<unsigned>(std::atoi(optarg));
        break;
      case 't':
        options.period_s = std::atof(optarg);
        break;
      default:
        std::exit(2);
    }
  }
  return options;
}

void wait(double seconds) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::duration<double>(seconds);
  while (g_stop == 0 && std::chrono::steady_clock::now() < until)
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = parse(argc, argv);
  std::ifstream in(options.devices);
  const Json list = Json::parse(in, nullptr, false);
  if (!list.is_array() || options.ca.empty()) {
    std::fprintf(
        stderr,
        "sim_compound --devices FILE --host HOST --port PORT --ca FILE [--seed N] [--period S]\n");
    return 2;
  }
  struct sigaction action {};
  action.sa_handler = [](int) { g_stop = 1; };
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
  mosquitto_lib_init();
  std::vector<std::unique_ptr<Device>> devices;
  for (const Json& about : list)
    devices.push_back(std::make_unique<Device>(
        about, options, options.seed + static_cast<unsigned>(devices.size())));
  while (g_stop == 0) {
    for (const auto& device : devices) {
      device->report();
      wait(options.period_s / static_cast<double>(devices.size()));
    }
  }
  for (const auto& device : devices) device->stop();
  return 0;
}
