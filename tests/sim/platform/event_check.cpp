#include "tests/sim/platform/event_check.hpp"

#include <array>
#include <charconv>
#include <string_view>

namespace linli::sim {
namespace {

using nlohmann::json;

const std::string* text_of(const json& event, const char* member) {
  const auto found = event.find(member);
  if (found == event.end()) return nullptr;
  return found->get_ptr<const std::string*>();
}

std::uint64_t number_of(const std::string& digits) {
  std::uint64_t number = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, number);
  return error == std::errc() && stop == end ? number : 0;
}

bool is_plain_name(std::string_view name) {
  return !name.empty() && name.size() <= 20 &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789") == std::string_view::npos;
}

// CloudEvents 1.0: what every event has, and how its attributes may be called.
std::string check_cloud_event(const json& event) {
  if (!event.is_object()) return "not an object";
  for (const char* member : {"specversion", "id", "source", "type", "time", "datacontenttype"}) {
    const std::string* const text = text_of(event, member);
    if (text == nullptr || text->empty()) return std::string(member) + " is missing";
  }
  if (*text_of(event, "specversion") != "1.0") return "specversion is not 1.0";
  if (*text_of(event, "datacontenttype") != "application/json") return "datacontenttype is wrong";
  if (event.contains("subject") &&
      (text_of(event, "subject") == nullptr || text_of(event, "subject")->empty())) {
    return "subject is empty";
  }
  for (const auto& [name, value] : event.items()) {
    if (!is_plain_name(name)) return "the attribute name " + name + " is not allowed";
  }
  return "";
}

bool is_time(const std::string& time) {
  constexpr std::string_view kShape = "dddd-dd-ddTdd:dd:dd.dddZ";
  if (time.size() != kShape.size()) return false;
  for (std::size_t i = 0; i < kShape.size(); ++i) {
    const bool is_digit = time[i] >= '0' && time[i] <= '9';
    if (kShape[i] == 'd' ? !is_digit : time[i] != kShape[i]) return false;
  }
  return true;
}

// How far the time may be trusted, as the contract says it beside the time.
std::string check_time(const json& event) {
  if (!is_time(*text_of(event, "time"))) return "time is not RFC 3339 with milliseconds";
  const std::string* const quality = text_of(event, "timequality");
  if (quality == nullptr ||
      (*quality != "synchronised" && *quality != "floor" && *quality != "unknown")) {
    return "timequality is wrong";
  }
  const std::string* const boot = text_of(event, "bootid");
  if (boot == nullptr || boot->size() != 16) return "bootid is wrong";
  const auto monotonic = event.find("monotonicms");
  const bool is_there = monotonic != event.end();
  if (!is_there || !(monotonic->is_number_integer() || monotonic->is_string())) {
    return "monotonicms is wrong";
  }
  const auto data = event.find("data");
  return data != event.end() && data->is_object() ? "" : "data is not an object";
}

std::string read_identity(const json& event, const Topic& topic, EventIdentity& identity) {
  const std::string* const epoch = text_of(event, "linliepoch");
  const std::string* const stream = text_of(event, "linlistream");
  const std::string* const seq = text_of(event, "linliseq");
  if (epoch == nullptr || stream == nullptr || seq == nullptr)
    return "the linli attributes are missing";
  if (*stream != topic.channel) return "linlistream is not the topic's stream";
  if (*text_of(event, "source") != "/linli/" + topic.gateway)
    return "source is not the topic's gateway";
  identity = {*epoch, *stream, number_of(*seq), std::nullopt, 0};
  if (const std::string* const origin = text_of(event, "linliorigin")) {
    identity.origin = name_of(*origin);
    if (!identity.origin || identity.origin->stream != *stream) return "linliorigin is wrong";
  }
  if (identity.seq == 0) return "linliseq is not a number";
  std::string id = *epoch + "-" + *stream + "-" + *seq;
  if (*text_of(event, "type") == "linli.gap") {
    const json& data = event["data"];
    identity.gap_first = data.value("first", std::uint64_t{0});
    if (identity.gap_first == 0 || identity.gap_first > identity.seq) return "the gap has no range";
    id += "-gap";
  }
  return *text_of(event, "id") == id ? "" : "id is not epoch-stream-seq";
}

}  // namespace

std::optional<EventName> name_of(const std::string& id) {
  const std::size_t first = id.find('-');
  const std::size_t last = id.rfind('-');
  if (first == std::string::npos || last == first) return std::nullopt;
  EventName name{id.substr(0, first), id.substr(first + 1, last - first - 1),
                 number_of(id.substr(last + 1))};
  if (name.seq == 0) return std::nullopt;
  return name;
}

std::optional<Topic> topic_of(const std::string& topic) {
  constexpr std::string_view kHead = "linli/v1/";
  constexpr std::string_view kMiddle = "/up/";
  if (topic.compare(0, kHead.size(), kHead) != 0) return std::nullopt;
  const std::size_t end = topic.find('/', kHead.size());
  if (end == std::string::npos || topic.compare(end, kMiddle.size(), kMiddle) != 0) {
    return std::nullopt;
  }
  return Topic{topic.substr(kHead.size(), end - kHead.size()), topic.substr(end + kMiddle.size())};
}

std::string check_event(const json& event, const Topic& topic, EventIdentity& identity) {
  std::string problem = check_cloud_event(event);
  if (problem.empty()) problem = check_time(event);
  if (problem.empty()) problem = read_identity(event, topic, identity);
  return problem;
}

}  // namespace linli::sim
