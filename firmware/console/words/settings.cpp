#include <array>

#include "firmware/console/words/words.hpp"

namespace linli::console::words {
namespace {

// What each setting is, and what may be wrong with it.
constexpr std::array kEntries{
    // clang-format off
    // Help of the rows of the configuration.
    Entry{"the gateway's name at the platform 网关编号", "网关在平台上的编号"},
    Entry{"the compound 小区", "小区编号"},
    Entry{"where the database lives", "数据库所在的文件夹"},
    Entry{"what opens when there is a fire 消防联动, see interlocks.schema.json; read again on reload; empty: none", "发生火警时打开哪些门（消防联动），格式见 interlocks.schema.json；重新加载时再次读取；留空表示没有"},
    Entry{"the lowest level that is written", "写入日志的最低级别"},
    Entry{"auto: the journal if stderr is one", "日志写到哪里；auto：有系统日志就写系统日志"},
    Entry{"where linlictl finds the daemon", "linlictl 与网关通信的套接字"},
    Entry{"a group whose members may use linlictl; empty: root and the daemon's user only", "可以使用 linlictl 的用户组；留空：只有 root 和网关自己的用户"},
    Entry{"keys and certificates, see linlictl keys", "密钥和证书所在的文件夹，见 linlictl keys"},
    Entry{"folders of device models 物模型, searched in order", "设备型号（物模型）所在的文件夹，按顺序查找"},
    Entry{"how long telemetry may wait for company in a commit; urgent classes never wait", "遥测可以等多少毫秒凑成一次写入；紧急的事件从不等待"},
    Entry{"size of the database; keep it below 70 % of the partition", "数据库最大多少 MiB；请小于分区的 70 %"},
    Entry{"room kept aside for a full disk", "为磁盘写满预留多少 MiB"},
    Entry{"what may wait for the platform in the stream alarm", "报警事件最多留多少 MiB 等平台恢复"},
    Entry{"what may wait for the platform in the stream access", "门禁事件最多留多少 MiB 等平台恢复"},
    Entry{"what may wait for the platform in the stream money", "计费事件最多留多少 MiB 等平台恢复"},
    Entry{"what may wait for the platform in the stream ticket", "工单事件最多留多少 MiB 等平台恢复"},
    Entry{"what may wait for the platform in the stream command", "命令事件最多留多少 MiB 等平台恢复"},
    Entry{"what may wait for the platform in the stream telemetry", "遥测最多留多少 MiB 等平台恢复"},
    Entry{"the site broker's configuration and logins, see linlictl broker init", "现场消息总线的配置和登录名所在的文件夹，见 linlictl broker init"},
    Entry{"the Unix socket between gateway and site broker", "网关与现场消息总线之间的套接字"},
    Entry{"address on which devices reach the broker", "设备连接现场消息总线的地址"},
    Entry{"port on which devices reach the broker with TLS", "设备连接现场消息总线的 TLS 端口"},
    Entry{"loopback port without TLS, for measurements; 0: none", "只限本机、不加密的端口，用于测量；0：不开"},
    Entry{"names and addresses of the broker in its certificate", "现场消息总线证书上的名称和地址"},
    Entry{"the user that the broker stays when started as root", "现场消息总线以 root 启动时改用的用户"},
    Entry{"connections that the broker takes", "现场消息总线最多接受多少个连接"},
    Entry{"messages that may wait for their commit before reading stops", "最多多少条消息等待写入，超过就暂停读取"},
    Entry{"keep-alive between gateway and site broker", "网关与现场消息总线之间的心跳间隔，秒"},
    Entry{"address on which CoAP devices reach the gateway; opened with the first of them", "CoAP 设备连接网关的地址；登记第一台时才打开"},
    Entry{"UDP port for coaps, with a key for each device", "加密 CoAP 的 UDP 端口，每台设备一把密钥"},
    Entry{"UDP port for CoAP without keys, usually 5683; 0: none", "不加密 CoAP 的 UDP 端口，通常为 5683；0：不开"},
    Entry{"subnets of the devices that may speak without a key", "哪些网段的设备可以不带密钥"},
    Entry{"a device that was not heard for so long is offline, if its model has no heartbeat; 0: never", "多少秒没有消息就算离线（型号没有规定心跳时）；0：从不"},
    Entry{"address on which people reach the console 管理页面", "打开管理页面的地址"},
    Entry{"its port for HTTPS; 0: no console", "管理页面的 HTTPS 端口；0：关闭管理页面"},
    Entry{"names and addresses by which browsers may call it, also in its certificate; empty: broker.hosts", "浏览器可以用哪些名称和地址打开它，也写进证书；留空：同 broker.hosts"},
    Entry{"for security.txt: mailto:… or https://…, where a weakness is told; empty: none", "接收安全漏洞报告的联系方式（security.txt），mailto:… 或 https://…；留空：没有"},
    Entry{"the folder of its pages, read at the start", "管理页面的文件夹，启动时读取"},
    Entry{"the way to the platform 平台", "连接平台的方式"},
    Entry{"the platform's host name; on MQTT verified against its certificate", "平台的主机名；用 MQTT 时与它的证书核对"},
    Entry{"the platform's port for MQTT", "平台的 MQTT 端口"},
    Entry{"mqtt311 cannot say that a batch was refused", "MQTT 版本；mqtt311 无法得知一批事件被拒收"},
    Entry{"CA that signs the platform's certificate, for MQTT", "签发平台证书的 CA 文件，用于 MQTT"},
    Entry{"our certificate", "网关自己的证书文件"},
    Entry{"its key", "该证书的密钥文件"},
    Entry{"the platform's UDP port for CoAP with DTLS", "平台的加密 CoAP（DTLS）UDP 端口"},
    Entry{"what we call ourselves in the DTLS handshake", "DTLS 握手时网关用的名字"},
    Entry{"one line of 16 to 128 characters: the pre-shared key; readable for its owner only (chmod 600)", "预共享密钥文件：一行 16 到 128 个字符；只有属主可读（chmod 600）"},
    Entry{"keep-alive with the platform", "与平台之间的心跳间隔，秒"},
    Entry{"events a second of a backlog; 0: no limit", "补发积压时每秒最多多少条事件；0：不限"},
    Entry{"the first attempt after an outage is within this", "断线后第一次重连在多少毫秒之内"},
    Entry{"then within this, doubling", "之后每次间隔翻倍，从多少毫秒开始"},
    Entry{"up to this", "间隔最长多少毫秒"},
    Entry{"days of running for which the access log 通行记录 can be looked back on", "通行记录保留多少天，按网关实际运行的天数计"},
    Entry{"the same for alarms 告警", "告警保留多少天，按运行天数计"},
    Entry{"the same for commands 指令 and their outcomes", "指令及其结果保留多少天，按运行天数计"},
    Entry{"days of running for which a revoked card, PIN, code or face 已注销的凭证 is remembered", "已注销的卡、密码、动态码、人脸保留多少天，按运行天数计"},
    Entry{"the same for the proof of a consent 同意 that was taken back", "已撤回的同意，其证明保留多少天，按运行天数计"},
    Entry{"the same for all other events", "其他事件保留多少天，按运行天数计"},
    Entry{"readings a second of one device; more are dropped and counted", "一台设备每秒最多多少条读数；超过的丢弃并计数"},
    // What may be wrong with a setting.
    Entry{"unknown setting", "没有这项设置"},
    Entry{"a path", "一个文件路径"},
    Entry{"1 to 64 of a-z A-Z 0-9 . _ -", " 1 到 64 个 a-z A-Z 0-9 . _ -"},
    Entry{"an array of {} to 16 strings", " {} 到 16 项文字的列表"},
    Entry{"unknown key, did you mean '{}{}'?", "没有这一项，是不是“{}{}”？"},
    Entry{"only the configuration file may say this", "这一项只能在配置文件里修改"},
    Entry{"is needed when platform.link is \"{}\"", "连接方式为“{}”时必须填写"},
    Entry{"is above platform.backoff.cap_ms", "不能大于 platform.backoff.cap_ms"},
    Entry{"is no IP address", "不是 IP 地址"},
    Entry{"is coap.port", "不能与 coap.port 相同"},
    Entry{"is not absolute", "须是以“/”开头的完整路径"},
    Entry{"is needed when platform.link is \"mqtt\": whom shall we trust?", "用 MQTT 连接平台时必须填写，否则不知道该信任谁"},
    Entry{"certificate and key belong together: give both or none", "证书和密钥要成对：都填或都不填"},
    Entry{"is needed when platform.link is \"coap\": who are we?", "用 CoAP 连接平台时必须填写，否则平台不知道我们是谁"},
    Entry{"is needed when platform.link is \"coap\"", "用 CoAP 连接平台时必须填写"},
    Entry{"'{}' is no subnet like 192.168.7.0/24", "“{}”不是 192.168.7.0/24 这样的网段"},
    Entry{"'{}': the prefix is 0 to {} bits", "“{}”：网段前缀应为 0 到 {} 位"},
    Entry{"'{}' has bits behind its prefix", "“{}”在前缀之后还有位：请填网段的起始地址"},
    Entry{"not JSON here (a missing comma, quote or bracket?)", "这里不是 JSON（缺了逗号、引号或括号？）"},
    Entry{"changes: expected an object of 1 to {} members", "一次须改 1 到 {} 项设置"},
    Entry{"expected 1 to 64 settings", "一次须改 1 到 64 项设置"},
    Entry{"the settings were changed since", "设置刚刚被别人改过：请刷新后再试"},
    Entry{"another change of settings waits: confirm or revert it first", "另一次设置改动还在等待：请先确认或撤回它"},
    Entry{"no change waits to be confirmed", "没有等待确认的改动，它可能已被撤回"},
    Entry{"only {} can confirm this change: who else would know that the gateway can still be reached from there", "只有 {} 能确认这次改动：只有他知道从那里还能不能打开网关"},
    Entry{"{}: nothing was changed", "{}：没有任何改动"},
    // clang-format on
};

}  // namespace

std::span<const Entry> of_settings() {
  return kEntries;
}

}  // namespace linli::console::words
