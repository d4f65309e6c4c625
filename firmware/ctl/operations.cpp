#include "firmware/ctl/operations.hpp"

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "firmware/ctl/control_client.hpp"
#include "firmware/ctl/download.hpp"
#include "firmware/ctl/show.hpp"
#include "firmware/ctl/show_operations.hpp"
#include "firmware/daemon/changes.hpp"
#include "firmware/daemon/config_table.hpp"
#include "firmware/daemon/version.hpp"

namespace linli::ctl {
namespace {

using base::Code;
using base::Json;

constexpr int kLimitS = 15;
constexpr int kLongLimitS = 60;

int show_or_print(const Invocation& in, const base::Result<Json>& result,
                  void (*show)(const Json&)) {
  if (!result) return show_error(result.error(), in.json);
  in.json ? void(std::cout << result->dump(2) << "\n") : show(*result);
  return kDone;
}

int ask(const Invocation& in, const std::string& method, const Json& params,
        void (*show)(const Json&), int limit_s = kLimitS) {
  return show_or_print(in, ControlClient(in.socket).call(method, params, limit_s), show);
}

// A text as what its row holds: an integer, a list of words, or the text itself.
base::Result<Json> value_of(const std::string& path, const std::string& text) {
  if (text.empty()) return Json();
  const auto table = daemon::config_table();
  const auto row = std::find_if(table.begin(), table.end(),
                                [&path](const auto& one) { return one.path == path; });
  const bool is_list = row != table.end() && std::holds_alternative<daemon::ListRule>(row->rule);
  const bool is_number =
      row != table.end() && std::holds_alternative<daemon::IntegerRule>(row->rule);
  if (is_list && !text.starts_with('[')) {
    Json list = Json::array();
    for (std::size_t from = 0; from <= text.size();) {
      const std::size_t comma = std::min(text.find(',', from), text.size());
      list.push_back(text.substr(from, comma - from));
      from = comma + 1;
    }
    return list;
  }
  if (is_list || is_number) {
    auto json = base::parse_json(text);
    if (!json) return base::fail(Code::kInvalid, "{}: '{}' is no number or list", path, text);
    return json;
  }
  return Json(text);
}

base::Result<Json> changes_of(const Json& words) {
  Json changes = Json::object();
  for (const Json& word : words) {
    const auto text = word.get<std::string>();
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
      return base::fail(Code::kInvalid, "'{}': expected PATH=VALUE, e.g. log.level=debug", text);
    const std::string path = text.substr(0, equals);
    auto value = value_of(path, text.substr(equals + 1));
    if (!value) return value;
    changes[path] = *std::move(value);
  }
  return changes;
}

}  // namespace

int config_show(const Invocation& in) {
  auto answer = ControlClient(in.socket).call("settings.list", Json::object(), kLimitS);
  if (answer && in.params.value("changed", false)) {
    Json changed = Json::array();
    for (const Json& row : (*answer)["rows"]) {
      if (row.value("changed", false)) changed.push_back(row);
    }
    (*answer)["rows"] = std::move(changed);
  }
  return show_or_print(in, answer, show_settings);
}

int config_set(const Invocation& in) {
  auto changes = changes_of(in.params.value("changes", Json::array()));
  if (!changes) {
    show_error(changes.error(), in.json);
    return kUsage;
  }
  const Json params = {{"changes", *std::move(changes)},
                       {"dry_run", in.params.value("dry_run", false)}};
  auto answer = ControlClient(in.socket).call("settings.change", params, kLimitS);
  const int code = show_or_print(in, answer, show_change);
  return answer && !(*answer)["problems"].empty() ? kRefused : code;
}

int config_confirm(const Invocation& in) {
  return ask(in, "settings.confirm", Json::object(), show_done);
}

int config_revert(const Invocation& in) {
  return ask(in, "settings.revert", Json::object(), show_done);
}

int terminal_status(const Invocation& in) {
  return ask(in, "terminal.status", in.params, show_terminals, kLimitS);
}

int diag(const Invocation& in) {
  if (in.params.value("preview", false))
    return ask(in, "diagnostics.preview", Json::object(), show_preview, kLongLimitS);
  ControlClient client(in.socket);
  auto offer = client.call("diagnostics.make", Json::object(), kLongLimitS);
  if (!offer) return show_error(offer.error(), in.json);
  auto bytes = download(client, *offer);
  if (!bytes) return show_error(bytes.error(), in.json);
  const std::string file = in.params.value("file", "");
  if (auto written = write_result(file, *bytes); !written)
    return show_error(written.error(), in.json);
  return show_or_print(in, Json{{"done", fmt::format("{}: {} bytes", file, bytes->size())}},
                       show_done);
}

namespace {

// All that the log holds, page by page.
base::Result<Json> all_frames(ControlClient& client, Json params) {
  Json all = Json::array();
  for (;;) {
    auto page = client.call("frames.list", params, kLimitS);
    if (!page) return page;
    for (Json& frame : (*page)["frames"]) all.push_back(std::move(frame));
    if ((*page)["next"].is_null()) return Json{{"frames", std::move(all)}};
    params["after"] = (*page)["next"];
  }
}

int export_frames(const Invocation& in, const Json& filter, const std::string& format,
                  const std::string& file) {
  ControlClient client(in.socket);
  Json params = filter;
  params["format"] = format;
  auto offer = client.call("frames.export", params, kLimitS);
  if (!offer) return show_error(offer.error(), in.json);
  auto bytes = download(client, *offer);
  if (!bytes) return show_error(bytes.error(), in.json);
  if (auto written = write_result(file, *bytes); !written)
    return show_error(written.error(), in.json);
  const std::string done =
      fmt::format("{}: {} frames, {} bytes", file, (*offer)["frames"].dump(), bytes->size());
  return show_or_print(in, Json{{"done", done}}, show_done);
}

}  // namespace

int frames(const Invocation& in) {
  Json filter = Json::object();
  for (const char* member : {"driver", "device"}) {
    if (in.params.contains(member)) filter[member] = in.params[member];
  }
  for (const char* format : {"csv", "pcap"}) {
    if (in.params.contains(format))
      return export_frames(in, filter, format, in.params[format].get<std::string>());
  }
  ControlClient client(in.socket);
  if (!in.params.value("follow", false))
    return show_or_print(in, all_frames(client, filter), show_frames);
  auto done = client.follow("frames.follow", filter, [json = in.json](const Json& frame) {
    json ? void(std::cout << frame.dump() << std::endl) : show_frame(frame);
    return std::cout.good();
  });
  return done ? kDone : show_error(done.error(), in.json);
}

int version(const Invocation& in) {
  return show_or_print(in, Json{{"version", daemon::kVersion}, {"changes", daemon::changes()}},
                       show_version);
}

}  // namespace linli::ctl
