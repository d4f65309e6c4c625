#include <nlohmann/json.hpp>

#include "drivers/terminal/terminal_reports.hpp"
#include "firmware/domain/profile_codec.hpp"

// What a terminal says, on each of its topics: never more in the masked form than the allowed keys,
// and no presentation that is not live.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  namespace terminal = linli::drivers::terminal;
  namespace domain = linli::domain;
  static const domain::Profile profile =
      domain::parse_profile("fuzz/terminal", R"({"@type":"tm:ThingModel",
    "titles":{"zh":"x","en":"x"},"linli:terminal":{"topics":{"command":"t/{id}","answer":"t/{id}/Ack",
    "record":"t/{id}/Rec","heartbeat":"t/hb"},"cardBits":34},"events":{"record":{"titles":{"zh":"x","en":"x"},
    "linli:stream":"access"},"stranger":{"titles":{"zh":"x","en":"x"},"linli:stream":"access"}}})")
          .value();
  static const auto device = domain::DeviceId::parse("d").value();
  if (size == 0) return 0;
  const auto channel = static_cast<terminal::Channel>(data[0] % 5);
  const std::string_view payload(reinterpret_cast<const char*>(data + 1), size - 1);
  if (!linli::base::parse_json(terminal::masked(payload),
                               {.max_bytes = 16 * 1024 * 1024, .max_values = 100'000}))
    __builtin_trap();
  const auto message = terminal::decode(channel, payload);
  if (!message) return 0;
  const terminal::Moment moment{{1'763'856'062'000, domain::TimeQuality::kSynchronised, 1, 0}, {}};
  if (const auto* record = std::get_if<terminal::Record>(&*message)) {
    const auto report = terminal::report_of(profile, device, *record, moment);
    if (!report.presentations.empty() && (record->is_resent || !record->time_ms)) __builtin_trap();
    if (report.events.size() != 1) __builtin_trap();
  }
  if (const auto* snapshot = std::get_if<terminal::Snapshot>(&*message))
    terminal::report_of(profile, device, *snapshot);
  if (const auto* scan = std::get_if<terminal::Scan>(&*message))
    terminal::report_of(profile, device, *scan, moment);
  return 0;
}
