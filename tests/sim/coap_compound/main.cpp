// CoAP devices of a demo compound: each with a key and an association of its own, it observes its
// commands, does what it is told, and posts what it measures. It is made of libcoap's client and
// nlohmann alone, so that it shares no code with the gateway.
//
//   sim_coap --devices FILE --host ADDRESS --port PORT [--period S]
//
// FILE: [{"id":…,"profile":…,"key":…}]. ADDRESS is an IPv4 address.

#include <arpa/inet.h>
#include <coap3/coap.h>
#include <getopt.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace {

using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

// A command resource is registered anew after its Max-Age; a session that failed is made anew.
constexpr auto kRegisterEvery = std::chrono::seconds(100);
constexpr auto kAgainAfter = std::chrono::seconds(5);

volatile sig_atomic_t g_stop = 0;

struct Options {
  std::string devices;
  std::string host = "127.0.0.1";
  int port = 5684;
  double period_s = 5;
};

class Device {
 public:
  Device(const Json& about, coap_context_t* context, const coap_address_t& gateway)
      : id_(about.value("id", "")),
        profile_(about.value("profile", "")),
        key_(about.value("key", "")),
        context_(context),
        gateway_(gateway),
        random_(std::hash<std::string>{}(id_)) {}
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;
  ~Device() { drop(); }

  // Connects and registers if it is time for it, and posts a measurement.
  void report() {
    if (is_lost_) drop();
    if (session_ == nullptr && Clock::now() >= again_) connect();
    if (session_ == nullptr) return;
    if (Clock::now() >= register_) observe();
    const Json measured = values();
    if (!measured.empty()) post("properties", {{"properties", measured}});
  }

  void on_response(const coap_pdu_t* response) {
    std::size_t length = 0;
    const std::uint8_t* bytes = nullptr;
    if (coap_get_data(response, &length, &bytes) == 0) return;
    const Json command = Json::parse(bytes, bytes + length, nullptr, false);
    if (!command.is_object() || !command.contains("command")) return;
    const std::string action = command.value("action", "");
    if (action == "unlock") is_locked_ = false;
    if (action == "lock") is_locked_ = true;
    std::printf("%s does %s\n", id_.c_str(), action.c_str());
    std::fflush(stdout);
    post("result", {{"command", command["command"]}, {"ok", true}, {"output", Json::object()}});
  }

  // libcoap still uses the session when it tells this.
  void on_lost() { is_lost_ = true; }

 private:
  static coap_bin_const_t bytes_of(const std::string& text) {
    return {text.size(), reinterpret_cast<const std::uint8_t*>(text.data())};
  }

  void connect() {
    again_ = Clock::now() + kAgainAfter;
    coap_dtls_cpsk_t setup{};
    setup.version = COAP_DTLS_CPSK_SETUP_VERSION;
    setup.psk_info.identity = bytes_of(id_);
    setup.psk_info.key = bytes_of(key_);
    session_ = coap_new_client_session_psk2(context_, nullptr, &gateway_, COAP_PROTO_DTLS, &setup);
    if (session_ == nullptr) return;
    coap_session_set_app_data(session_, this);
    register_ = Clock::now();
    post("presence", {{"online", true}});
  }

  void drop() {
    is_lost_ = false;
    if (session_ == nullptr) return;
    coap_session_set_app_data(session_, nullptr);
    coap_session_release(session_);
    session_ = nullptr;
  }

  void observe() {
    register_ = Clock::now() + kRegisterEvery;
    send(COAP_REQUEST_CODE_GET, "command", true, {});
  }

  void post(std::string_view resource, const Json& payload) {
    send(COAP_REQUEST_CODE_POST, resource, false, payload.dump());
  }

  void send(coap_pdu_code_t method, std::string_view resource, bool observes,
            const std::string& payload) {
    coap_pdu_t* const pdu = coap_new_pdu(COAP_MESSAGE_CON, method, session_);
    if (pdu == nullptr) return;
    // One token for the observation, others for the rest.
    const std::uint8_t token = observes ? 1 : static_cast<std::uint8_t>(2 + sent_++ % 250);
    coap_add_token(pdu, 1, &token);
    if (observes) coap_add_option(pdu, COAP_OPTION_OBSERVE, 0, nullptr);
    for (const std::string_view segment :
         {std::string_view("linli"), std::string_view("v1"), resource})
      coap_add_option(pdu, COAP_OPTION_URI_PATH, segment.size(),
                      reinterpret_cast<const std::uint8_t*>(segment.data()));
    if (!payload.empty()) {
      const std::uint8_t json = COAP_MEDIATYPE_APPLICATION_JSON;
      coap_add_option(pdu, COAP_OPTION_CONTENT_FORMAT, 1, &json);
      coap_add_data(pdu, payload.size(), reinterpret_cast<const std::uint8_t*>(payload.data()));
    }
    coap_send(session_, pdu);
  }

