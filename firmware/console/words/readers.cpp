#include <array>

#include "firmware/console/words/words.hpp"

namespace linli::console::words {
namespace {

// Card readers on a bus.
constexpr std::array kEntries{
    // clang-format off
    Entry{"card readers on RS-485 as their control panel: OSDP v2, secure channel", "RS-485 上的读卡器，由网关作控制器：OSDP v2，安全通道"},
    Entry{"independent peer: libosdp of PyPI as reader; published frames and key vectors", "独立对端：PyPI 的 libosdp 作读卡器；公开的帧与密钥样例"},
    // Settings.
    Entry{"two {} are called {}", "{0} 里有两个都叫 {1}"},
    Entry{"RS-485 buses of card readers 读卡器总线, name=/dev/ttyUSB0@9600 or name=tcp://host:port@9600", "RS-485 读卡器总线，写作 名称=/dev/ttyUSB0@9600 或 名称=tcp://主机:端口@9600"},
    Entry{"silence on a bus between two frames; more for slow converters", "总线上两帧之间的静默毫秒数；转换器慢就加大"},
    Entry{"'{}' is no bus: write name=/dev/ttyUSB0@9600 or name=tcp://host:port@9600 (speeds 9600 to 230400)", "“{}”不是总线：请写成 名称=/dev/ttyUSB0@9600 或 名称=tcp://主机:端口@9600（速率 9600 到 230400）"},
    // Adding a reader.
    Entry{"'{}' is no address of a reader: write bus/number, e.g. gate/5; the number is the reader's own, 0 to {}", "“{}”不是读卡器地址：请写成 总线/编号，例如 gate/5；编号是读卡器自己的，0 到 {}"},
    Entry{"no bus '{}': osdp.buses has {}", "没有总线“{}”：osdp.buses 里有 {}"},
    Entry{"no bus '{}' in osdp.buses", "osdp.buses 里没有总线“{}”"},
    Entry{"{} is no reader on OSDP: use a model of osdp/", "{} 不是 OSDP 读卡器：请选 osdp/ 下的型号"},
    Entry{"{} is the address of {}", "{} 已是 {} 的地址"},
    Entry{"'{}' is no reader on OSDP", "“{}”不是 OSDP 读卡器"},
    Entry{"its key cannot be opened ({}), and without it the reader is not trusted: remove the device, reset the reader to its default key, and add it again", "它的密钥打不开（{}），没有密钥就不信任这台读卡器：请移除设备，把读卡器恢复为默认密钥，再重新添加"},
    Entry{"the stored key of a reader has no form that we know", "读卡器存下的密钥格式不认识"},
    // Orders.
    Entry{"say how long the output is on, or its state for good, not both", "请只说一样：输出接通多久，或长期的状态"},
    Entry{"expected on or off", "应为 on 或 off"},
    Entry{"expected off, red, green, amber, blue, magenta, cyan or white", "应为 off、red、green、amber、blue、magenta、cyan 或 white"},
    Entry{"a reader on OSDP knows no action '{}'", "OSDP 读卡器没有动作“{}”"},
    Entry{"{} is {}, and may be {} to {}", "{} 是 {}，只能是 {} 到 {}"},
    Entry{"{} has {} bytes, not {}", "{} 应有 {} 字节，而不是 {}"},
    Entry{"output control {} has no timer", "输出控制码 {} 不带定时"},
    Entry{"output control", "输出控制码"},
    Entry{"temporary control", "临时控制码"},
    Entry{"temporary look", "临时显示"},
    Entry{"permanent control", "长期控制码"},
    Entry{"permanent look", "长期显示"},
    Entry{"on time", "接通时间"},
    Entry{"off time", "断开时间"},
    Entry{"text control", "文字控制码"},
    Entry{"key type", "密钥类型"},
    Entry{"receive size", "接收长度"},
    Entry{"a reader's display shows printable ASCII only", "读卡器的屏幕只能显示 ASCII 字符"},
    Entry{"a text has 1 to {} characters", "文字为 1 到 {} 个字符"},
    Entry{"{} is no speed of OSDP: use 9600 to 230400", "{} 不是 OSDP 的速率：请用 9600 到 230400"},
    Entry{"a reader's key has {} bytes", "读卡器的密钥是 {} 字节"},
    Entry{"a vendor code has {} bytes", "厂商码是 {} 字节"},
    Entry{"at most {} bytes go to a reader", "发给读卡器的最多 {} 字节"},
    Entry{"{} orders wait for this reader already", "这台读卡器已有 {} 条指令在等"},
    Entry{"its time was over before the reader's turn", "轮到这台读卡器时已过时限，没有发出"},
    Entry{"another key is on its way to the reader: wait for it", "另一个密钥正在写入读头：请等它完成"},
    Entry{"its secure channel is being made anew: again in a moment", "安全通道正在重建：请稍后再试"},
    Entry{"the reader has not answered yet", "读卡器还没有应答过"},
    Entry{"the reader was removed", "读卡器已被移除"},
    Entry{"the reader has not confirmed it in time", "读卡器没有按时确认"},
    Entry{"sent, and the reader did not confirm it", "已发出，读卡器没有确认"},
    // Buses as a whole.
    Entry{"this bus is being searched already", "这条总线正在搜索"},
    Entry{"another reader is being given an address", "正在给另一台读卡器设地址"},
    Entry{"the reader is in service: remove the device first, then change its address", "读卡器正在使用：请先移除设备，再改地址"},
    Entry{"address {} belongs to another reader of this bus", "地址 {} 属于这条总线上另一台读卡器"},
    Entry{"no reader answered: check wiring, speed and the old address", "没有读卡器应答：请检查接线、速率和原地址"},
    Entry{"the reader answers something else", "读卡器答非所问"},
    // The wires.
    Entry{"{} is gone: look at plug, converter and network", "{} 断开了：请检查插头、转换器和网络"},
    Entry{"{} is no serial line: correct osdp.buses", "{} 不是串口：请改正 osdp.buses"},
    Entry{"{}: no address for this name ({}): check DNS, or write the address itself", "{}：查不到这个名字的地址（{}）：请检查 DNS，或直接写地址"},
    Entry{"{}: {}; is the converter on, and in TCP server mode?", "{}：{}；转换器开着吗，是否在 TCP 服务器模式？"},
    Entry{"is the converter plugged in? ls -l /dev/serial/by-id", "转换器插好了吗？看 ls -l /dev/serial/by-id"},
    Entry{"the daemon's user must be in the group of the device (dialout)", "运行网关的用户须在设备所属的组（dialout）里"},
    Entry{"another program has it open", "被另一个程序占用"},
    Entry{"look at the converter and its driver: dmesg", "请看转换器和它的驱动：dmesg"},
    // Why a reader is offline.
    Entry{"nobody answers at address {}: check power, the A and B wires, the address and the speed of the reader", "地址 {} 没有应答：请检查读卡器的供电、A B 线、地址和速率"},
    Entry{"the reader no longer answers: check its power and the bus", "读卡器不再应答：请检查它的供电和总线"},
    Entry{"the reader does not have the key that we have for it: if it was exchanged or reset, reset it to its default key and open the window for a new key: linlictl osdp key", "读卡器的密钥与我们存的不同：如果换过或复位过，请把它恢复为默认密钥，再打开密钥安装窗口：linlictl osdp key"},
    Entry{"the reader speaks in a secure channel only, and has no key from us: open the window for a new key: linlictl osdp key", "读卡器只肯走安全通道，而我们还没有给过它密钥：请打开密钥安装窗口：linlictl osdp key"},
    Entry{"the reader answers something else than what it was asked", "读卡器答非所问"},
    Entry{"the reader refuses {}: {}", "读卡器拒绝 {}：{}"},
    Entry{"the reader refuses: {}", "读卡器拒绝：{}"},
    Entry{"it answered in a secure channel that has ended", "它在已结束的安全通道里应答"},
    Entry{"it answered outside of the secure channel", "它在安全通道之外应答"},
    Entry{"the MAC of its answer is wrong", "它的应答 MAC 不对"},
    Entry{"its answer cannot be decrypted", "它的应答无法解密"},
    Entry{"it answered for another kind of key than we asked for", "它按另一种密钥应答"},
    Entry{"its key is not the one we have", "它的密钥与我们的不同"},
    Entry{"it did not take our key", "它没有接受我们的密钥"},
    Entry{"it could not prove its key", "它没能证明自己的密钥"},
    // Why it took no key.
    Entry{"it has no secure channel; it stays in clear", "它没有安全通道，仍用明文"},
    Entry{"it does not take the default key: reset it to that, and open the window again", "它不接受默认密钥：请先恢复默认密钥，再打开窗口"},
    Entry{"the window for a key has closed, or the reader has gone: open it again", "密钥安装窗口已关，或读卡器离线：请再打开一次"},
    // What it says and cannot be read.
    Entry{"the reader sends cards in the deprecated form FMT: set it to raw Wiegand data", "读卡器用已废弃的 FMT 格式发卡号：请把它设为原始韦根数据"},
    Entry{"{} with {} bytes of data", "{} 带了 {} 字节数据"},
    Entry{"{}: {} has a value that there is not", "{}：{} 的值不存在"},
    Entry{"the bit count", "位数"},
    Entry{"the direction", "方向"},
    Entry{"the digit count", "数字个数"},
    Entry{"a reply with code {}", "代码为 {} 的应答"},
    Entry{"no reason", "没有说原因"},
    Entry{"the check of our frame was wrong", "我们的帧校验不对"},
    Entry{"our command has a wrong length", "我们的命令长度不对"},
    Entry{"the command is unknown to it", "它不认识这条命令"},
    Entry{"our sequence number was not the next one", "我们的序号不连续"},
    Entry{"it has no secure channel", "它没有安全通道"},
    Entry{"it wants the secure channel first", "它要求先建安全通道"},
    Entry{"its sensor has another type", "它的传感器类型不同"},
    Entry{"it does not know that format", "它不认识这种格式"},
    Entry{"it cannot work on that record", "它不能处理这条记录"},
    // clang-format on
};

}  // namespace

std::span<const Entry> of_readers() {
  return kEntries;
}

}  // namespace linli::console::words
