#include "firmware/ctl/commands.hpp"

#include <array>
#include <iostream>
#include <nlohmann/json.hpp>

#include "firmware/ctl/control_client.hpp"
#include "firmware/ctl/local.hpp"
#include "firmware/ctl/show.hpp"

namespace linli::ctl {
namespace {

using base::Json;

constexpr int kLimitS = 15;
constexpr int kCommandLimitS = 400;

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
int command_show(const Invocation& in) {
  return ask(in, "command.show", show_command);
}

int command_send(const Invocation& in) {
  auto result = ControlClient(in.socket).call("command.send", in.params, kCommandLimitS);
  if (!result) return show_error(result.error(), in.json);
  in.json ? void(std::cout << result->dump(2) << "\n") : show_command(*result);
  const std::string state = result->value("state", "");
  if (state == "confirmed") return kDone;
  return state == "unconfirmed" || state == "expired" ? kNoAnswer : kRefused;
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
         {"--driver", "driver", "how it speaks: mqtt (the default) or coap"},
         {"--address", "address", "coap: the IP address from which it may speak without a key"},
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
    CommandRow{"command send",
               "asks a device for an action and waits for the outcome 下发指令",
               {{"--target", "target", "device/<id>", true},
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
    CommandRow{"drivers", "field protocols, and how each was tested 驱动", {}, &drivers},
    CommandRow{"check-config",
               "checks a configuration file 检查配置",
               {{"file", "file", "the file", true}},
               &check_config},
};

}  // namespace

std::span<const CommandRow> command_table() {
  return kTable;
}

std::string man_page() {
  std::string out =
      ".TH LINLICTL 1 \"\" \"Linli\" \"Linli gateway\"\n.SH NAME\nlinlictl \\- the tool of the "
      "smart-community gateway\n.SH SYNOPSIS\n";
  out +=
      ".B linlictl\n[\\-\\-socket PATH] [\\-\\-config FILE] [\\-\\-json] COMMAND [OPTIONS]\n.SH "
      "COMMANDS\n";
  for (const CommandRow& row : command_table()) {
    out += fmt::format(".TP\n.B {}\n{}\n", row.path, row.summary);
    for (const OptionRow& option : row.options) {
      out += fmt::format(".RS\n.TP\n.I {}\n{}{}\n.RE\n", option.flag, option.help,
                         option.required ? " (required)" : "");
    }
  }
  out +=
      ".SH EXIT STATUS\n0 done, 1 refused or invalid, 2 usage, 3 linlid, or what "
      "it needs for this, cannot be reached, 4 not "
      "found, 5 no answer in time.\n";
  return out;
}

namespace {

// A line of the completion's `case`: after `typed`, these words.
std::string completion_case(std::string_view typed, std::string_view words) {
  return fmt::format("    {}) COMPREPLY=($(compgen -W '{}' -- \"$cur\")); return;;\n", typed,
                     words);
}

std::string flags_of(const CommandRow& row) {
  std::string flags;
  for (const OptionRow& option : row.options) {
    if (option.flag.starts_with("--")) flags += std::string(option.flag) + " ";
  }
  return flags;
}

// The first words of all commands, each once.
std::string first_words() {
  std::string words;
  for (const CommandRow& row : command_table()) {
    const std::string first(row.path.substr(0, row.path.find(' ')));
    if ((" " + words + " ").find(" " + first + " ") == std::string::npos)
      words += (words.empty() ? "" : " ") + first;
  }
  return words;
}

std::string second_words(const std::string& group) {
  std::string words;
  for (const CommandRow& row : command_table()) {
    if (row.path.starts_with(group + " "))
      words += std::string(row.path.substr(row.path.find(' ') + 1)) + " ";
  }
  return words;
}

}  // namespace

std::string bash_completion() {
  std::string cases = completion_case("''", first_words());
  for (const CommandRow& row : command_table())
    cases += completion_case(fmt::format("'{}'", row.path), flags_of(row) + "--json");
  for (const char* group : {"device", "command", "keys", "events", "outbox", "broker"})
    cases += completion_case(fmt::format("'{} '*|'{}'", group, group), second_words(group));
  return "_linlictl() {\n  local cur=${COMP_WORDS[COMP_CWORD]}\n  local "
         "typed=\"${COMP_WORDS[*]:1:COMP_CWORD-1}\"\n  case \"$typed\" in\n" +
         cases + "  esac\n}\ncomplete -F _linlictl linlictl\n";
}

}  // namespace linli::ctl
