#include "drivers/terminal/terminal_reports.hpp"

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/json.hpp"
#include "firmware/domain/wiegand.hpp"

namespace linli::drivers::terminal {
namespace {

using base::Json;
using domain::Presentation;

constexpr std::string_view kRecordKind = "rec";
constexpr std::string_view kSnapshotKind = "snap";

void raise(const domain::Profile& profile, domain::Report& report, std::string_view event,
           const Json& data) {
  if (const auto index = domain::event_index(profile, event))
    report.events.push_back({*index, base::dump_json(data)});
}

bool is_live(const std::optional<std::int64_t>& time_ms, const Moment& moment) {
  return time_ms && moment.now.quality == domain::TimeQuality::kSynchronised &&
         std::abs(*time_ms - moment.now.unix_ms) <= kLiveMs;
}

std::string_view name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kAllowed:
      return "allowed";
    case Verdict::kRefused:
      return "refused";
    case Verdict::kNotRegistered:
      return "not_registered";
    case Verdict::kNone:
      break;
  }
  return "none";
}

// Nothing if there is nothing in it that anybody could judge.
std::optional<Presentation> presentation_of(const domain::TerminalModel& model,
                                            const domain::DeviceId& device, const Record& record,
                                            base::TimePoint at) {
  Presentation shown;
  shown.reader = device;
  shown.at = at;
  switch (record.kind) {
    case Record::Kind::kQr:
      shown.kind = Presentation::Kind::kQr;
      shown.text = record.shown;
      return shown;
    case Record::Kind::kCard: {
      auto bits = card_bits(model, record.shown.reveal());
      if (!bits) return std::nullopt;
      shown.kind = Presentation::Kind::kCard;
      shown.bit_count = static_cast<std::uint16_t>(bits->count);
      shown.card_bits = std::move(bits->hex);
      return shown;
    }
    case Record::Kind::kFace:
      break;
  }
  if (record.person.empty()) return std::nullopt;
  shown.kind = Presentation::Kind::kFace;
  shown.text = base::SecretText(record.person);
  return shown;
}

Json data_of(const Record& record, bool is_late) {
  Json data{{"kind", name(record.kind)}, {"verdict", name(record.verdict)}, {"late", is_late}};
  if (!record.person.empty()) data["person"] = record.person;
  if (!record.direction.empty()) data["direction"] = record.direction;
  if (!record.id.empty()) data["record"] = record.id;
  if (record.time_ms) data["time"] = time_text(*record.time_ms);
  return data;
}

}  // namespace

domain::Report report_of(const domain::Profile& profile, domain::DeviceId device,
                         const Record& record, const Moment& moment) {
  domain::Report report;
  const bool is_late = record.is_resent || !is_live(record.time_ms, moment);
  raise(profile, report, "record", data_of(record, is_late));
  if (!record.id.empty()) report.message_id = record_key(kRecordKind, record.id, record.time_ms);
  report.device_time_ms = record.time_ms;
  const bool is_for_gateway =
      !is_late && !profile.terminal->decides_itself &&
      (record.verdict == Verdict::kAllowed || record.kind == Record::Kind::kQr);
  if (is_for_gateway) {
    if (auto shown = presentation_of(*profile.terminal, device, record, moment.at))
      report.presentations.push_back(*std::move(shown));
  }
  report.device = std::move(device);
  return report;
}

domain::Report report_of(const domain::Profile& profile, domain::DeviceId device,
                         const Snapshot& snapshot) {
  domain::Report report;
  Json data = Json::object();
  if (!snapshot.id.empty()) {
    data["record"] = snapshot.id;
    report.message_id = record_key(kSnapshotKind, snapshot.id, snapshot.time_ms);
  }
  if (snapshot.time_ms) data["time"] = time_text(*snapshot.time_ms);
  raise(profile, report, "stranger", data);
  report.device_time_ms = snapshot.time_ms;
  report.device = std::move(device);
  return report;
}

domain::Report report_of(const domain::Profile& profile, domain::DeviceId device, const Scan& scan,
                         const Moment& moment) {
  domain::Report report;
  if (!profile.terminal->decides_itself && is_live(scan.time_ms, moment)) {
    Presentation shown;
    shown.reader = device;
    shown.kind = Presentation::Kind::kQr;
    shown.text = scan.text;
    shown.at = moment.at;
    report.presentations.push_back(std::move(shown));
  }
  report.device = std::move(device);
  return report;
}

std::string record_key(std::string_view kind, std::string_view id,
                       std::optional<std::int64_t> time_ms) {
  return fmt::format("{}/{}/{}", kind, id, time_ms.value_or(0));
}

std::optional<Pushed> pushed_in(std::string_view key) {
  const std::size_t first = key.find('/');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = key.rfind('/');
  const std::string_view kind = key.substr(0, first);
  if (second == first || (kind != kRecordKind && kind != kSnapshotKind)) return std::nullopt;
  return Pushed{std::string(key.substr(first + 1, second - first - 1)),
                kind == kRecordKind ? 2 : 1};
}

}  // namespace linli::drivers::terminal
