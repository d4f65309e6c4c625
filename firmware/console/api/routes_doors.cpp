#include "firmware/console/api/routes_common.hpp"

namespace linli::console::api {
namespace {

using enum Method;
using domain::Privilege;

Route look(std::string_view path, Words words, std::string_view response,
           std::vector<QueryParameter> query = {}) {
  Route route = route_of(kGet, path, words, "doors", Privilege::kViewSite);
  route.response = response;
  route.query = std::move(query);
  return route;
}

constexpr std::string_view kKind =
    R"({"type":"string","enum":["granted","denied","exit","door","alarm"]})";
constexpr std::string_view kMeans =
    R"({"type":"string","enum":["card","pin","qr","totp","face","remote"]})";

// What is done to a door, or by a fire rule: a command to the scenario.
Route act(std::string_view path, Words words, std::string_view request, std::string_view response) {
  Route route = look(path, words, response);
  route.method = kPost;
  route.privilege = Privilege::kOperateDoors;
  route.request = request;
  route.repeatable = true;
  route.problems = {404, 409, 503, 504};
  return route;
}

Route set_up(Method method, std::string_view path, Words words, std::string_view request,
             std::string_view response) {
  Route route = look(path, words, response);
  route.method = method;
  route.privilege = Privilege::kConfigureDoors;
  route.request = request;
  route.status = response.empty() ? 204 : 200;
  route.problems = {404, 409, 412, 503, 504};
  return route;
}

Route access_log() {
  Route route =
      look("/api/v1/access-log",
           {"access_log", "通行记录，新的在前", "Who passed, and who was refused"}, "AccessLog",
           {{"door", kText, "of this door"},
            {"person", kText, "of this person, by id"},
            {"kind", kKind, "let in, refused, let out by the button, of the door, alarm"},
            {"means", kMeans, "by this means"},
            {"place", kText, "at this place or below"},
            {"from", kTime, "not before"},
            {"to", kTime, "before"},
            kCursorParameter,
            kLimitParameter});
  route.privilege = Privilege::kOperateDoors;
  route.problems = {503, 504};
  return route;
}

}  // namespace

std::vector<Route> door_routes() {
  return {
      look("/api/v1/doors", {"doors", "门的状态", "Doors, and how they stand"}, "Doors",
           {{"place", kText, "at this place or below"}, kCursorParameter, kLimitParameter}),
      one(look("/api/v1/doors/{id}", {"door", "一扇门", "A door"}, "Door")),
      act("/api/v1/doors/{id}/open", {"open_door", "远程开门", "Open a door"}, "DoorOpening",
          "DoorActed"),
      act("/api/v1/doors/{id}/block",
          {"block_door", "封闭门", "Block a door: nobody gets in but guards"}, "DoorReason",
          "DoorActed"),
      act("/api/v1/doors/{id}/unblock", {"unblock_door", "解除封闭", "Take the block away"},
          "DoorReason", "DoorActed"),
      act("/api/v1/doors/{id}/unlock-keypad",
          {"unlock_keypad", "解除密码锁定、反潜回复位",
           "End the lock of a keypad, and forget who is inside"},
          "DoorReason", "DoorActed"),
      set_up(kPut, "/api/v1/doors/{id}", {"put_door", "设置门", "Set a door up, or change it"},
             "DoorDefinition", "Door"),
      set_up(kDelete, "/api/v1/doors/{id}", {"remove_door", "删除门", "Remove a door"}, "", ""),
      look("/api/v1/schedules", {"schedules", "通行时段", "Passing hours"}, "Schedules"),
      whole(set_up(kPut, "/api/v1/schedules/{id}",
                   {"put_schedule", "设置通行时段", "Set passing hours"}, "Schedule", "Schedules")),
      whole(set_up(kDelete, "/api/v1/schedules/{id}",
                   {"remove_schedule", "删除通行时段", "Remove passing hours that no right has"},
                   "", "")),
      look("/api/v1/calendars", {"calendars", "节假日", "Holidays"}, "Calendars"),
      whole(set_up(kPut, "/api/v1/calendars/{year}",
                   {"put_calendar", "设置一年的节假日", "Set the holidays of a year"}, "Calendar",
                   "Calendars")),
      look("/api/v1/fire", {"fire", "消防联动", "Fire rules, and what they hold"}, "Fire"),
      whole(act("/api/v1/fire/release",
                {"release_fire", "消防释放", "Release the doors of a fire rule"}, "FireWish",
                "Fire")),
      whole(act("/api/v1/fire/reset", {"reset_fire", "消防复位", "End a fire rule"}, "FireWish",
                "Fire")),
      access_log(),
  };
}

}  // namespace linli::console::api
