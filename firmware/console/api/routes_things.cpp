#include "firmware/console/api/routes_common.hpp"

namespace linli::console::api {
namespace {

using enum Method;
using domain::Privilege;

Route thing(std::string_view path, Words words, std::string_view response) {
  Route route = route_of(kGet, path, words, "things", Privilege::kViewSite);
  route.response = response;
  route.problems = {404};
  return route;
}

Route as(Route route, std::string_view media) {
  route.media = media;
  return route;
}

Route action() {
  Route route =
      thing("/api/v1/things/{id}/actions/{name}",
            {"invoke_action", "执行动作", "Invoke an action; answers with its output"}, "Any");
  route.method = kPost;
  route.privilege = Privilege::kOperateDevices;
  route.request = "Any";
  route.problems = {404, 409, 503, 504};
  return route;
}

}  // namespace

std::vector<Route> thing_routes() {
  return {
      as(thing("/api/v1/things", {"things", "物目录", "Directory of Thing Descriptions"}, "Things"),
         "application/ld+json"),
      as(thing("/api/v1/things/{id}", {"thing", "物描述", "Thing Description 1.1 of a device"},
               "Thing"),
         "application/td+json"),
      thing("/api/v1/things/{id}/properties", {"read_all_properties", "所有属性值", "All values"},
            "Any"),
      thing("/api/v1/things/{id}/properties/{name}",
            {"read_property", "一个属性值", "One bare value"}, "Any"),
      action(),
      as(thing("/api/v1/things/{id}/events/{name}",
               {"subscribe_event", "订阅事件（SSE 或长轮询）",
                "An event as it happens (SSE or long poll)"},
               "Any"),
         "text/event-stream"),
  };
}

}  // namespace linli::console::api
