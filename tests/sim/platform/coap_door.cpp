#include "tests/sim/platform/coap_door.hpp"

#include <arpa/inet.h>
#include <coap3/coap.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>

namespace linli::sim {
namespace {

constexpr unsigned kMaxAge = 60;  // of an observation; the gateway asks again before
constexpr std::size_t kRemembered = 32;
constexpr unsigned kJson = 50;

[[noreturn]] void give_up(const std::string& what) {
  std::fprintf(stderr, "platform_receiver: %s\n", what.c_str());
  std::exit(2);
}

constexpr unsigned code(unsigned code_class, unsigned detail) {
  return code_class * 32 + detail;
}

std::string key_from(const std::string& file) {
  std::ifstream in(file);
  std::string key;
  if (!std::getline(in, key) || key.empty()) give_up("the key in " + file + " cannot be read");
  return key;
}

std::string path_of(const coap_pdu_t& request) {
  std::string path;
  coap_opt_iterator_t options;
  coap_option_iterator_init(&request, &options, COAP_OPT_ALL);
  while (const coap_opt_t* option = coap_option_next(&options)) {
    if (options.number != COAP_OPTION_URI_PATH) continue;
    if (!path.empty()) path += '/';
    path.append(reinterpret_cast<const char*>(coap_opt_value(option)), coap_opt_length(option));
  }
  return path;
}

std::optional<unsigned> number_of(const coap_pdu_t& request, coap_option_num_t number) {
  coap_opt_iterator_t options;
  const coap_opt_t* const option = coap_check_option(&request, number, &options);
  if (option == nullptr) return std::nullopt;
  return coap_decode_var_bytes(coap_opt_value(option), coap_opt_length(option));
}

std::string payload_of(const coap_pdu_t& request) {
  std::size_t length = 0;
  const std::uint8_t* data = nullptr;
  if (coap_get_data(&request, &length, &data) == 0) return "";
  return {reinterpret_cast<const char*>(data), length};
}

void add_number(coap_pdu_t& pdu, coap_option_num_t option, unsigned value) {
  std::array<std::uint8_t, 4> buffer{};
  const unsigned length = coap_encode_var_safe(buffer.data(), buffer.size(), value);
  coap_add_option(&pdu, option, length, buffer.data());
}

void write(coap_pdu_t& pdu, const CoapAnswer& answer) {
  coap_pdu_set_code(&pdu, static_cast<coap_pdu_code_t>(answer.code));
  if (answer.observe) add_number(pdu, COAP_OPTION_OBSERVE, *answer.observe);
  if (!answer.payload.empty() && answer.payload.front() == '{')
    add_number(pdu, COAP_OPTION_CONTENT_FORMAT, kJson);
  if (answer.max_age_s) add_number(pdu, COAP_OPTION_MAXAGE, *answer.max_age_s);
  if (answer.block1) add_number(pdu, COAP_OPTION_BLOCK1, *answer.block1);
  if (!answer.payload.empty())
    coap_add_data(&pdu, answer.payload.size(),
                  reinterpret_cast<const std::uint8_t*>(answer.payload.data()));
}

std::string peer_of(const coap_session_t* session) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%p ", static_cast<const void*>(session));
  return text.data();
}

CoapDoor& door_of(coap_session_t* session) {
  return *static_cast<CoapDoor*>(coap_get_app_data(coap_session_get_context(session)));
}

// "linli/v1/<gateway>/down/command"
std::optional<std::string> commands_of(const std::string& path) {
  const std::string head = "linli/v1/";
  const std::string tail = "/down/command";
  if (path.size() <= head.size() + tail.size() || path.compare(0, head.size(), head) != 0 ||
      path.compare(path.size() - tail.size(), tail.size(), tail) != 0)
    return std::nullopt;
  return path.substr(head.size(), path.size() - head.size() - tail.size());
}

CoapAnswer answer_to(UploadBlocks::Outcome outcome, unsigned block1) {
  switch (outcome) {
    case UploadBlocks::Outcome::kContinue:
      return {code(2, 31), "", std::nullopt, block1};
    case UploadBlocks::Outcome::kIncomplete:
      return {code(4, 8), "begin again with block 0", std::nullopt, block1};
    case UploadBlocks::Outcome::kTooLarge:
      return {code(4, 13), "more than 1 MiB", std::nullopt, block1};
    default:
      return {code(4, 0), "a block of another size than it says"};
  }
}

}  // namespace

