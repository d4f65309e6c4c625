#include "drivers/native/native_codec.hpp"
#include "firmware/domain/profile_codec.hpp"

// A report is either a rejection with nothing else in it, or within the model.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  namespace domain = linli::domain;
  namespace drivers = linli::drivers;
  static const domain::Profile profile =
      domain::parse_profile("fuzz/native", R"({"@type":"tm:ThingModel",
    "titles":{"zh":"x","en":"x"},"properties":{"t":{"titles":{"zh":"x","en":"x"},"type":"number","minimum":0,"maximum":9}},
    "events":{"e":{"titles":{"zh":"x","en":"x"},"linli:stream":"alarm","data":{"type":"object","properties":{"n":{"type":"integer"}}}}}})")
          .value();
  if (size == 0) return 0;
  const auto kind = static_cast<drivers::native::Kind>(data[0] % 4);
  const std::string_view payload(reinterpret_cast<const char*>(data + 1), size - 1);
  const auto report =
      drivers::native::decode(profile, domain::DeviceId::parse("d").value(), kind, payload);
  const bool is_empty = report.readings.empty() && report.events.empty() &&
                        report.results.empty() && !report.presence;
  if (report.rejection && !is_empty) __builtin_trap();
  for (const auto& reading : report.readings) {
    const double value = std::get<double>(reading.value);
    if (value < 0 || value > 9) __builtin_trap();
  }
  return 0;
}
