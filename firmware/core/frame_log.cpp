#include "firmware/core/frame_log.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/bytes.hpp"

namespace linli::core {
namespace {

using base::Json;

constexpr std::size_t kMaxFollowers = 16;
constexpr std::size_t kMaxSummary = 200;

// About what a frame costs, its report included.
std::size_t cost(const LoggedFrame& logged) {
  const ports::Frame& frame = logged.frame;
  std::size_t bytes = sizeof logged + logged.driver.size() + frame.device.size() +
                      frame.peer.size() + frame.head.size() + frame.payload.size() +
                      frame.words.size() + frame.decoded.size();
  if (!frame.report) return bytes;
  const domain::Report& report = *frame.report;
  bytes += report.readings.size() * sizeof(domain::Reading) + report.message_id.size() +
           report.rejection.value_or("").size();
  for (const domain::DeviceEvent& event : report.events) bytes += sizeof event + event.data.size();
  for (const domain::ActionResult& result : report.results)
    bytes += sizeof result + result.output.size() + result.problem.size();
  return bytes;
}

Json value_json(const domain::Value& value) {
  return base::parse_json(domain::to_json(value)).value_or(Json());
}

Json object_json(const std::string& text) {
  return base::parse_json(text).value_or(Json(text));
}

Json report_json(const domain::Report& report, const domain::Profile* profile) {
  Json json = Json::object();
  if (report.rejection) json["rejected"] = *report.rejection;
  if (report.presence)
    json["presence"] = *report.presence == domain::Presence::kOnline ? "online" : "offline";
  if (!report.message_id.empty()) json["id"] = report.message_id;
  if (profile == nullptr) return json;
  for (const domain::Reading& reading : report.readings) {
    if (reading.property < profile->properties.size())
      json["properties"][profile->properties[reading.property].name] = value_json(reading.value);
  }
  for (const domain::DeviceEvent& event : report.events) {
    if (event.event < profile->events.size())
      json["events"].push_back(
          {{"event", profile->events[event.event].name}, {"data", object_json(event.data)}});
  }
  for (const domain::ActionResult& result : report.results) {
    json["results"].push_back({{"command", result.command.str()},
                               {"ok", result.ok},
                               {"output", object_json(result.output)},
                               {"problem", result.problem}});
  }
  return json;
}

// At the end of a character.
void cut(std::string& text, std::size_t bytes) {
  if (text.size() <= bytes) return;
  while (bytes > 0 && (static_cast<unsigned char>(text[bytes]) & 0xC0U) == 0x80U) --bytes;
  text.resize(bytes);
  text += "…";
}

Json decoded_json(const ports::Frame& frame) {
  Json json = frame.report ? report_json(*frame.report, frame.profile.get()) : Json::object();
  if (!frame.decoded.empty()) json.update(base::parse_json(frame.decoded).value_or(Json::object()));
  return json;
}

}  // namespace

bool FrameFilter::matches(const LoggedFrame& logged) const {
  return (driver.empty() || driver == logged.driver) &&
         (device.empty() || device == logged.frame.device);
}

void FrameLog::frame(std::string_view driver, ports::Frame frame) {
  auto found = rings_.find(driver);
  if (found == rings_.end()) found = rings_.emplace(std::string(driver), Ring{}).first;
  Ring& ring = found->second;
  LoggedFrame logged;
  logged.seq = ++last_;
  logged.driver = found->first;
  logged.time = clock_.now();
  logged.at = loop_.now();
  logged.bytes = frame.payload.size();
  if (frame.payload.size() > kMaxPayload) {
    frame.payload.resize(kMaxPayload);
    frame.payload.shrink_to_fit();
  }
  logged.frame = std::move(frame);
  ring.bytes += cost(logged);
  ring.frames.push_back(std::move(logged));
  trim(ring);
  if (!followers_.empty() && !ring.frames.empty()) {
    std::erase_if(followers_,
                  [&last = ring.frames.back()](const auto& follower) { return !follower(last); });
  }
}

void FrameLog::trim(Ring& ring) {
  while (!ring.frames.empty() &&
         (ring.bytes > kMaxBytes || loop_.now() - ring.frames.front().at > kMaxAge)) {
    ring.bytes -= cost(ring.frames.front());
    ring.frames.pop_front();
  }
}

void FrameLog::follow(std::function<bool(const LoggedFrame&)> follower) {
  if (followers_.size() >= kMaxFollowers) followers_.erase(followers_.begin());
  followers_.push_back(std::move(follower));
}

std::vector<const LoggedFrame*> FrameLog::list(const FrameFilter& filter, std::uint64_t after,
                                               std::size_t limit) {
  std::vector<const LoggedFrame*> found;
  for (auto& [driver, ring] : rings_) {
    trim(ring);
    for (const LoggedFrame& frame : ring.frames) {
      if (frame.seq > after && filter.matches(frame)) found.push_back(&frame);
    }
  }
  std::sort(found.begin(), found.end(),
            [](const LoggedFrame* one, const LoggedFrame* other) { return one->seq < other->seq; });
  if (found.size() > limit) found.resize(limit);
  return found;
}

std::string frame_summary(const LoggedFrame& logged) {
  const ports::Frame& frame = logged.frame;
  std::string what = frame.words;
  if (frame.report) {
    const Json decoded = report_json(*frame.report, frame.profile.get());
    if (decoded.contains("rejected"))
      return frame.head + ": rejected, " + decoded["rejected"].get<std::string>();
    for (const char* part : {"properties", "events", "results", "presence"}) {
      if (decoded.contains(part))
        what += (what.empty() ? "" : " ") + base::dump_json(decoded[part]);
    }
  }
  cut(what, kMaxSummary);
  return what.empty() ? frame.head : frame.head + ": " + what;
}

Json frame_json(const LoggedFrame& logged) {
  const ports::Frame& frame = logged.frame;
  const bool is_text = frame.kind == ports::FrameKind::kMqtt && base::is_utf8(frame.payload);
  Json json = {{"seq", logged.seq},
               {"time", domain::rfc3339(logged.time.unix_ms)},
               {"quality", std::string(domain::name(logged.time.quality))},
               {"driver", logged.driver},
               {"direction", frame.direction == ports::FrameDirection::kIn ? "in" : "out"},
               {"device", frame.device},
               {"peer", frame.peer},
               {"bytes", logged.bytes},
               {"summary", frame_summary(logged)},
               {"decoded", decoded_json(frame)}};
  json[is_text ? "text" : "hex"] = is_text ? frame.payload : base::to_hex(frame.payload);
  return json;
}

}  // namespace linli::core
