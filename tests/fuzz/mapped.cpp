#include "drivers/mqtt/mapped_codec.hpp"
#include "firmware/domain/profile_codec.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  namespace domain = linli::domain;
  static const domain::Profile profile =
      domain::parse_profile("fuzz/mapped", R"({"@type":"tm:ThingModel",
    "titles":{"zh":"x","en":"x"},"properties":{"t":{"titles":{"zh":"x","en":"x"},"type":"number",
      "forms":[{"href":"x/{id}","linli:pointer":"/a/b","linli:transforms":[{"bcd":true},{"scale":0.1}]},{"href":"x/{id}/n"}]}}})")
          .value();
  if (size == 0) return 0;
  const char* const topic = data[0] % 2 == 0 ? "x/d" : "x/d/n";
  const std::string_view payload(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto report = linli::drivers::mqtt::decode_mapped(
      profile, domain::DeviceId::parse("d").value(), topic, payload);
  if (report.rejection && !report.readings.empty()) __builtin_trap();
  return 0;
}
