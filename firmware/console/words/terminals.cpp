#include <array>

#include "firmware/console/words/words.hpp"

namespace linli::console::words {
namespace {

// Face and QR terminals.
constexpr std::array kEntries{
    // clang-format off
    Entry{"face and QR terminals of the mqtt/face family, by their profile; opening a door only where a site's profile says how", "mqtt/face 系列的人脸、二维码门禁机，按型号文件对接；远程开门只在本站点的型号文件写明报文时提供"},
    Entry{"own simulator only, over a real mosquitto; payloads published by integrations; no terminal of a vendor", "只有自写的模拟器，经真实的 mosquitto；公开集成项目的报文；没有接过厂家的设备"},
    Entry{"the longest message that the broker takes; 1200 where face terminals send pictures", "站点代理接收的最长报文（KB）；人脸机上传图片时用 1200"},
    Entry{"{} describes a terminal: its driver is terminal", "{} 是门禁机型号：请用 terminal 驱动"},
    Entry{"{} does not describe a terminal: it has no linli:terminal", "{} 不是门禁机型号：没有 linli:terminal"},
    Entry{"the topic '{}' is another's: choose another id", "主题“{}”已属于别的设备：请换一个设备编号"},
    Entry{"the topic '{}' is another's: choose another profile", "主题“{}”已属于别的设备：请换一个型号"},
    Entry{"the profile has no words for it", "型号文件没有写这条报文"},
    Entry{"the profile does not say how to ask for it", "型号文件没有写怎样下发这个动作"},
    Entry{"the time is not known here either", "网关自己也还不知道时间"},
    Entry{"the terminal is offline", "门禁机离线"},
    Entry{"the site broker is not connected", "站点代理没有连接"},
    Entry{"info.QRCodeInfo: is missing or too long", "info.QRCodeInfo：没有，或者太长"},
    Entry{"a terminal says one JSON object", "门禁机的报文应是一个 JSON 对象"},
    // clang-format on
};

}  // namespace

std::span<const Entry> of_terminals() {
  return kEntries;
}

}  // namespace linli::console::words
