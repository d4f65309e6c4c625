#include "firmware/ctl/access.hpp"

#include <array>
#include <chrono>
#include <ctime>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "firmware/ctl/control_client.hpp"
#include "firmware/ctl/show.hpp"
#include "firmware/tls/files.hpp"

namespace linli::ctl {
namespace {

using base::Code;
using base::Json;

constexpr int kLimitS = 15;
constexpr int kCommandLimitS = 60;
constexpr std::int64_t kMsPerS = 1'000;
constexpr std::int64_t kDayS = 86'400;

std::int64_t now_s() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::seconds>(now).count();
}

std::int64_t now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

// A definition from a file; comments are allowed.
base::Result<Json> definition(const std::string& file) {
  auto text = tls::read_file(file);
  if (!text) return base::failure_of(std::move(text));
  auto json = base::parse_json(*text, {.allow_comments = true});
  if (!json) return base::failure_of(std::move(json), file);
  json->erase("$schema");
  return json;
}

int put(const Invocation& in) {
  static const std::map<std::string, std::string> kActions{
      {"door", "put_door"},   {"schedule", "put_schedule"}, {"calendar", "put_calendar"},
      {"right", "put_right"}, {"household", "move_in"},     {"credential", "issue_credential"}};
  const auto action = kActions.find(in.params["kind"].get<std::string>());
  if (action == kActions.end()) {
    return show_error(
        {Code::kInvalid, "kind: say door, schedule, calendar, right, household or credential"},
        in.json);
  }
  auto input = definition(in.params["file"].get<std::string>());
  if (!input) return show_error(input.error(), in.json);
  return ask_doors(in, action->second, *input);
}

// Each opening is for one site and for the moment in which it was asked for.
int open(const Invocation& in) {
  auto status = ControlClient(in.socket).call("status", Json::object(), kLimitS);
  if (!status) return show_error(status.error(), in.json);
  Json input = in.params;
  input["site"] = status->value("site", "");
  input["issued_ms"] = now_ms();
  return ask_doors(in, "open", input);
}

void show_openings(const Json& output) {
  const Json opened = output.value("opened", Json::array());
  for (const Json& each : opened) {
    const bool is_certain = each.value("time", "") == "synchronised";
    const std::string who = each.value("holder", each.value("asked_by", "-"));
    std::cout << fmt::format("{}{} {:<24} {}\n",
                             local_time(each.value("at_ms", std::int64_t{0}) / kMsPerS),
                             is_certain ? " " : "?", who, each.value("kind", ""));
  }
  if (opened.empty()) std::cout << "nobody\n";
  if (!output.value("is_whole", true)) std::cout << "and more: ask for less time\n";
}

// "23:10" (the last time that it was), or "2026-11-26 23:10".
base::Result<std::int64_t> moment(const std::string& text) {
  const std::time_t now = now_s();
  std::tm local{};
  localtime_r(&now, &local);
  local.tm_sec = 0;
  const bool has_date = text.find('-') != std::string::npos;
  const char* const end = strptime(text.c_str(), has_date ? "%Y-%m-%d %H:%M" : "%H:%M", &local);
  if (end == nullptr || *end != '\0')
    return base::fail(Code::kInvalid, "--at: write 23:10 or \"2026-11-26 23:10\", not '{}'", text);
  local.tm_isdst = -1;
  const std::int64_t at = std::mktime(&local);
  return has_date || at <= now ? at : at - kDayS;
}

// Without a moment: the last day.
int who(const Invocation& in) {
  Json input{{"door", in.params["door"]}, {"at_ms", now_ms()}, {"within_s", kDayS}};
  if (in.params.contains("at")) {
    auto at = moment(in.params["at"].get<std::string>());
    if (!at) return show_error(at.error(), in.json);
    input["at_ms"] = *at * kMsPerS;
    input["within_s"] = in.params.value("within_s", std::int64_t{300});
  }
  return ask_doors(in, "who_opened", input, &show_openings);
}

int revoke(const Invocation& in) {
  return ask_doors(in, "revoke_credential", in.params);
}
int remove_door(const Invocation& in) {
  return ask_doors(in, "remove_door", in.params);
}
int remove_schedule(const Invocation& in) {
  return ask_doors(in, "remove_schedule", in.params);
}
int remove_right(const Invocation& in) {
  return ask_doors(in, "remove_right", in.params);
}
int block(const Invocation& in) {
  return ask_doors(in, "block", in.params);
}
int unblock(const Invocation& in) {
  return ask_doors(in, "unblock", in.params);
}
int unlock_keypad(const Invocation& in) {
  return ask_doors(in, "unlock_keypad", in.params);
}
int release_fire(const Invocation& in) {
  return ask_doors(in, "release_fire", in.params);
}
int reset_fire(const Invocation& in) {
  return ask_doors(in, "reset_fire", in.params);
}

const OptionRow kDoor{"door", "door", "the door's id", true};
const OptionRow kRule{"rule", "rule", "the rule's name", true};

const std::array kTable{
    CommandRow{"access put",
               "sets up a door, schedule, calendar, right, household or credential 设置",
               {{"kind", "kind", "door, schedule, calendar, right, household or credential", true},
                {"file", "file", "its definition, see config/schema/access", true}},
               &put},
    CommandRow{"access open",
               "opens a door now 开门",
               {kDoor, {"--seconds", "unlock_s", "how long, else the door's own", false, true}},
               &open},
    CommandRow{"access who",
               "who opened a door 谁开了门",
               {kDoor,
                {"--at", "at", "about then, as 23:10 or \"2026-11-26 23:10\"; else the last day"},
                {"--within", "within_s", "so many seconds around it, else 300", false, true}},
               &who},
    CommandRow{"access revoke",
               "a card, PIN or face is good no longer 撤销凭证",
               {{"id", "id", "the credential's id", true},
                {"--state", "state", "lost, suspended or active again, else revoked"}},
               &revoke},
    CommandRow{
        "access remove-door", "a door is none of ours any more 删除门", {kDoor}, &remove_door},
    CommandRow{"access remove-schedule",
               "passing hours that no right has 删除时段",
               {{"id", "id", "the hours' id", true}},
               &remove_schedule},
    CommandRow{"access remove-right",
               "somebody may pass no longer 删除权限",
               {{"id", "id", "the right's id", true}},
               &remove_right},
    CommandRow{"access block", "nobody passes but guards 封门", {kDoor}, &block},
    CommandRow{"access unblock", "a door works as before 解除封门", {kDoor}, &unblock},
    CommandRow{"access unlock-keypad",
               "wrong digits at this door do not count any more 解锁键盘",
               {kDoor},
               &unlock_keypad},
    CommandRow{
        "access release-fire", "opens what a fire rule opens 消防开门", {kRule}, &release_fire},
    CommandRow{
        "access reset-fire", "the fire is over, doors may lock 消防复位", {kRule}, &reset_fire},
};

}  // namespace

std::string local_time(std::int64_t unix_s) {
  const std::time_t at = unix_s;
  std::tm local{};
  localtime_r(&at, &local);
  std::array<char, 32> words{};
  return {words.data(), std::strftime(words.data(), words.size(), "%F %T", &local)};
}

int ask_doors(const Invocation& in, const std::string& action, const Json& input,
              void (*show)(const Json& output)) {
  const Json params{{"target", "scenario/access"}, {"action", action}, {"input", input}};
  auto record = ControlClient(in.socket).call("command.send", params, kCommandLimitS);
  if (!record) return show_error(record.error(), in.json);
  const int code = exit_code_of(*record);
  if (in.json) {
    std::cout << record->dump(2) << "\n";
  } else if (code == kDone && show != nullptr) {
    show(record->value("output", Json::object()));
  } else {
    show_command(*record);
  }
  return code;
}

std::span<const CommandRow> access_table() {
  return kTable;
}

}  // namespace linli::ctl
