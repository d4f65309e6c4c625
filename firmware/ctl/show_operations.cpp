#include "firmware/ctl/show_operations.hpp"

#include <iostream>
#include <nlohmann/json.hpp>

namespace linli::ctl {
namespace {

using base::Json;

std::string text(const Json& json, const char* key) {
  const Json value = json.value(key, Json(""));
  return value.is_string() ? value.get<std::string>() : value.dump();
}

template <class... Args>
void line(fmt::format_string<Args...> format, Args&&... args) {
  std::cout << fmt::format(format, std::forward<Args>(args)...) << "\n";
}

void show_pending(const Json& pending) {
  line("this goes back by itself in {} s: linlictl config confirm keeps it, by {} only",
       pending["seconds_left"].dump(), text(pending, "started_by"));
}

}  // namespace

void show_settings(const Json& answer) {
  for (const Json& row : answer["rows"]) {
    line("{} {:<34} {:<28} {:<9} {}", row.value("changed", false) ? "*" : " ", text(row, "path"),
         row["value"].dump(), text(row, "effect"), text(row, "help"));
  }
  line("* changed here; the rest is what the configuration file says");
  if (!answer["pending"].is_null()) show_pending(answer["pending"]);
}

void show_change(const Json& answer) {
  for (const Json& problem : answer["problems"])
    line("{}: {}", text(problem, "path"), text(problem, "what"));
  if (!answer["problems"].empty()) return line("nothing was changed");
  if (answer["applied"].empty()) line("nothing is different");
  for (const Json& path : answer["applied"]) line("{}", path.get<std::string>());
  for (const Json& path : answer["needs_restart"]) {
    const auto name = path.get<std::string>();
    line("{} takes effect when {} is restarted", name,
         name.starts_with("broker.") ? "linli-broker" : "linlid");
  }
  if (!answer["pending"].is_null()) {
    show_pending(answer["pending"]);
  } else if (answer.value("goes_back", false)) {
    line("this would go back by itself after 120 s unless it is confirmed");
  }
}

void show_done(const Json& answer) {
  line("{}", text(answer, "done"));
}

void show_preview(const Json& answer) {
  for (const Json& file : answer["files"])
    line("{:<20} {:>9} bytes {:>5} redacted  {}", text(file, "name"), file["bytes"].dump(),
         file["redacted"].dump(), text(file, "what"));
  line("{} bytes before packing, {} things taken out", answer["bytes"].dump(),
       answer["redacted"].dump());
}

void show_frame(const Json& frame) {
  std::cout << fmt::format("{} {:<5} {} {:<20} {:>5} B  {}", text(frame, "time"),
                           text(frame, "driver"), text(frame, "direction") == "in" ? "→" : "←",
                           text(frame, "device"), frame["bytes"].dump(), text(frame, "summary"))
            << std::endl;
}

void show_frames(const Json& answer) {
  for (const Json& frame : answer["frames"]) show_frame(frame);
}

void show_version(const Json& answer) {
  line("linlictl {}", text(answer, "version"));
  for (const Json& version : answer["changes"]) {
    line("\n{} ({})", text(version, "version"), text(version, "date"));
    for (const char* language : {"zh", "en"}) {
      for (const Json& change : version[language]) line("  · {}", change.get<std::string>());
    }
  }
}

void show_backup(const Json& answer) {
  line("{}: {} bytes, {} files, read back with its key", text(answer, "file"),
       answer["bytes"].dump(), answer["files"].dump());
  for (const Json& warning : answer["warnings"]) line("! {}", warning.get<std::string>());
  line("\nThe key, shown this once. Who loses it loses the backup:\n");
  const Json& words = answer["words"];
  for (std::size_t row = 0; row < words.size(); row += 6) {
    std::string out;
    for (std::size_t i = row; i < row + 6 && i < words.size(); ++i)
      out += fmt::format("{:>3} {:<9}", i + 1, words[i].get<std::string>());
    line("{}", out);
  }
}

void show_verified(const Json& answer) {
  const Json& manifest = answer["manifest"];
  line("whole: {} files, {} bytes; made at {} by version {}, gateway {}", answer["files"].dump(),
       answer["bytes"].dump(), text(manifest, "made"), text(manifest, "version"),
       text(manifest, "gateway"));
}

void show_diff(const Json& answer) {
  for (const Json& row : answer["diff"]) line("{}\n  {}", text(row, "zh"), text(row, "en"));
  const bool is_staged = answer.value("staged", false);
  line("\n{}", is_staged
                   ? "ready: the next start of linlid takes it over (systemctl restart linlid "
                     "linli-broker)"
                   : "nothing was changed");
}

}  // namespace linli::ctl
