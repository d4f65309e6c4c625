#include "drivers/coap/senml_json.hpp"

// What was read is written so that it reads the same.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  namespace coap = linli::drivers::coap;
  const auto records =
      coap::decode_senml(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!records) return 0;
  const auto again = coap::decode_senml(coap::encode_senml(*records));
  // The base name of a hundred records, written out in each, may be more than a payload holds.
  if (again && *again != *records) __builtin_trap();
  return 0;
}
