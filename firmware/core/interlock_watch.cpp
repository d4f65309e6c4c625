#include "firmware/core/interlock_watch.hpp"

#include <algorithm>
#include <utility>

#include "firmware/base/json.hpp"
#include "firmware/base/log.hpp"

namespace linli::core {
namespace {

constexpr std::size_t kMostNamed = 32;  // in one alarm, of each kind; the counts say how many more

const Device* find_device(const DeviceTable& devices, std::string_view id) {
  const auto parsed = domain::DeviceId::parse(id);
  return parsed ? devices.find(*parsed) : nullptr;
}

// Until it has spoken since this start, what was known before it stands.
bool is_online(const Device* device) {
  if (device == nullptr) return false;
  return (device->presence ? device->presence : device->remembered) == domain::Presence::kOnline;
}

void append_member(std::string& out, std::string_view key, std::string_view text) {
  out += fmt::format("\"{}\":", key);
  base::append_json_string(out, text);
}

}  // namespace

domain::access::FindProfile InterlockWatch::find_profile() const {
  return [this](std::string_view id) -> const domain::Profile* {
    const Device* const device = find_device(devices_, id);
    return device == nullptr ? nullptr : device->profile.get();
  };
}

std::vector<domain::access::MissingActuator> InterlockWatch::missing() const {
  return domain::access::missing_actuators(
      interlocks_, find_profile(),
      [this](std::string_view id) { return is_online(find_device(devices_, id)); });
}

std::vector<base::Error> InterlockWatch::wrong() const {
  return domain::access::check_interlocks(interlocks_, find_profile());
}

std::string InterlockWatch::picture() const {
  const auto gone = missing();
  const auto misfits = wrong();
  if (gone.empty() && misfits.empty()) return R"({"state":"complete"})";
  std::string json =
      fmt::format(R"({{"state":"incomplete","missing_in_all":{},"wrong_in_all":{},"missing":[)",
                  gone.size(), misfits.size());
  for (std::size_t i = 0; i < std::min(gone.size(), kMostNamed); ++i) {
    json += i == 0 ? "{" : ",{";
    append_member(json, "rule", gone[i].rule);
    json.push_back(',');
    append_member(json, "door", gone[i].door);
    json.push_back(',');
    append_member(json, "device", gone[i].device.str());
    json.push_back(',');
    append_member(json, "why", gone[i].why);
    json.push_back('}');
  }
  json += "],\"wrong\":[";
  for (std::size_t i = 0; i < std::min(misfits.size(), kMostNamed); ++i) {
    if (i > 0) json.push_back(',');
    base::append_json_string(json, misfits[i].what);
  }
  return json + "]}";
}

// One look apart: a lock that restarts is no alarm.
void InterlockWatch::look() {
  std::string now = picture();
  const bool is_complete = now == R"({"state":"complete"})";
  const bool is_news = told_.empty() ? !is_complete : now != told_;
  if (is_news && now == seen_) {
    told_ = now;
    if (is_complete) {
      base::log::info("interlock", "all that a fire would release is there again");
    } else {
      base::log::error("interlock", "a fire would not release every door",
                       {{"missing", missing().size()}, {"wrong", wrong().size()}});
    }
    tell_(now);
  }
  seen_ = std::move(now);
  timer_ = loop_.after(kEvery, [this] { look(); });
}

}  // namespace linli::core