CoapDoor::CoapDoor(int port, std::string identity, const std::string& key_file, TakeBatch take)
    : identity_(std::move(identity)),
      key_(key_from(key_file)),
      key_bytes_(std::make_unique<coap_bin_const_t>()),
      take_(std::move(take)) {
  coap_startup();
  coap_set_log_level(LOG_EMERG);
  coap_dtls_set_log_level(LOG_EMERG);
  open(port);
}

CoapDoor::~CoapDoor() {
  while (!observers_.empty()) forget_observer(observers_.begin()->first);
  coap_free_context(context_);
}

void CoapDoor::open(int port) {
  context_ = coap_new_context(nullptr);
  coap_set_app_data(context_, this);
  static constexpr std::string_view kHint = "linli-platform";
  coap_dtls_spsk_t setup{};
  setup.version = COAP_DTLS_SPSK_SETUP_VERSION;
  setup.psk_info.hint = {kHint.size(), reinterpret_cast<const std::uint8_t*>(kHint.data())};
  *key_bytes_ = {key_.size(), reinterpret_cast<const std::uint8_t*>(key_.data())};
  setup.psk_info.key = *key_bytes_;
  setup.id_call_back_arg = this;
  setup.validate_id_call_back = [](coap_bin_const_t* identity, coap_session_t*,
                                   void* self) -> const coap_bin_const_t* {
    const auto& door = *static_cast<CoapDoor*>(self);
    const std::string name(reinterpret_cast<const char*>(identity->s), identity->length);
    return name == door.identity_ ? door.key_bytes_.get() : nullptr;
  };
  coap_context_set_psk2(context_, &setup);
  const coap_method_handler_t handler =
      [](coap_resource_t*, coap_session_t* session, const coap_pdu_t* request, const coap_string_t*,
         coap_pdu_t* response) { door_of(session).on_request(session, *request, *response); };
  coap_resource_t* const all = coap_resource_unknown_init2(handler, 0);
  coap_register_request_handler(all, COAP_REQUEST_GET, handler);
  coap_register_request_handler(all, COAP_REQUEST_POST, handler);
  coap_add_resource(context_, all);
  coap_register_nack_handler(
      context_, [](coap_session_t* session, const coap_pdu_t*, const coap_nack_reason_t,
                   const coap_mid_t mid) { door_of(session).on_lost(session, mid); });
  coap_register_event_handler(context_, [](coap_session_t* session, const coap_event_t event) {
    if (event == COAP_EVENT_SERVER_SESSION_DEL) door_of(session).on_end(session);
    return 0;
  });
  coap_address_t address;
  coap_address_init(&address);
  address.addr.sin.sin_family = AF_INET;
  address.addr.sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.addr.sin.sin_port = htons(static_cast<std::uint16_t>(port));
  address.size = sizeof(address.addr.sin);
  if (coap_new_endpoint(context_, &address, COAP_PROTO_DTLS) == nullptr)
    give_up("UDP port " + std::to_string(port) + " is taken");
}

int CoapDoor::descriptor() const {
  return coap_context_get_coap_fd(context_);
}

void CoapDoor::process() {
  coap_io_process(context_, COAP_IO_NO_WAIT);
  tell_waiting();
}

void CoapDoor::on_request(coap_session_t* session, const coap_pdu_t& request,
                          coap_pdu_t& response) {
  const int message_id = coap_pdu_get_mid(&request);
  const auto known =
      std::find_if(answered_.begin(), answered_.end(), [session, message_id](const Answered& a) {
        return a.session == session && a.message_id == message_id;
      });
  if (known != answered_.end()) return write(response, known->answer);
  answered_.push_back({session, message_id, answer_to(session, request)});
  if (answered_.size() > kRemembered) answered_.pop_front();
  write(response, answered_.back().answer);
}

