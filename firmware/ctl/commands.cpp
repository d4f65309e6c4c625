#include "firmware/ctl/commands.hpp"

#include <array>
#include <iostream>
#include <nlohmann/json.hpp>

#include "firmware/ctl/access.hpp"
#include "firmware/ctl/access_homes.hpp"
#include "firmware/ctl/audit.hpp"
#include "firmware/ctl/control_client.hpp"
#include "firmware/ctl/local.hpp"
#include "firmware/ctl/operations.hpp"
#include "firmware/ctl/people.hpp"
#include "firmware/ctl/recovery.hpp"
#include "firmware/ctl/show.hpp"

namespace linli::ctl {
namespace {

using base::Json;

constexpr int kLimitS = 15;
constexpr int kCommandLimitS = 400;
constexpr int kSearchLimitS = 180;

// Asks the daemon and shows the answer.
int ask(const Invocation& in, const std::string& method, void (*show)(const Json&),
        int limit_s = kLimitS) {
  auto result = ControlClient(in.socket).call(method, in.params, limit_s);
  if (!result) return show_error(result.error(), in.json);
  if (in.json) {
    std::cout << result->dump(2) << "\n";
  } else {
    show(*result);
  }
  return kDone;
}

int status(const Invocation& in) {
  return ask(in, "status", show_status);
}
int doctor(const Invocation& in) {
  return ask(in, "doctor", show_doctor);
}
int drivers(const Invocation& in) {
  return ask(in, "drivers", show_drivers);
}
int outbox_show(const Invocation& in) {
  return ask(in, "outbox.show", show_outbox);
}
int device_add(const Invocation& in) {
  return ask(in, "device.add", show_credentials);
}
int device_list(const Invocation& in) {
  return ask(in, "device.list", show_devices);
}
int device_show(const Invocation& in) {
  return ask(in, "device.show", show_device);
}
int device_replace(const Invocation& in) {
  return ask(in, "device.replace", show_credentials);
}
int device_revoke(const Invocation& in) {
  return ask(in, "device.revoke", show_revoked);
}
int device_describe(const Invocation& in) {
  return ask(in, "device.describe", show_described);
}
int history(const Invocation& in) {
  return ask(in, "device.history", show_history);
}
int events_list(const Invocation& in) {
  return ask(in, "events.list", show_events);
}
int events_gaps(const Invocation& in) {
  return ask(in, "events.gaps", show_gaps);
}
int place_add(const Invocation& in) {
  return ask(in, "place.add", show_place);
}
int place_list(const Invocation& in) {
  return ask(in, "place.list", show_places);
}
int place_remove(const Invocation& in) {
  return ask(in, "place.remove", show_place);
}
int osdp_search(const Invocation& in) {
  return ask(in, "osdp.search", show_found_readers, kSearchLimitS);
}
int osdp_address(const Invocation& in) {
  return ask(in, "osdp.address", show_reader_address);
}
int osdp_key(const Invocation& in) {
  return ask(in, "osdp.key", show_key_window);
}
int command_show(const Invocation& in) {
  return ask(in, "command.show", show_command);
}

int command_send(const Invocation& in) {
  auto result = ControlClient(in.socket).call("command.send", in.params, kCommandLimitS);
  if (!result) return show_error(result.error(), in.json);
  in.json ? void(std::cout << result->dump(2) << "\n") : show_command(*result);
  return exit_code_of(*result);
}

int events_tail(const Invocation& in) {
  const bool json = in.json;
  auto done = ControlClient(in.socket).follow("events.tail", in.params, [json](const Json& event) {
    json ? void(std::cout << event.dump() << std::endl) : show_event(event);
    return std::cout.good();
  });
  return done ? kDone : show_error(done.error(), in.json);
}

const std::array kTable{
    CommandRow{"status", "what runs, what waits, what is wrong 状态", {}, &status},
    CommandRow{"doctor", "checks layer by layer, each with the next step 诊断", {}, &doctor},
    CommandRow{
        "device add",
        "registers a device and shows its login once 添加设备",
        {{"--id", "id", "the device's id, 1 to 64 of a-z A-Z 0-9 . _ -", true},
         {"--profile", "profile", "its model, e.g. generic/smoke", true},
         {"--driver", "driver", "how it speaks: mqtt (the default), coap, osdp, terminal, gpio"},
         {"--address", "address",
          "coap: the IP address that needs no key; osdp: gate/5; gpio: lock=LINE contact=LINE …"},
         {"--place", "place", "where it hangs, e.g. 3-2-gate"},
         {"--name", "name", "a name for people"}},
        &device_add},
    CommandRow{"device list",
               "all devices 设备列表",
               {{"--after", "after", "begin behind this id"}},
               &device_list},
    CommandRow{"device show",
               "one device with its last values 设备详情",
               {{"id", "id", "the device's id", true}},
               &device_show},
    CommandRow{"device replace",
               "new credentials for new hardware in the old place 更换设备",
               {{"id", "id", "the device's id", true}},
               &device_replace},
    CommandRow{"device revoke",
               "cuts the device off and forgets it 注销设备",
               {{"id", "id", "the device's id", true}},
               &device_revoke},
    CommandRow{"device describe",
               "another name or place for a device 改名或移位",
               {{"id", "id", "the device's id", true},
                {"--name", "name", "a name for people"},
                {"--place", "place", "where it hangs, e.g. 3-2-gate"}},
               &device_describe},
    CommandRow{"history",
               "a property's readings of the last day or week 历史曲线",
               {{"id", "id", "the device's id", true},
                {"property", "property", "e.g. temperature", true},
                {"--span", "span", "day (the default) or week"}},
               &history},
    CommandRow{"place add",
               "a place of the compound, or another name or parent for one 添加地点",
               {{"--id", "id", "1 to 64 of a-z A-Z 0-9 . _ -", true},
                {"--kind", "kind", "site, building, unit or point", true},
                {"--name", "name", "a name for people", true},
                {"--parent", "parent", "the place that it is in; only a site is in none"}},
               &place_add},
    CommandRow{"place list", "the tree of places with their devices 地点列表", {}, &place_list},
    CommandRow{"place remove",
               "removes a place in which nothing is left 删除地点",
               {{"id", "id", "the place's id", true}},
               &place_remove},
    CommandRow{"osdp search",
               "who answers on a bus of card readers, about half a minute 搜索读卡器",
               {{"bus", "bus", "its name in osdp.buses", true}},
               &osdp_search},
    CommandRow{"osdp address",
               "another address for a reader that is no device yet 设置读卡器地址",
               {{"bus", "bus", "its name in osdp.buses", true},
                {"--to", "to", "the new address, 0 to 126", true, true},
                {"--from", "from", "the old one; none: the only reader on the bus", false, true}},
               &osdp_address},
    CommandRow{"osdp key",
               "lets a reader take a key of its own for a while 安装密钥",
               {{"id", "id", "the device's id", true},
                {"--seconds", "seconds", "10 to 3600, else 120", false, true}},
               &osdp_key},
    CommandRow{"terminal status",
               "whom the terminals at the doors know 人员下发",
               {{"--person", "person", "of this person's cards and face only"}},
               &terminal_status},
    CommandRow{"command send",
               "asks a device or a scenario for an action and waits for the outcome 下发指令",
               {{"--target", "target", "device/<id> or scenario/<name>", true},
                {"--action", "action", "e.g. unlock", true},
                {"--input", "input", "a JSON object", false, true},
                {"--ttl-ms", "ttl_ms", "not later than this from now", false, true},
                {"--id", "id", "the command's id; the same id again moves nothing"}},
               &command_send},
    CommandRow{"command show",
               "what became of a command 指令结果",
               {{"id", "id", "the command's id", true}},
               &command_show},
    CommandRow{"events tail",
               "events as they are stored 实时事件",
               {{"--stream", "stream", "only this class"}},
               &events_tail},
    CommandRow{"events list",
               "events that were, the newest first 历史事件",
               {{"--since", "since", "how long back, as 90s, 30min, 2h or 7d"},
                {"--device", "device", "only of this device"},
                {"--place", "place", "only there and below"},
                {"--class", "class", "only this class"},
                {"--type", "type", "only this type, e.g. linli.thing.event"},
                {"--before", "before", "go on behind this number", false, true},
                {"--limit", "limit", "at most so many, 1 to 200", false, true}},
               &events_list},
    CommandRow{"events gaps",
               "stretches of events that were dropped or lost 缺失的事件",
               {{"--before", "before", "go on behind this number", false, true}},
               &events_gaps},
    CommandRow{"outbox show", "what waits for the platform 待上报", {}, &outbox_show},
    CommandRow{"keys init",
               "makes the gateway's key, request, site CA and broker certificate 生成密钥",
               {},
               &keys_init},
    CommandRow{"keys show", "certificates and the days they have left 查看证书", {}, &keys_show},
    CommandRow{"keys rotate",
               "a new site CA, the old one still trusted 轮换证书",
               {{"--finish", "finish", "stop trusting the old CA", false, false, true}},
               &keys_rotate},
    CommandRow{"broker init",
               "writes the site broker's configuration and logins 初始化站内代理",
               {},
               &broker_init},
    CommandRow{"claim", "the code with which the first manager takes the gateway 认领", {}, &claim},
    CommandRow{"person list", "who may sign in, and who is invited 人员列表", {}, &person_list},
    CommandRow{"person invite",
               "a code that makes somebody a person, once within 72 h 邀请",
               {{"--role", "role", "manager, installer, on_call, viewer or resident", true},
                {"--name", "name", "a name for people", true},
                {"--places", "places", "ids of places, with commas; residents have at least one"}},
               &person_invite},
    CommandRow{"person recover",
               "a code to set a new password and drop the second factor 找回账号",
               {{"person", "person", "id or login", true}},
               &person_recover},
    CommandRow{"person unlock",
               "wrong attempts do not count any more 解锁",
               {{"person", "person", "id or login", true}},
               &person_unlock},
    CommandRow{"person remove",
               "a person with all sessions and tokens, or an invitation 移除",
               {{"person", "person", "id or login", true}},
               &person_remove},
    CommandRow{"token create",
               "a key for a program, shown once 新建令牌",
               {{"--scope", "scope", "privileges, with commas, e.g. view_site,view_system", true},
                {"--ttl", "ttl", "how long it is good: 1h to 365d", true},
                {"--name", "name", "what it is for"}},
               &token_create},
    CommandRow{"token list", "keys for programs 令牌列表", {}, &token_list},
    CommandRow{"token revoke",
               "a key is good no longer 吊销令牌",
               {{"id", "id", "the token's id", true}},
               &token_revoke},
    CommandRow{"audit show",
               "what was done, the newest lines 审计",
               {{"--from", "from", "begin with this number", false, true}},
               &audit_show},
    CommandRow{"audit export", "all lines, to be kept elsewhere 导出审计", {}, &audit_export},
    CommandRow{"audit verify",
               "is the record whole? Of a file without the daemon 校验审计",
               {{"file", "file", "an export; without it, what linlid has"},
                {"--head", "head", "the last hash as it was noted elsewhere"}},
               &audit_verify},
    CommandRow{"drivers", "field protocols, and how each was tested 驱动", {}, &drivers},
    CommandRow{"config show",
               "all settings, and when each takes effect 查看设置",
               {{"--changed", "changed", "only those that were changed", false, false, true}},
               &config_show},
    CommandRow{"config set",
               "changes settings; what could cut you off goes back in 120 s 修改设置",
               {{"changes", "changes", "PATH=VALUE, or PATH= for what the file says", true, false,
                 false, true},
                {"--dry-run", "dry_run", "say only what it would do", false, false, true}},
               &config_set},
    CommandRow{"config confirm", "the last change stays 确认设置", {}, &config_confirm},
    CommandRow{"config revert", "the last change goes back now 撤销设置", {}, &config_revert},
    CommandRow{"backup verify",
               "reads a whole backup with its key 检查备份",
               {{"file", "file", "the archive", true},
                {"--key-file", "key_file", "a file with the 24 words; else they are asked for"}},
               &backup_verify},
    CommandRow{"backup",
               "writes all that this gateway is into one encrypted file 备份",
               {{"file", "file", "the archive to be written"}},
               &backup_make},
    CommandRow{"restore",
               "shows what a backup would change, then brings it back 恢复",
               {{"file", "file", "the archive", true},
                {"--key-file", "key_file", "a file with the 24 words; else they are asked for"},
                {"--dry-run", "dry_run", "show only what would change", false, false, true},
                {"--with-config", "with_config", "the configuration file too", false, false, true}},
               &restore},
    CommandRow{"diag",
               "a bundle for who helps, without passwords and names 诊断包",
               {{"file", "file", "the tar.gz to be written"},
                {"--preview", "preview", "show only what would be in it", false, false, true}},
               &diag},
    CommandRow{"frames",
               "the last messages of the devices, decoded 报文",
               {{"--driver", "driver", "only of this driver"},
                {"--device", "device", "only of this device"},
                {"--follow", "follow", "go on as they come", false, false, true},
                {"--csv", "csv", "write a table into this file"},
                {"--pcap", "pcap", "write a capture for Wireshark into this file"}},
               &frames},
    CommandRow{"version", "this version and what changed 版本", {}, &version},
    CommandRow{"check-config",
               "checks a configuration file 检查配置",
               {{"file", "file", "the file", true}},
               &check_config},
};

}  // namespace

std::span<const CommandRow> command_table() {
  static const std::vector<CommandRow> kAll = [] {
    std::vector<CommandRow> all(kTable.begin(), kTable.end());
    for (const auto& doors : {access_table(), access_homes_table()})
      all.insert(all.end(), doors.begin(), doors.end());
    return all;
  }();
  return kAll;
}

}  // namespace linli::ctl
