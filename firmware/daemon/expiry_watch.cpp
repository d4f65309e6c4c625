#include "firmware/daemon/expiry_watch.hpp"

#include <algorithm>
#include <utility>

#include "firmware/base/json.hpp"
#include "firmware/base/log.hpp"
#include "firmware/domain/event_time.hpp"
#include "firmware/tls/identity.hpp"

namespace linli::daemon {
namespace {

constexpr base::Duration kEvery = std::chrono::hours(1);
constexpr std::string_view kKey = "expiry/";
constexpr std::size_t kMaxFiles = 64;

std::string_view name(tls::ExpiryWarning step) {
  switch (step) {
    case tls::ExpiryWarning::kNone:
      return "none";
    case tls::ExpiryWarning::k30Days:
      return "30_days";
    case tls::ExpiryWarning::k14Days:
      return "14_days";
    case tls::ExpiryWarning::k7Days:
      return "7_days";
    case tls::ExpiryWarning::k1Day:
      return "1_day";
    case tls::ExpiryWarning::kExpired:
      return "expired";
  }
  return "none";
}

std::string event_data(const tls::CertificateInfo& info, std::string_view step, std::int64_t days) {
  std::string data = "{\"subject\":";
  base::append_json_string(data, info.subject);
  data += ",\"sha256\":";
  base::append_json_string(data, info.sha256);
  data += fmt::format(",\"step\":\"{}\",\"days_left\":{},\"ends\":\"{}\"}}", step, days,
                      domain::rfc3339(info.not_after_unix_s * 1000));
  return data;
}

}  // namespace

ExpiryWatch::ExpiryWatch(base::Loop& loop, ports::Store& store, const ports::WallClock& clock,
                         std::function<std::vector<std::string>()> files)
    : loop_(loop), store_(store), clock_(clock), files_(std::move(files)) {}

base::Result<void> ExpiryWatch::start(ports::Query& query) {
  auto rows = query.scan(ports::Space::kMeta, std::string(kKey), kMaxFiles);
  if (!rows) return base::failure_of(std::move(rows));
  for (auto& [key, said] : *rows) {
    if (key.starts_with(kKey)) said_[key.substr(kKey.size())] = std::move(said);
  }
  loop_.post([this] { look(); });
  return {};
}

void ExpiryWatch::look() {
  for (const std::string& file : files_()) look_at(file);
  timer_ = loop_.after(kEvery, [this] { look(); });
}

void ExpiryWatch::look_at(const std::string& file) {
  const auto info = tls::read_certificate(file);
  if (!info) return;
  const domain::EventTime now = clock_.now();
  const auto step = tls::expiry_warning(info->not_after_unix_s, now.unix_ms / 1000);
  const std::string saying = fmt::format("{} {}", info->sha256, name(step));
  if (step == tls::ExpiryWarning::kNone || said_[file] == saying) return;
  said_[file] = saying;
  const auto days = tls::days_left(info->not_after_unix_s, now.unix_ms / 1000);
  base::log::warn("certificate",
                  step == tls::ExpiryWarning::kExpired
                      ? "a certificate has expired: replace it, see linlictl keys show"
                      : "a certificate comes to its end: replace it before, see linlictl keys show",
                  {{"file", file}, {"subject", info->subject}, {"days_left", days}});
  ports::Turn turn;
  turn.puts.push_back({ports::Space::kMeta, std::string(kKey) + file, saying});
  turn.envelopes.push_back({domain::Stream::kAlarm, std::string(domain::kCertificateEvent),
                            "gateway", now, event_data(*info, name(step), days)});
  store_.commit(std::move(turn), [this, file](const base::Result<void>& stored) {
    if (!stored) said_.erase(file);  // said again at the next look
  });
}

}  // namespace linli::daemon