CoapAnswer CoapDoor::answer_to(coap_session_t* session, const coap_pdu_t& request) {
  const std::string path = path_of(request);
  const bool is_get = coap_pdu_get_code(&request) == COAP_REQUEST_CODE_GET;
  if (const auto gateway = commands_of(path)) {
    return is_get ? observe(session, request, *gateway) : CoapAnswer{code(4, 5)};
  }
  return is_get ? CoapAnswer{code(4, 4)} : take_upload(session, request, path);
}

CoapAnswer CoapDoor::take_upload(const coap_session_t* session, const coap_pdu_t& request,
                                 const std::string& path) {
  const auto topic = topic_of(path);
  if (!topic) return {code(4, 4), "no such stream"};
  if (number_of(request, COAP_OPTION_CONTENT_FORMAT) != kJson) return {code(4, 15)};
  std::string payload = payload_of(request);
  const auto block1 = number_of(request, COAP_OPTION_BLOCK1);
  if (block1) {
    const auto outcome = blocks_.take(peer_of(session) + path, *block1 >> 4U, (*block1 & 8U) != 0,
                                      *block1 & 7U, payload);
    if (outcome != UploadBlocks::Outcome::kWhole) return sim::answer_to(outcome, *block1);
  }
  CoapAnswer answer = take_(*topic, payload);
  answer.block1 = block1;
  return answer;
}

CoapAnswer CoapDoor::observe(coap_session_t* session, const coap_pdu_t& request,
                             const std::string& gateway) {
  if (number_of(request, COAP_OPTION_OBSERVE) != 0U) return {code(2, 5), "{}"};
  const coap_bin_const_t token = coap_pdu_get_token(&request);
  forget_observer(gateway);
  observers_[gateway] = {coap_session_reference(session),
                         {reinterpret_cast<const char*>(token.s), token.length}};
  return {code(2, 5), "{}", kMaxAge, std::nullopt, 1};
}

void CoapDoor::forget_observer(const std::string& gateway) {
  const auto found = observers_.find(gateway);
  if (found == observers_.end()) return;
  coap_session_t* const session = found->second.session;
  observers_.erase(found);
  coap_session_release(session);
}

// A notification that nobody acknowledged: the gateway gets it when it observes again.
void CoapDoor::on_lost(const coap_session_t* session, int message_id) {
  const auto lost = std::find_if(told_.begin(), told_.end(), [session, message_id](const Told& t) {
    return t.session == session && t.message_id == message_id;
  });
  if (lost == told_.end()) return;
  const std::string gateway = lost->gateway;
  waiting_[gateway].push_front(lost->payload);
  told_.erase(lost);
  if (observers_.contains(gateway) && observers_[gateway].session == session)
    forget_observer(gateway);
}

void CoapDoor::on_end(const coap_session_t* session) {
  blocks_.forget(peer_of(session));
  answered_.erase(std::remove_if(answered_.begin(), answered_.end(),
                                 [session](const Answered& a) { return a.session == session; }),
                  answered_.end());
}

void CoapDoor::command(const std::string& gateway, std::string payload) {
  waiting_[gateway].push_back(std::move(payload));
  tell_waiting();
}

void CoapDoor::tell_waiting() {
  for (auto& [gateway, commands] : waiting_) {
    const auto observer = observers_.find(gateway);
    while (observer != observers_.end() && !commands.empty() &&
           tell(gateway, observer->second, commands.front()))
      commands.pop_front();
  }
}

bool CoapDoor::tell(const std::string& gateway, Observer& observer, const std::string& payload) {
  coap_session_t* const session = observer.session;
  const int message_id = coap_new_message_id(session);
  coap_pdu_t* const pdu =
      coap_pdu_init(COAP_MESSAGE_CON, COAP_RESPONSE_CODE_CONTENT,
                    static_cast<coap_mid_t>(message_id), coap_session_max_pdu_size(session));
  coap_add_token(pdu, observer.token.size(),
                 reinterpret_cast<const std::uint8_t*>(observer.token.data()));
  write(*pdu, {code(2, 5), payload, kMaxAge, std::nullopt, observer.number++});
  if (coap_send(session, pdu) == COAP_INVALID_MID) return false;
  told_.push_back({session, message_id, gateway, payload});
  if (told_.size() > kRemembered) told_.pop_front();
  return true;
}

}  // namespace linli::sim
