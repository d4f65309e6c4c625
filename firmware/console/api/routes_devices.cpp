#include "firmware/console/api/routes_common.hpp"

namespace linli::console::api {
namespace {

using enum Method;
using domain::Privilege;

constexpr std::string_view kState = R"({"type":"string","enum":["online","offline","unknown"]})";
constexpr std::string_view kSpan = R"({"type":"string","enum":["day","week"],"default":"day"})";

Route of_device(Method method, std::string_view path, Words words, Privilege privilege,
                std::string_view response) {
  Route route = route_of(method, path, words, "devices", privilege);
  route.response = response;
  route.problems = {404};
  return route;
}

Route device_list() {
  Route route = of_device(kGet, "/api/v1/devices", {"devices", "设备列表", "Devices"},
                          Privilege::kViewSite, "Devices");
  route.query = {{"place", kText, "at this place or below"},
                 {"state", kState, "in this state"},
                 {"profile", kText, "of this model"},
                 {"driver", kText, "of this driver"},
                 {"q", kText, "with this in id, name or place"},
                 kCursorParameter,
                 kLimitParameter};
  return route;
}

Route device() {
  Route route = of_device(kGet, "/api/v1/devices/{id}", {"device", "设备详情", "A device"},
                          Privilege::kViewSite, "Device");
  route.versioned = true;
  return route;
}

Route history() {
  Route route = of_device(kGet, "/api/v1/devices/{id}/history",
                          {"device_history", "数值曲线", "A property over a day or a week"},
                          Privilege::kViewSite, "History");
  route.query = {{"property", kText, "name of the property"}, {"span", kSpan, "how far back"}};
  route.problems = {404, 503};
  return route;
}

Route changes(Method method, std::string_view path, Words words, std::string_view request,
              std::string_view response, int status) {
  Route route = of_device(method, path, words, Privilege::kConfigureDevices, response);
  route.request = request;
  route.status = status;
  route.problems = {404, 409, 503, 504};
  return route;
}

Route rename() {
  Route route = changes(kPatch, "/api/v1/devices/{id}",
                        {"change_device", "改名或移位", "Rename or move a device"}, "DeviceChange",
                        "Device", 200);
  route.needs_if_match = true;
  route.versioned = true;
  return route;
}

Route credentials() {
  Route route = once(of_device(
      kPost, "/api/v1/devices/{id}/credentials",
      {"new_credentials", "新的接入凭据（更换设备）", "New credentials, for new hardware too"},
      Privilege::kRotateCredentials, "Credentials"));
  route.problems = {404, 409, 503, 504};
  return route;
}

}  // namespace

std::vector<Route> device_routes() {
  return {
      device_list(),
      once(changes(kPost, "/api/v1/devices", {"add_device", "添加设备", "Add a device"},
                   "NewDevice", "AddedDevice", 201)),
      once(changes(kPost, "/api/v1/devices/batch",
                   {"add_devices", "批量添加设备", "Add many devices by a pattern"}, "Batch",
                   "BatchResult", 200)),
      device(),
      rename(),
      changes(kDelete, "/api/v1/devices/{id}",
              {"revoke_device", "移除设备", "Remove a device and its way in"}, "", "", 204),
      history(),
      of_device(kGet, "/api/v1/devices/{id}/diagnostics",
                {"device_diagnostics", "设备体检", "What may be wrong with a device"},
                Privilege::kViewSite, "Diagnostics"),
      credentials(),
  };
}

}  // namespace linli::console::api
