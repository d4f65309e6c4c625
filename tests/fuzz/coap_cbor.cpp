#include <nlohmann/json.hpp>

#include "drivers/coap/cbor_json.hpp"
#include "firmware/base/json.hpp"

// What is taken is JSON, and an implementation that we did not write takes it too and reads the
// same.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  namespace coap = linli::drivers::coap;
  const std::string_view cbor(reinterpret_cast<const char*>(data), size);
  const auto json = coap::cbor_to_json(cbor);
  if (!json) return 0;
  if (!nlohmann::json::accept(*json)) __builtin_trap();
  const auto other = nlohmann::json::from_cbor(data, data + size, true, false);
  if (other.is_discarded()) __builtin_trap();
  // A duplicate key is refused by our reader; nlohmann keeps one of them.
  if (!linli::base::parse_json(*json)) return 0;
  const auto again = coap::json_to_cbor(*json);
  if (!again || !coap::cbor_to_json(*again)) __builtin_trap();
  return 0;
}
