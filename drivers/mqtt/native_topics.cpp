#include "drivers/mqtt/native_topics.hpp"

namespace linli::drivers::mqtt {
namespace {

using native::Kind;

constexpr std::string_view kPrefix = "linli/v1/";

}  // namespace

std::optional<NativeTopic> parse_native_topic(std::string_view topic) {
  if (!topic.starts_with(kPrefix)) return std::nullopt;
  topic.remove_prefix(kPrefix.size());
  const std::size_t slash = topic.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view device = topic.substr(0, slash);
  const std::string_view rest = topic.substr(slash);
  if (rest == "/up/properties") return NativeTopic{device, Kind::kProperties};
  if (rest == "/up/event") return NativeTopic{device, Kind::kEvent};
  if (rest == "/up/result") return NativeTopic{device, Kind::kResult};
  if (rest == "/up/presence") return NativeTopic{device, Kind::kPresence};
  return std::nullopt;
}

std::string native_up_filter() {
  return "linli/v1/+/up/+";
}
std::string native_publish_topics(const std::string& device) {
  return "linli/v1/" + device + "/up/#";
}
std::string native_subscribe_topics(const std::string& device) {
  return "linli/v1/" + device + "/down/#";
}
std::string command_topic(const std::string& device) {
  return "linli/v1/" + device + "/down/command";
}
std::string ack_topic(const std::string& device) {
  return "linli/v1/" + device + "/down/ack";
}

}  // namespace linli::drivers::mqtt
