#include "firmware/ctl/show.hpp"

#include <iostream>
#include <nlohmann/json.hpp>

#include "firmware/ctl/commands.hpp"

namespace linli::ctl {
namespace {

using base::Code;
using base::Json;

std::string text(const Json& json, const char* key) {
  const Json value = json.value(key, Json(""));
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string age(const Json& json, const char* key) {
  if (!json.contains(key)) return "never";
  const auto seconds = json[key].get<std::int64_t>();
  if (seconds < 120) return fmt::format("{} s ago", seconds);
  if (seconds < 7200) return fmt::format("{} min ago", seconds / 60);
  return fmt::format("{} h ago", seconds / 3600);
}

template <class... Args>
void line(fmt::format_string<Args...> format, Args&&... args) {
  std::cout << fmt::format(format, std::forward<Args>(args)...) << "\n";
}

std::string last_deletion(const Json& last) {
  if (last.is_null()) return "nothing is old enough yet";
  std::string words = fmt::format("{} deleted {}", last["rows"].dump(), text(last, "at"));
  if (last.contains("before")) words += ", all before " + text(last, "before");
  return words;
}

// A line for each class: for how many days of running it is kept, and what went last.
void show_retention(const Json& retention) {
  for (const Json& each : retention["classes"]) {
    line("keeps     {:<10} {:>5} days  {}", text(each, "class"), each["days"].dump(),
         last_deletion(each["last"]));
  }
  if (!text(retention, "trouble").empty()) line("keeps     {}", text(retention, "trouble"));
}

}  // namespace

void show_status(const Json& s) {
  line("gateway   {}  version {}  up {} s", text(s, "gateway"), text(s, "version"),
       s["uptime_s"].dump());
  line("store     {}  {} bytes  {}", text(s, "health"), s["store"]["file_bytes"].dump(),
       text(s["store"], "trouble"));
  show_retention(s["retention"]);
  line("broker    {}  {}", s["broker"]["up"].get<bool>() ? "connected" : "not connected",
       text(s["broker"], "last_error"));
  if (const Json& coap = s["coap"]; coap["devices"] != 0) {
    line("coap      {}  {}", coap["up"].get<bool>() ? "listens" : "does not listen",
         coap["up"].get<bool>() ? text(coap, "listen") : text(coap, "last_error"));
    if (coap.contains("warning")) line("warning   {}", text(coap, "warning"));
  }
  for (const Json& bus : s["osdp"]) {
    line("readers   {}: {} of {} online, {} in clear  {}", text(bus, "bus"), bus["online"].dump(),
         bus["readers"].dump(), bus["in_clear"].dump(), text(bus, "last_error"));
  }
  if (const Json& terminals = s["terminals"]; terminals["terminals"] != 0)
    line("terminals persons in effect at {} of {}", terminals["in_effect"].dump(),
         terminals["terminals"].dump());
  line("platform  {}  {}", s["platform"]["up"].get<bool>() ? "connected" : "not connected",
       text(s["platform"], "last_error"));
  line("clock     {}", text(s["clock"], "quality"));
  line("devices   {} of {} online", s["devices"]["online"].dump(), s["devices"]["total"].dump());
  line("events    {} accepted, {} delivered, {} waiting", s["events"]["accepted"].dump(),
       s["events"]["delivered"].dump(), s["events"]["waiting"].dump());
  line("commands  {} on their way, {} in all", s["commands"]["open"].dump(),
       s["commands"]["total"].dump());
}

void show_doctor(const Json& doctor) {
  for (const Json& check : doctor["checks"]) {
    line("{:<5} {:<9} {:<24} {}", text(check, "verdict"), text(check, "layer"), text(check, "name"),
         text(check, "what"));
    if (!text(check, "next").empty()) line("      → {}", text(check, "next"));
  }
}

void show_drivers(const Json& drivers) {
  for (const Json& driver : drivers["drivers"]) {
    line("{:<8} {}\n         tested against {}", text(driver, "name"), text(driver, "speaks"),
         text(driver, "tested_against"));
  }
}

void show_outbox(const Json& outbox) {
  line("epoch {}", text(outbox, "epoch"));
  line("{:<10} {:>10} {:>12} {:>10}", "stream", "waiting", "bytes", "dropped");
  for (const Json& stream : outbox["streams"]) {
    line("{:<10} {:>10} {:>12} {:>10}", text(stream, "stream"), stream["waiting"].dump(),
         stream["bytes"].dump(), stream["dropped"].dump());
  }
}

void show_coap_credentials(const Json& answer) {
  const Json& login = answer["credentials"];
  line("device    {}", text(answer, "device"));
  line("uri       {}", text(answer, "uri"));
  line("identity  {}", text(login, "identity"));
  line("key       {}   (shown this once; a lost one is replaced with: linlictl device replace {})",
       text(login, "key"), text(answer, "device"));
  line("in hex    {}", text(login, "key_hex"));
  if (answer.contains("plain")) {
    line("plain     {} from {} without a key: whoever has that address is this device",
         text(answer["plain"], "uri"), text(answer["plain"], "from"));
  }
  for (const Json& path : login["publish"]) line("posts to  {}", path.get<std::string>());
  for (const Json& path : login["subscribe"]) line("observes  {}", path.get<std::string>());
}

void show_reader(const Json& answer) {
  line("device    {}", text(answer, "device"));
  line("reader    {}", text(answer["reader"], "address"));
  line("key       it has none yet, and speaks in clear. With the reader reset to its default key:");
  line("          linlictl osdp key {}", text(answer, "device"));
}

void show_credentials(const Json& answer) {
  if (answer.contains("uri")) return show_coap_credentials(answer);
  if (answer.contains("reader")) return show_reader(answer);
  if (answer.contains("lines"))
    return line("device    {} on {}", text(answer, "device"), text(answer, "lines"));
  const Json& login = answer["credentials"];
  line("device    {}", text(answer, "device"));
  line("broker    {}:{}  CA {}", text(answer["broker"], "host"), answer["broker"]["port"].dump(),
       text(answer["broker"], "ca"));
  line("user      {}", text(login, "username"));
  line("password  {}   (shown this once; a lost one is replaced with: linlictl device replace {})",
       text(login, "password"), text(answer, "device"));
  for (const Json& topic : login["publish"]) line("publishes {}", topic.get<std::string>());
  for (const Json& topic : login["subscribe"]) line("listens   {}", topic.get<std::string>());
}

void show_found_readers(const Json& answer) {
  line("{:<16} {:<10} {:<10} {}", "address", "vendor", "serial", "firmware");
  for (const Json& each : answer["found"]) {
    line("{:<16} {:<10} {:<10} {}", text(each, "address"), text(each, "vendor"),
         text(each, "serial"), text(each, "firmware"));
  }
  line("{} answered; readers that are devices already were not asked", answer["found"].size());
}

void show_reader_address(const Json& answer) {
  line("the reader has address {} now: add it with linlictl device add --driver osdp",
       text(answer, "address"));
}

void show_key_window(const Json& answer) {
  line("{} may take a key for {} s. The reader must have its default key, or the one we know;",
       text(answer, "device"), answer["seconds"].dump());
  line("linlictl device show {} says own_key as secure_channel when it is done",
       text(answer, "device"));
}

void show_terminals(const Json& answer) {
  const auto all = answer["terminals"].get<std::size_t>();
  const auto done = answer["in_effect"].get<std::size_t>();
  const auto offline = answer["offline"].get<std::size_t>();
  line("已生效 {}/{}{}", done, all, offline == 0 ? "" : fmt::format("，{} 台离线待补发", offline));
  line("in effect at {} of {} terminals, {} offline and to follow", done, all, offline);
  if (!answer.contains("each")) return;
  for (const Json& each : answer["each"]) {
    line("{:<24} {:<8} {}/{} persons{}{}", text(each, "device"),
         each["online"].get<bool>() ? "online" : "offline", each["in_effect"].dump(),
         each["persons"].dump(),
         each["to_remove"] == 0 ? "" : fmt::format(", {} to remove", each["to_remove"].dump()),
         each["unfit"] == 0 ? "" : fmt::format(", {} cannot be told to it", each["unfit"].dump()));
    for (const Json& refused : each["refused"])
      line("    refused {}: {}", text(refused, "person"), text(refused, "why"));
  }
}

void show_devices(const Json& answer) {
  line("{:<24} {:<28} {:<8} {:<12} {}", "id", "model", "presence", "last seen", "place");
  for (const Json& device : answer["devices"]) {
    line("{:<24} {:<28} {:<8} {:<12} {}", text(device, "id"), text(device, "profile"),
         text(device, "presence"), age(device, "last_seen_s"), text(device, "place"));
  }
  line("{} in all", answer["total"].dump());
}

void show_device(const Json& device) {
  line("{}  {} ({})  place {}  {}", text(device, "id"), text(device, "profile"),
       text(device, "title"), text(device, "place"), text(device, "name"));
  line("{}, last seen {}, {} messages rejected", text(device, "presence"),
       age(device, "last_seen_s"), device["rejected"].dump());
  for (const auto& [name, value] : device["properties"].items()) {
    line("  {:<20} {} {}   {}", name, value["value"].dump(), text(value, "unit"),
         age(value, "age_s"));
  }
}

void show_revoked(const Json& answer) {
  line("{} is cut off and forgotten", text(answer, "revoked"));
}

int exit_code_of(const Json& record) {
  const std::string state = record.value("state", "");
  if (state == "confirmed") return kDone;
  return state == "unconfirmed" || state == "expired" ? kNoAnswer : kRefused;
}

void show_command(const Json& record) {
  line("{}  {} {}  {}", text(record, "command"), text(record, "target"), text(record, "action"),
       text(record, "state"));
  if (!text(record, "reason").empty()) line("  {}", text(record, "reason"));
  if (!record["output"].empty()) line("  {}", record["output"].dump());
}

void show_event(const Json& event) {
  std::cout << fmt::format("{}  {:<9} #{:<6} {:<24} {}  {}", text(event, "time"),
                           text(event, "stream"), event["seq"].dump(), text(event, "type"),
                           text(event, "subject"), event["data"].dump())
            << std::endl;
}

void show_events(const Json& answer) {
  for (const Json& event : answer["events"]) {
    const bool is_certain = text(event, "quality") == "synchronised";
    line("{}{} {:<9} {:<24} {:<20} {:<12} {}", text(event, "time"), is_certain ? " " : "?",
         text(event, "class"), text(event, "type"), text(event, "device"), text(event, "place"),
         event["data"].dump());
  }
  if (answer["next"] != 0) line("older ones: --before {}", answer["next"].dump());
}

void show_gaps(const Json& answer) {
  for (const Json& gap : answer["gaps"]) {
    line("{}  {:<9} {} to {} of epoch {}: {} events, {}", text(gap, "time"), text(gap, "class"),
         gap["first"].dump(), gap["last"].dump(), text(gap, "epoch"), gap["count"].dump(),
         text(gap, "why"));
  }
  if (answer["next"] != 0) line("older ones: --before {}", answer["next"].dump());
}

void show_history(const Json& answer) {
  line("{} {} in {}, every {} s", text(answer, "device"), text(answer, "property"),
       text(answer, "unit").empty() ? "its own unit" : text(answer, "unit"),
       answer["step_s"].dump());
  for (const Json& point : answer["points"]) {
    const bool is_certain = text(point, "quality") == "synchronised";
    line("{}{} min {:<10} average {:<10.6g} max {:<10} of {}", text(point, "time"),
         is_certain ? " " : "?", point["min"].dump(), point["average"].get<double>(),
         point["max"].dump(), point["count"].dump());
  }
  if (answer["points"].empty()) line("no readings in this time");
}

void show_place(const Json& answer) {
  answer.contains("removed") ? line("{} is removed", text(answer, "removed"))
                             : line("{} is in the tree", text(answer, "place"));
}

void show_places(const Json& answer) {
  for (const Json& place : answer["places"]) {
    line("{:<{}}{}  {} ({})  {} devices", "", 2 * (place["depth"].get<int>() - 1),
         text(place, "id"), text(place, "name"), text(place, "kind"), place["devices"].dump());
  }
  if (answer["not_placed"] != 0)
    line("{} devices hang at no place of this tree", answer["not_placed"].dump());
}

void show_described(const Json& device) {
  line("{}  place {}  {}", text(device, "id"), text(device, "place"), text(device, "name"));
}

void show_certificates(const Json& certificates) {
  for (const Json& certificate : certificates) {
    line("{}\n  {}  {} days left\n  sha256 {}", text(certificate, "file"),
         text(certificate, "subject"), certificate["days_left"].dump(),
         text(certificate, "sha256"));
  }
}

int show_error(const base::Error& error, bool as_json) {
  if (as_json) {
    std::cout << Json{{"error",
                       {{"code", std::string(base::name(error.code))}, {"what", error.what}}}}
                     .dump()
              << "\n";
  } else {
    std::cerr << "linlictl: " << error.what << "\n";
  }
  switch (error.code) {
    case Code::kOffline:
      return kUnreachable;
    case Code::kNotFound:
      return kMissing;
    case Code::kTimeout:
      return kNoAnswer;
    default:
      return kRefused;
  }
}

}  // namespace linli::ctl
