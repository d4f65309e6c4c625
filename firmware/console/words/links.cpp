#include <array>

#include "firmware/console/words/words.hpp"

namespace linli::console::words {
namespace {

// How it stands with the site broker and the platform, and what is wrong with keys and
// certificates.
constexpr std::array kEntries{
    // clang-format off
    // MQTT, to the site broker and to the platform.
    Entry{"{} is not connected", "与 {} 没有连接"},
    Entry{"no MQTT answer within {} s: is it an MQTT broker, and TLS on both sides?", "{} 秒内没有 MQTT 回答：请核对对方是 MQTT 服务，且两边都用 TLS"},
    Entry{"too many messages wait for the broker", "等待消息总线的消息太多"},
    Entry{"messages could not be stored: the broker shall send them again", "消息没能写入存储：由消息总线重发"},
    Entry{"the connection was lost before the broker answered", "消息总线还没回答，连接就断了"},
    Entry{"connection lost", "连接断开"},
    Entry{"cannot connect", "连接不上"},
    Entry{"no sign of life", "对方没有动静"},
    Entry{"no socket: {}", "打不开网络连接：{}"},
    Entry{"no answer within {} ms", "{} 毫秒内没有回答"},
    Entry{"socket path is too long: {}", "套接字路径太长：{}"},
    Entry{"is the broker running? {}", "现场消息总线在运行吗？请在网关上查看 systemctl status linli-broker；{}"},
    Entry{"the broker refused the login ({}): check user, password or certificate", "对方拒绝登录（{}）：请核对用户、密码或证书"},
    Entry{"the broker refused the connection: {}", "对方拒绝连接：{}"},
    Entry{"the broker refused the message: {}", "对方拒收消息：{}"},
    Entry{"the broker has the message, and nobody listens to it", "对方收下了消息，但没有人在收听"},
    Entry{"the broker refused a subscription: check the rights of this login", "对方拒绝订阅：请核对这个登录名的权限"},
    Entry{"the name {} cannot be resolved ({}): check DNS and the name", "主机名 {} 解析不了（{}）：请检查 DNS 和主机名"},
    Entry{"no address", "没有地址"},
    Entry{"{}:{}: check the address, and that it listens", "{}:{}：请核对地址，并确认对方在监听"},
    Entry{"no MQTT client: {}", "MQTT 客户端建立不了：{}"},
    Entry{"the MQTT library does not take our TLS settings", "MQTT 程序库不接受我们的 TLS 设置"},
    Entry{"cannot subscribe to {}", "不能订阅 {}"},
    Entry{"cannot publish to {}: {}", "不能发布到 {}：{}"},
    Entry{"the other side closed the connection before it answered: is it ready, an MQTT broker, and TLS on both sides?", "对方还没回答就关闭了连接：请核对它已就绪、是 MQTT 服务，且两边都用 TLS"},
    Entry{"the site broker did not answer within 5 s", "现场消息总线 5 秒内没有回答：请查看 systemctl status linli-broker"},
    Entry{"the site broker refused {}: {}", "现场消息总线拒绝了 {}：{}"},
    Entry{"site broker", "现场消息总线"},
    Entry{"not found", "找不到"},
    // CoAP to the platform, and for devices.
    Entry{"no memory for CoAP", "内存不足，打不开 CoAP"},
    Entry{"no UDP socket for CoAP", "打不开 CoAP 的 UDP 端口"},
    Entry{"no DTLS in libcoap", "libcoap 不支持 DTLS"},
    Entry{"libcoap's OpenSSL cannot be set up", "libcoap 的 OpenSSL 不能启用"},
    Entry{"'{}' is no IP address to listen on", "“{}”不是可以监听的 IP 地址"},
    Entry{"cannot listen on UDP port {} of {}: is it taken?", "不能监听 {1} 的 UDP 端口 {0}：请检查是否已被占用"},
    Entry{"no way to {}: check the address and our network", "到不了 {}：请核对地址和网关的网络"},
    Entry{"the name {} is not resolved within {} ms: check DNS", "主机名 {} 在 {} 毫秒内没有解析出来：请检查 DNS"},
    Entry{"{} answers, but the handshake does not end: the key is wrong on one side; check the key file and the identity", "{} 有回答，但握手完不成：有一边的密钥不对；请核对密钥文件和名字"},
    Entry{"{}: no DTLS answer within {} ms; check the address, and that no firewall swallows this UDP port", "{}：{} 毫秒内没有 DTLS 回答；请核对地址，并确认防火墙没有拦住这个 UDP 端口"},
    Entry{"{} agrees on no authenticated encryption: check its ciphers", "{} 不支持我们的加密方式：请核对它的加密套件"},
    Entry{"{} refused the handshake: check that it knows our identity and key", "{} 拒绝握手：请确认它登记了我们的名字和密钥"},
    Entry{"{} closed the association", "{} 关闭了安全连接"},
    Entry{"{} does not acknowledge any more: connection lost", "{} 不再确认：连接断开"},
    Entry{"{}: connection refused; check the address, and that it listens on this UDP port", "{}：拒绝连接；请核对地址，并确认对方在这个 UDP 端口监听"},
    Entry{"the link is down", "平台连接断开"},
    Entry{"the link was not started", "平台连接没有启动"},
    Entry{"the platform does not answer a batch", "平台没有回答一批事件"},
    Entry{"a batch cannot be sent", "一批事件发不出去"},
    Entry{"the platform resets the batch", "平台拒绝了一批事件"},
    Entry{"the platform resets the observation", "平台不再向我们推送命令"},
    Entry{"the platform answers {}", "平台回答 {}"},
    Entry{"the observation cannot be sent", "收不了平台的命令：请求发不出去"},
    Entry{"commands are not heard: {}", "收不到平台的命令：{}"},
    Entry{"the platform refuses the observation: {} {}", "平台拒绝向我们推送命令：{} {}"},
    Entry{"the platform keeps no observation of our commands", "平台没有保留向我们推送命令的登记"},
    Entry{"a command that does not fit one datagram", "有一条命令太大，一个数据包放不下"},
    Entry{"is not the name of a stream", "不是一种事件的名称"},
    Entry{"devices and doors go on; events wait in the outbox", "设备和门禁照常；事件保存在本机，恢复后补发"},
    // Certificates and keys.
    Entry{"not a PEM file?", "不是 PEM 文件？"},
    Entry{"our certificate {} cannot be used: {}", "我们的证书 {} 不能用：{}"},
    Entry{"our key {} cannot be used, or is not that of {}: {}", "我们的密钥 {} 不能用，或与证书 {} 不配对：{}"},
    Entry{"the certificate of {} has expired on {}: renew it there; if that day is still to come, set our clock", "{} 的证书已于 {} 过期：请对方换新；若这一天还没到，请校准网关时钟"},
    Entry{"the certificate of {} is not yet valid, it begins on {}: check our clock, then the certificate", "{} 的证书还没生效，从 {} 开始：请先核对网关时钟，再看证书"},
    Entry{"the certificate is not for the host {}: use the name that stands in it, or have one issued for this name", "证书不是给主机 {} 的：请改用证书上的名称，或重新签发"},
    Entry{"the certificate of {} is not of a CA that we trust: put its CA into {}", "{} 的证书不是由我们信任的 CA 签发：请把它的 CA 放进 {}"},
    Entry{"the certificate of {} is refused ({}): check it", "{} 的证书不被接受（{}）：请检查它"},
    Entry{"{} refused us in the TLS handshake ({}): check that it trusts our certificate and that this is still valid", "{} 在 TLS 握手时拒绝了我们（{}）：请确认它信任我们的证书，且证书没有过期"},
    Entry{"no TLS context: {}", "TLS 不能启用：{}"},
    Entry{"the CA file {} cannot be used: {}", "CA 文件 {} 不能用：{}"},
    Entry{"{} is no file with a key", "{} 不是密钥文件"},
    Entry{"{} is open to other users: chmod 600 it", "{} 其他用户也能读：请 chmod 600"},
    Entry{"the key file {} cannot be read: {}", "密钥文件 {} 读不了：{}"},
    Entry{"{} must hold one line of {} to {} printable characters", "{} 须是一行 {} 到 {} 个可见字符"},
    Entry{"the key that opens our stored secrets: {}; linlictl keys init makes one", "打开已存密码的密钥：{}；用 linlictl keys init 生成"},
    Entry{"expected {} hexadecimal digits", "应为 {} 位十六进制数字"},
    Entry{"sealing {}: error {}", "加密“{}”的密码时出错，代码 {}"},
    Entry{"the stored secret of {} has no form that we know", "“{}”的已存密码无法识别：请为它换发凭据"},
    Entry{"the stored secret of {} was sealed with another key, or changed: give it a new one", "“{}”的已存密码是用另一把密钥加密的，或被改过：请为它换发凭据"},
    Entry{"no memory to hash a password: {} MiB are needed", "内存不足，无法核对密码：需要 {} MiB"},
    Entry{"too many passwords wait to be checked: try again soon", "等待核对的密码太多：请稍后再试"},
    Entry{"libsodium cannot start", "加密程序库 libsodium 不能启动"},
    Entry{"the kernel gives no randomness", "系统给不出随机数"},
    Entry{"PBKDF2 gave error {}", "密码计算出错，代码 {}"},
    // clang-format on
};

}  // namespace

std::span<const Entry> of_links() {
  return kEntries;
}

}  // namespace linli::console::words
