#include "firmware/console/api/route.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace linli::console::api {
namespace {

constexpr std::array<std::string_view, 5> kMethodNames{"GET", "POST", "PUT", "PATCH", "DELETE"};

std::string_view next_segment(std::string_view& path) {
  if (!path.empty() && path.front() == '/') path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

void append(std::vector<Route>& all, std::vector<Route> part) {
  all.insert(all.end(), std::make_move_iterator(part.begin()), std::make_move_iterator(part.end()));
}

std::vector<Route> make_routes() {
  std::vector<Route> all = public_routes();
  append(all, account_routes());
  append(all, site_routes());
  append(all, device_routes());
  append(all, door_routes());
  append(all, household_routes());
  append(all, thing_routes());
  append(all, system_routes());
  append(all, people_routes());
  return all;
}

// The fewer {names}, the nearer.
std::ptrdiff_t names_in(std::string_view path_template) {
  return std::count(path_template.begin(), path_template.end(), '{');
}

}  // namespace

std::string_view name(Method method) {
  return kMethodNames.at(static_cast<std::size_t>(method));
}

std::optional<Method> method_of(std::string_view name) {
  const auto* const found = std::find(kMethodNames.begin(), kMethodNames.end(), name);
  if (found == kMethodNames.end()) return std::nullopt;
  return static_cast<Method>(found - kMethodNames.begin());
}

const std::vector<Route>& routes() {
  static const std::vector<Route> kRoutes = make_routes();
  return kRoutes;
}

std::optional<PathValues> match_path(std::string_view path_template, std::string_view path) {
  PathValues values;
  while (!path_template.empty() && !path.empty()) {
    const std::string_view wanted = next_segment(path_template);
    const std::string_view found = next_segment(path);
    if (wanted.size() > 2 && wanted.front() == '{') {
      if (found.empty()) return std::nullopt;
      values.emplace(wanted.substr(1, wanted.size() - 2), found);
    } else if (wanted != found) {
      return std::nullopt;
    }
  }
  if (!path_template.empty() || !path.empty()) return std::nullopt;
  return values;
}

RouteMatch find_route(std::string_view method, std::string_view path) {
  RouteMatch match;
  for (const Route& route : routes()) {
    auto values = match_path(route.path, path);
    if (!values) continue;
    match.allowed.push_back(name(route.method));
    if (name(route.method) != method) continue;
    if (match.route != nullptr && names_in(match.route->path) <= names_in(route.path)) continue;
    match.route = &route;
    match.values = *std::move(values);
  }
  return match;
}

}  // namespace linli::console::api
