#include "drivers/coap/lwm2m_tlv.hpp"

// What was read is written so that it reads the same, and no longer than it was.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  namespace coap = linli::drivers::coap;
  const auto entries =
      coap::decode_tlv(std::string_view(reinterpret_cast<const char*>(data), size));
  if (!entries) return 0;
  const std::string written = coap::encode_tlv(*entries);
  if (written.size() > size || coap::decode_tlv(written) != entries) __builtin_trap();
  for (const auto& entry : *entries) {
    (void)coap::tlv_integer(entry.value);
    (void)coap::tlv_float(entry.value);
    (void)coap::tlv_boolean(entry.value);
  }
  return 0;
}
