#include "firmware/console/api/routes_common.hpp"

namespace linli::console::api {
namespace {

using enum Method;
using domain::Privilege;

constexpr std::string_view kFormat = R"({"type":"string","enum":["pcap","csv"],"default":"csv"})";
constexpr std::string_view kDryRun = R"({"type":"string","enum":["0","1"],"default":"0"})";

Route look(std::string_view path, Words words, std::string_view response) {
  Route route = route_of(kGet, path, words, "system", Privilege::kViewSystem);
  route.response = response;
  return route;
}

Route as(Route route, std::string_view media) {
  route.media = media;
  route.problems.push_back(503);
  return route;
}

Route change(Method method, std::string_view path, Words words, std::string_view request,
             std::string_view response, int status) {
  Route route = look(path, words, response);
  route.method = method;
  route.privilege = Privilege::kConfigureSystem;
  route.request = request;
  route.status = status;
  route.problems = {404, 409, 410, 503};
  return route;
}

Route settings() {
  Route route = look("/api/v1/settings", {"settings", "设置", "Settings"}, "Settings");
  route.privilege = Privilege::kConfigureSystem;
  route.versioned = true;
  return route;
}

Route change_settings() {
  Route route = change(kPut, "/api/v1/settings", {"change_settings", "修改设置", "Change settings"},
                       "SettingsChange", "SettingsOutcome", 200);
  route.needs_if_match = true;
  return route;
}

}  // namespace

std::vector<Route> system_routes() {
  return {
      as(look("/metrics", {"metrics", "监控指标", "Metrics, as OpenMetrics or Prometheus text"},
              ""),
         "text/plain"),
      look("/api/v1/platform", {"platform", "到平台的通路", "The way to the platform"}, "Platform"),
      look("/api/v1/operations",
           {"operations", "版本与运行状况", "Version and state of the gateway"}, "Operations"),
      as(look("/api/v1/operations/diagnostics",
              {"diagnostics_preview", "诊断包预览", "What a diagnostics bundle would hold"},
              "DiagnosticsPreview"),
         "application/json"),
      whole(as(look("/api/v1/operations/diagnostics/bundle",
                    {"diagnostics_bundle", "导出诊断包", "The diagnostics bundle"}, ""),
               "application/gzip")),
      with_query(look("/api/v1/operations/frames", {"frames", "报文记录", "Frames of the drivers"},
                      "Frames"),
                 {{"driver", kText, "of this driver"},
                  {"device", kText, "of this device"},
                  {"cursor", kText, "`next` of the page before"},
                  {"limit", kLimit, "items of a page"}}),
      with_query(as(look("/api/v1/operations/frames/download",
                         {"frames_download", "下载报文", "The frames as a file"}, ""),
                    "text/csv"),
                 {{"format", kFormat, "of the file"}}),
      settings(),
      change_settings(),
      change(kPost, "/api/v1/settings/confirm",
             {"confirm_settings", "保留新设置", "Keep the settings that are on trial"}, "", "",
             204),
      change(kDelete, "/api/v1/settings/pending",
             {"revert_settings", "恢复原设置", "Give the settings on trial up"}, "", "", 204),
      whole(change(kPost, "/api/v1/operations/backup",
                   {"make_backup", "制作备份", "Make a backup; its words are shown once"}, "Empty",
                   "Backup", 201)),
      whole(as(change(kGet, "/api/v1/operations/backup/{id}",
                      {"backup_download", "下载备份", "The backup as a file"}, "", "", 200),
               "application/octet-stream")),
      whole(with_query(change(kPost, "/api/v1/operations/restore",
                              {"restore", "从备份恢复", "Restore from a backup"}, "Archive",
                              "RestoreOutcome", 200),
                       {{"dry_run", kDryRun, "1: only say what would change"}})),
  };
}

}  // namespace linli::console::api
