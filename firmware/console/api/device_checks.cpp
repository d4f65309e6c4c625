#include "firmware/console/api/device_checks.hpp"

#include <nlohmann/json.hpp>

namespace linli::console::api {
namespace {

using base::Json;
using core::StateWhy;

// One of two languages for a text.
struct Words {
  std::string zh;
  std::string en;
};

class Checks {
 public:
  explicit Checks(Language language) : language_(language) {}

  void add(std::string_view name, bool ok, const Words& detail, const Words& way_out) {
    all_.push_back({{"name", std::string(name)},
                    {"ok", ok},
                    {"detail", in(detail)},
                    {"way_out", ok ? std::string() : in(way_out)}});
  }
  Json take() { return std::move(all_); }

 private:
  std::string in(const Words& words) const {
    return language_ == Language::kZh ? words.zh : words.en;
  }

  Language language_;
  Json all_ = Json::array();
};

Words seen_words(const core::DeviceStanding& standing) {
  if (!standing.last_seen) return {"从未收到它的消息", "nothing was ever heard of it"};
  const std::string at = domain::rfc3339(standing.last_seen->unix_ms);
  return {"最近一次消息：" + at, "last heard of at " + at};
}

void check_values(Checks& checks, const core::Device& device, const DeviceView& view) {
  std::size_t without = 0;
  std::size_t stale = 0;
  for (std::size_t i = 0; i < device.slots.size(); ++i) {
    const Json property = view.property(device, i);
    without += property["value"].is_null() ? 1 : 0;
    stale += !property["value"].is_null() && property["stale"].get<bool>() ? 1 : 0;
  }
  const std::size_t all = device.slots.size();
  checks.add(
      "values", without + stale == 0,
      {fmt::format("共 {} 个属性，{} 个尚无数值，{} 个已过时", all, without, stale),
       fmt::format("{} properties: {} without a value, {} out of date", all, without, stale)},
      {"等待设备上报，或检查其型号是否选对",
       "wait for its report, or see whether the model is the right one"});
}

}  // namespace

Json device_checks(const core::Device& device, const DeviceView& view, Language language) {
  Checks checks(language);
  const core::DeviceStanding now = view.standing(device);
  const bool broker_down = now.why == StateWhy::kBrokerDown;
  checks.add("broker", !broker_down,
             broker_down ? Words{"现场代理不可达", "the site broker cannot be reached"}
                         : Words{"接入点正常", "its way in is there"},
             {"检查服务 linli-broker", "systemctl status linli-broker"});
  const bool no_login = now.why == StateWhy::kLoginMissing;
  checks.add("login", !no_login,
             no_login ? Words{"没有接入凭据", "it has no login"}
                      : Words{"接入凭据有效", "its login is in place"},
             {"为它生成新的凭据", "give it new credentials"});
  checks.add(
      "heard", now.last_seen.has_value(), seen_words(now),
      {"检查电源、网络与凭据是否填对", "look at power, network and the credentials in the device"});
  const bool online = now.state == core::DeviceState::kOnline;
  checks.add(
      "online", online, online ? Words{"在线", "online"} : Words{"不在线", "not online"},
      now.why == StateWhy::kDeviceSaidGoodbye
          ? Words{"设备自己告别，可能在休眠或被关闭", "it said goodbye: asleep or switched off"}
          : Words{"检查电源与网络", "look at its power and network"});
  check_values(checks, device, view);
  checks.add(
      "messages", device.rejected == 0,
      {fmt::format("启动以来 {} 条消息无法理解", device.rejected),
       fmt::format("{} messages since start could not be understood", device.rejected)},
      {"在报文记录中查看原因，核对型号与固件", "the frames say why: compare model and firmware"});
  checks.add(
      "flood", device.flood_dropped == 0,
      {fmt::format("因上报过频丢弃 {} 条读数", device.flood_dropped),
       fmt::format("{} readings were dropped because it sent too many", device.flood_dropped)},
      {"调低设备的上报频率", "make the device report less often"});
  return checks.take();
}

}  // namespace linli::console::api
