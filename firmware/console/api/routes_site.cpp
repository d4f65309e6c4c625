#include "firmware/console/api/routes_common.hpp"

namespace linli::console::api {
namespace {

using enum Method;
using domain::Privilege;

constexpr std::string_view kStream =
    R"({"type":"string","enum":["alarm","access","money","ticket","command","telemetry"]})";
constexpr std::string_view kCommandState =
    R"({"type":"string","enum":["received","accepted","sent","confirmed","failed","expired",)"
    R"("unconfirmed","refused"]})";

Route view(std::string_view path, Words words, std::string_view response,
           std::vector<QueryParameter> query = {}) {
  Route route = route_of(kGet, path, words, "site", Privilege::kViewSite);
  route.response = response;
  route.query = std::move(query);
  return route;
}

Route feed() {
  Route route =
      view("/api/v1/feed",
           {"feed", "实时更新 (WebSocket)", "What changes, as it changes (WebSocket)"}, "",
           {{"resume", kText, "the last `resume` of the connection before"},
            {"language", R"({"type":"string","enum":["zh","en"]})",
             "of the sentences; without it Accept-Language decides"}});
  route.status = 101;
  route.media = "";
  route.problems = {426, 503};
  return route;
}

Route send_command() {
  Route route = view("/api/v1/commands", {"send_command", "下发指令", "Send a command"}, "Command");
  route.method = kPost;
  route.privilege = Privilege::kOperateDevices;
  route.request = "CommandWish";
  route.status = 202;
  route.repeatable = true;
  route.problems = {404, 409, 503};
  return route;
}

Route change_place(Method method, Words words, std::string_view request, std::string_view response,
                   int status) {
  Route route = view("/api/v1/places/{id}", words, response);
  route.method = method;
  route.privilege = Privilege::kConfigureDevices;
  route.request = request;
  route.status = status;
  route.problems = {404, 409, 503};
  return route;
}

}  // namespace

std::vector<Route> site_routes() {
  return {
      view("/api/v1/site", {"site", "小区与网关概况", "The compound and its gateway"}, "Site"),
      view("/api/v1/todo", {"todo", "待办：最要紧的在前", "What needs somebody, the worst first"},
           "Todo"),
      view("/api/v1/places", {"places", "楼栋、单元与点位", "Buildings, units, points"}, "Places"),
      change_place(kPut, {"put_place", "新建或修改位置", "Make or change a place"}, "PlaceChange",
                   "Place", 200),
      change_place(kDelete, {"remove_place", "删除空位置", "Remove an empty place"}, "", "", 204),
      view("/api/v1/profiles", {"profiles", "设备型号", "Device models"}, "Profiles"),
      view("/api/v1/commands", {"commands", "指令记录", "Commands"}, "Commands",
           {{"device", kText, "of this device"},
            {"state", kCommandState, "in this state"},
            kCursorParameter,
            kLimitParameter}),
      send_command(),
      one(view("/api/v1/commands/{id}", {"command", "一条指令的进展", "What became of a command"},
               "Command")),
      view("/api/v1/events", {"events", "事件，新的在前", "Events, newest first"}, "Events",
           {{"device", kText, "of this device"},
            {"place", kText, "at this place or below"},
            {"class", kStream, "of this class"},
            {"type", kText, "of this type"},
            {"from", kTime, "not before"},
            {"to", kTime, "before"},
            kCursorParameter,
            kLimitParameter}),
      view("/api/v1/gaps", {"gaps", "丢失的事件区段", "Stretches of events that were lost"},
           "Gaps"),
      feed(),
  };
}

}  // namespace linli::console::api