  Json values() {
    std::normal_distribution<double> around(0, 1);
    const auto rounded = [](double value) {
      return static_cast<double>(static_cast<int>(value * 10)) / 10;
    };
    if (profile_ == "generic/temperature_humidity")
      return {{"temperature", rounded(20 + around(random_) / 2)},
              {"humidity", static_cast<int>(55 + around(random_))}};
    if (profile_ == "generic/lock") return {{"locked", is_locked_}};
    return Json::object();
  }

  const std::string id_;
  const std::string profile_;
  const std::string key_;
  coap_context_t* context_;
  const coap_address_t gateway_;
  std::mt19937 random_;
  coap_session_t* session_ = nullptr;
  bool is_lost_ = false;
  bool is_locked_ = true;
  unsigned sent_ = 0;
  Clock::time_point again_;
  Clock::time_point register_;
};

Device* device_of(const coap_session_t* session) {
  return static_cast<Device*>(coap_session_get_app_data(session));
}

Options parse(int argc, char** argv) {
  Options options;
  const std::array rows{option{"devices", 1, nullptr, 'd'}, option{"host", 1, nullptr, 'h'},
                        option{"port", 1, nullptr, 'p'}, option{"period", 1, nullptr, 't'},
                        option{nullptr, 0, nullptr, 0}};
  for (int letter = getopt_long(argc, argv, "", rows.data(), nullptr); letter >= 0;
       letter = getopt_long(argc, argv, "", rows.data(), nullptr)) {
    if (letter == 'd') options.devices = optarg;
    if (letter == 'h') options.host = optarg;
    if (letter == 'p') options.port = std::atoi(optarg);
    if (letter == 't') options.period_s = std::atof(optarg);
  }
  return options;
}

coap_context_t* make_context() {
  coap_startup();
  coap_set_log_level(LOG_EMERG);
  coap_dtls_set_log_level(LOG_EMERG);
  coap_context_t* const context = coap_new_context(nullptr);
  if (context == nullptr) return nullptr;
  coap_register_response_handler(context, [](coap_session_t* session, const coap_pdu_t* /*sent*/,
                                             const coap_pdu_t* received, const coap_mid_t /*mid*/) {
    if (Device* const device = device_of(session)) device->on_response(received);
    return COAP_RESPONSE_OK;
  });
  coap_register_nack_handler(context,
                             [](coap_session_t* session, const coap_pdu_t* /*sent*/,
                                const coap_nack_reason_t /*reason*/, const coap_mid_t /*mid*/) {
                               if (Device* const device = device_of(session)) device->on_lost();
                             });
  coap_register_event_handler(context, [](coap_session_t* session, const coap_event_t event) {
    const bool is_over = event == COAP_EVENT_DTLS_CLOSED || event == COAP_EVENT_DTLS_ERROR;
    if (Device* const device = is_over ? device_of(session) : nullptr) device->on_lost();
    return 0;
  });
  return context;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = parse(argc, argv);
  std::ifstream in(options.devices);
  const Json list = Json::parse(in, nullptr, false);
  coap_address_t gateway;
  coap_address_init(&gateway);
  gateway.size = sizeof(gateway.addr.sin);
  gateway.addr.sin = {};
  gateway.addr.sin.sin_family = AF_INET;
  gateway.addr.sin.sin_port = htons(static_cast<std::uint16_t>(options.port));
  coap_context_t* const context = make_context();
  if (!list.is_array() || context == nullptr ||
      inet_pton(AF_INET, options.host.c_str(), &gateway.addr.sin.sin_addr) != 1) {
    std::fprintf(stderr, "sim_coap --devices FILE --host ADDRESS --port PORT [--period S]\n");
    return 2;
  }
  struct sigaction action {};
  action.sa_handler = [](int) { g_stop = 1; };
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
  std::vector<std::unique_ptr<Device>> devices;
  for (const Json& about : list)
    devices.push_back(std::make_unique<Device>(about, context, gateway));
  auto next = Clock::now();
  while (g_stop == 0) {
    if (Clock::now() >= next) {
      for (const auto& device : devices) device->report();
      next = Clock::now() + std::chrono::milliseconds(static_cast<int>(options.period_s * 1000));
    }
    coap_io_process(context, 100);
  }
  devices.clear();
  coap_free_context(context);
  return 0;
}
