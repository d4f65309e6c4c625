#include <nlohmann/json.hpp>

#include "drivers/coap/lwm2m_words.hpp"

#include "firmware/base/json.hpp"

// Whatever a device sends can be said: the first byte chooses the kind of message, what is decoded
// is JSON.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  namespace coap = linli::drivers::coap;
  namespace net = linli::net;
  if (size == 0) return 0;
  const std::string payload(reinterpret_cast<const char*>(data) + 1, size - 1);
  static const linli::domain::Profile kProfile;
  coap::Lwm2mWords words;
  if (data[0] % 4 == 3) {
    net::CoapRequest request;
    request.method = net::CoapMethod::kPost;
    request.path = {"rd"};
    request.query = {payload.substr(0, 32)};
    request.payload = payload;
    words = coap::words_of(request, kProfile);
  } else {
    constexpr std::uint16_t kFormats[] = {0, 110, 11542};
    net::CoapAnswer answer;
    answer.code = static_cast<std::uint8_t>(net::CoapCode::kContent);
    answer.content_format = kFormats[data[0] % 4];
    answer.payload = payload;
    words = coap::words_of(answer, {"3", "0"}, kProfile);
  }
  if (!linli::base::parse_json(words.decoded)) __builtin_trap();
  return 0;
}
