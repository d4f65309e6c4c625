#include <array>

#include "firmware/console/words/words.hpp"

namespace linli::console::words {
namespace {

// What no single place of our source says: words of libraries, codes, sentences made of pieces.
constexpr std::array kEntries{
    // clang-format off
    // What the daemon adds to the diagnostics.
    Entry{"what linlictl status shows", "linlictl status 显示的内容"},
    Entry{"what linlictl doctor shows", "linlictl doctor 显示的内容"},
    Entry{"what /metrics tells, as OpenMetrics", "/metrics 的内容（OpenMetrics 格式）"},
    // Words of the operating system.
    Entry{"No space left on device", "磁盘已满"},
    Entry{"Permission denied", "没有权限"},
    Entry{"No such file or directory", "文件不存在"},
    Entry{"Read-only file system", "磁盘是只读的"},
    Entry{"Input/output error", "磁盘读写出错"},
    Entry{"Disk quota exceeded", "磁盘配额用完"},
    Entry{"File too large", "文件太大"},
    Entry{"Connection refused", "对方拒绝连接"},
    Entry{"Connection reset by peer", "对方断开了连接"},
    Entry{"Connection timed out", "连接超时"},
    Entry{"Broken pipe", "连接已断开"},
    Entry{"No route to host", "到不了对方主机"},
    Entry{"Network is unreachable", "网络不通"},
    Entry{"Address already in use", "地址已被占用"},
    Entry{"Cannot allocate memory", "内存不足"},
    Entry{"Name or service not known", "没有这个主机名"},
    Entry{"Temporary failure in name resolution", "DNS 暂时没有回答"},
    Entry{"No address associated with hostname", "这个主机名没有地址"},
    // Words of mosquitto and SQLite.
    Entry{"The connection was lost.", "连接断开"},
    Entry{"The connection was refused.", "连接被拒绝"},
    Entry{"The client is not currently connected.", "没有连接"},
    Entry{"A TLS error occurred.", "TLS 出错"},
    Entry{"Connection Refused: not authorised.", "没有授权"},
    Entry{"Not authorized", "没有授权"},
    Entry{"Bad User Name or Password", "用户名或密码不对"},
    Entry{"database or disk is full", "数据库或磁盘已满"},
    Entry{"disk I/O error", "磁盘读写出错"},
    Entry{"database disk image is malformed", "数据库已损坏"},
    Entry{"attempt to write a readonly database", "数据库是只读的"},
    // Codes of errors in front of the outcome of a command.
    Entry{"invalid", "内容有误"},
    Entry{"not_found", "找不到"},
    Entry{"timeout", "超时"},
    Entry{"offline", "不在线"},
    Entry{"refused", "被拒绝"},
    Entry{"denied", "没有权限"},
    Entry{"conflict", "冲突"},
    Entry{"full", "已满"},
    Entry{"corrupt", "数据损坏"},
    Entry{"unsupported", "不支持"},
    Entry{"internal", "内部出错"},
    Entry{"connected", "已连接"},
    Entry{"negative", "是负数"},
    // Members of forms, parts of a model, kinds of places: in front of a sentence and in it.
    Entry{"device", "设备"},
    Entry{"place", "位置"},
    Entry{"command", "命令"},
    Entry{"person", "人员"},
    Entry{"name", "名称"},
    Entry{"profile", "型号"},
    Entry{"driver", "驱动"},
    Entry{"address", "地址"},
    Entry{"property", "属性"},
    Entry{"action", "动作"},
    Entry{"event", "事件"},
    Entry{"input", "输入"},
    Entry{"reason", "原因"},
    Entry{"login", "登录名"},
    Entry{"password", "密码"},
    Entry{"code", "代码"},
    Entry{"role", "角色"},
    Entry{"places", "位置"},
    Entry{"parent", "上级"},
    Entry{"kind", "类型"},
    Entry{"changes", "改动"},
    Entry{"ranges", "编号范围"},
    Entry{"pattern", "编号样式"},
    Entry{"site", "小区"},
    Entry{"building", "楼栋"},
    Entry{"unit", "单元"},
    Entry{"point", "点位"},
    Entry{"restore", "恢复"},
    // Privileges.
    Entry{"own", "自己的账户"},
    Entry{"view_site", "查看小区"},
    Entry{"operate_devices", "操作设备"},
    Entry{"operate_doors", "操作门"},
    Entry{"rotate_credentials", "换发凭据"},
    Entry{"configure_devices", "配置设备和位置"},
    Entry{"configure_doors", "设置门和通行时段"},
    Entry{"view_system", "查看系统"},
    Entry{"configure_system", "配置系统"},
    Entry{"manage_people", "管理人员"},
    Entry{"read_audit", "查看审计"},
    // Days of the week, in a calendar and in hours of passing.
    Entry{"mon", "周一"},
    Entry{"tue", "周二"},
    Entry{"wed", "周三"},
    Entry{"thu", "周四"},
    Entry{"fri", "周五"},
    Entry{"sat", "周六"},
    Entry{"sun", "周日"},
    // What is to be done with a file: "cannot {} {}".
    Entry{"read", "读取"},
    Entry{"write", "写入"},
    Entry{"make", "建立"},
    // firmware/domain/schema_check.cpp and firmware/base put these together.
    // firmware/net/mqtt_session.cpp too.
    Entry{"{}: {} closed before it answered; check that it trusts our certificate", "{}：{} 还没回答就关闭了连接；请确认它信任我们的证书"},
    Entry{"expected an integer from {} to {}, found {}", "应为 {} 到 {} 的整数，收到的是 {}"},
    Entry{"an integer of at least {}", "不小于 {} 的整数"},
    Entry{"an integer of at most {}", "不大于 {} 的整数"},
    Entry{"a number of at least {}", "不小于 {} 的数字"},
    Entry{"a number of at most {}", "不大于 {} 的数字"},
    // clang-format on
};

}  // namespace

std::span<const Entry> of_others() {
  return kEntries;
}

}  // namespace linli::console::words
