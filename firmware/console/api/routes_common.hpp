#pragma once

#include <string_view>

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

}  // namespace linli::console::api
