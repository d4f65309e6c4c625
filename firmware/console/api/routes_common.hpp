#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "firmware/console/api/route.hpp"

// What the parts of the route table have in common. Internal to the table.
namespace linli::console::api {

inline constexpr std::string_view kText = R"({"type":"string","maxLength":256})";
inline constexpr std::string_view kTime =
    R"({"type":"string","format":"date-time","maxLength":40})";
inline constexpr std::string_view kLimit =
    R"({"type":"integer","minimum":1,"maximum":200,"default":50})";

inline constexpr QueryParameter kCursorParameter{"cursor", kText, "`next` of the page before"};
inline constexpr QueryParameter kLimitParameter{"limit", kLimit, "items of a page"};

// How a route is called: for programs, and for people in both languages.
struct Words {
  std::string_view operation;
  std::string_view zh;
  std::string_view en;
};

// What every route says of itself; the parts of the table add what theirs have.
inline Route route_of(Method method, std::string_view path, Words words, std::string_view tag,
                      domain::Privilege privilege = domain::Privilege::kOwn) {
  Route route{.method = method, .path = path, .operation = words.operation};
  route.privilege = privilege;
  route.tag = tag;
  route.zh = words.zh;
  route.en = words.en;
  return route;
}

inline Route with_query(Route route, std::vector<QueryParameter> query) {
  route.query = std::move(query);
  return route;
}

// One thing, of which a client may have a version already.
inline Route one(Route route) {
  route.versioned = true;
  route.problems = {404};
  return route;
}

// A repeat is answered like the first, and nothing is done twice.
inline Route once(Route route) {
  route.repeatable = true;
  return route;
}

// What holds in the whole compound is for those only who are bound to no place.
inline Route whole(Route route) {
  route.needs_whole = true;
  return route;
}

}  // namespace linli::console::api
