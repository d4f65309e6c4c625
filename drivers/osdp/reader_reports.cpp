#include "drivers/osdp/reader_reports.hpp"

#include <algorithm>
#include <utility>

#include "firmware/base/bytes.hpp"
#include "firmware/base/json.hpp"

namespace linli::drivers::osdp {
namespace {

constexpr std::size_t kMaxReason = 200;

void read(const domain::Profile& profile, domain::Report& report, std::string_view property,
          domain::Value value) {
  if (const auto index = domain::property_index(profile, property))
    report.readings.push_back({*index, std::move(value)});
}

void raise(const domain::Profile& profile, domain::Report& report, std::string_view event,
           std::string data = "{}") {
  if (const auto index = domain::event_index(profile, event))
    report.events.push_back({*index, std::move(data)});
}

std::string_view word_of(Security security) {
  switch (security) {
    case Security::kClear:
      return "clear";
    case Security::kDefaultKey:
      return "default_key";
    case Security::kOwnKey:
      return "own_key";
  }
  return "clear";
}

domain::Presentation presented(domain::DeviceId device, std::uint8_t head, base::TimePoint at) {
  domain::Presentation presentation;
  presentation.reader = std::move(device);
  presentation.head = head;
  presentation.at = at;
  return presentation;
}

// One reply at a time becomes a report.
struct Speaker {
  const domain::Profile& profile;
  domain::Report& report;
  base::TimePoint at;
  ReaderMemory& memory;

  void operator()(const LocalStatus& status) const {
    read(profile, report, "tampered", status.tampered);
    read(profile, report, "power_failed", status.power_failed);
    if (std::exchange(memory.tampered, status.tampered) != status.tampered && status.tampered)
      raise(profile, report, "tamper");
    if (std::exchange(memory.power_failed, status.power_failed) != status.power_failed &&
        status.power_failed)
      raise(profile, report, "power_failure");
  }
  void operator()(const InputStatus& status) const { flags("input_", status.active); }
  void operator()(const OutputStatus& status) const { flags("output_", status.active); }
  void operator()(const ReaderStatus& status) const {
    const bool is_well =
        std::all_of(status.readers.begin(), status.readers.end(),
                    [](ReaderState state) { return state == ReaderState::kNormal; });
    read(profile, report, "head_fault", !is_well);
  }
  void operator()(const RawCard& card) const {
    auto presentation = presented(report.device, card.reader, at);
    const std::string& bits = card.bits.reveal();
    if (const auto key = domain::wiegand_key(bits, card.bit_count)) {
      presentation.kind = domain::Presentation::Kind::kKeypad;
      presentation.digits = base::SecretText(std::string(1, *key));
    } else {
      presentation.card_bits = base::SecretText(base::to_hex(bits));
      presentation.bit_count = static_cast<std::uint16_t>(card.bit_count);
      presentation.wiegand = domain::decode_wiegand(bits, card.bit_count);
    }
    if (presentation.wiegand && !presentation.wiegand->parity_ok) {
      ++memory.parity_faults;
      read(profile, report, "parity_faults", static_cast<std::int64_t>(memory.parity_faults));
    }
    report.presentations.push_back(std::move(presentation));
  }
  void operator()(const Keypad& keypad) const {
    auto presentation = presented(report.device, keypad.reader, at);
    presentation.kind = domain::Presentation::Kind::kKeypad;
    presentation.digits = keypad.digits;
    report.presentations.push_back(std::move(presentation));
  }
  void operator()(const FormattedCard& /*card*/) const {
    report.rejection =
        "the reader sends cards in the deprecated form FMT: set it to raw Wiegand data";
  }
  template <class Other>
  void operator()(const Other& /*no state*/) const {}

 private:
  void flags(std::string_view prefix, const std::vector<bool>& active) const {
    for (std::size_t i = 0; i < active.size(); ++i)
      read(profile, report, fmt::format("{}{}", prefix, i), static_cast<bool>(active[i]));
  }
};

}  // namespace

domain::Report report_of(const domain::Profile& profile, domain::DeviceId device,
                         const Reply& reply, base::TimePoint at, ReaderMemory& memory) {
  domain::Report report;
  report.device = std::move(device);
  std::visit(Speaker{profile, report, at, memory}, reply);
  return report;
}

domain::Report report_of(const domain::Profile& profile, domain::DeviceId device,
                         const CameOnline& online) {
  domain::Report report;
  report.device = std::move(device);
  report.presence = domain::Presence::kOnline;
  const Identity& identity = online.identity;
  read(profile, report, "secure_channel", std::string(word_of(online.security)));
  read(profile, report, "trouble", std::string());
  read(profile, report, "serial", identity.serial);
  read(profile, report, "firmware", identity.firmware);
  read(profile, report, "model",
       fmt::format("{} {}.{}", identity.vendor, identity.model, identity.version));
  return report;
}

domain::Report report_of(const domain::Profile& profile, domain::DeviceId device,
                         const WentOffline& offline) {
  domain::Report report;
  report.device = std::move(device);
  report.presence = domain::Presence::kOffline;
  read(profile, report, "trouble", offline.reason.what.substr(0, kMaxReason));
  return report;
}

domain::Report event_report(const domain::Profile& profile, domain::DeviceId device,
                            std::string_view event, std::string_view reason) {
  domain::Report report;
  report.device = std::move(device);
  std::string data = "{}";
  if (!reason.empty()) {
    data = "{\"reason\":";
    base::append_json_string(data, reason.substr(0, kMaxReason));
    data += "}";
  }
  raise(profile, report, event, std::move(data));
  return report;
}

}  // namespace linli::drivers::osdp
