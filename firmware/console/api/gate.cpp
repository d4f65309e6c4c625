#include "firmware/console/api/gate.hpp"

#include <algorithm>
#include <utility>

#include "firmware/base/number.hpp"

namespace linli::console::api {
namespace {

using base::Json;

constexpr std::string_view kCookieName = "__Host-linli=";
constexpr std::string_view kBearer = "Bearer ";
constexpr base::JsonLimits kBodyLimits{.max_bytes = 256 * 1024, .max_values = 8192};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

std::string_view take_until(std::string_view& text, char end) {
  const std::string_view part = text.substr(0, text.find(end));
  text.remove_prefix(std::min(part.size() + 1, text.size()));
  return trimmed(part);
}

bool fits(std::string_view range, std::string_view media) {
  if (range == "*/*" || range == media) return true;
  return range.ends_with("/*") && media.starts_with(range.substr(0, range.size() - 1));
}

std::optional<Problem> check_door(const Call& call) {
  const Route& route = *call.route;
  const core::Actor& actor = call.actor;
  if (!core::may(actor, route.privilege)) {
    return Problem{"denied", fmt::format("this needs the right {}", domain::name(route.privilege))};
  }
  const bool is_console = route.door == Door::kConsole || route.door == Door::kConsoleSession;
  if (is_console && !domain::uses_console(actor.role))
    return Problem{"denied", "this is for the roles of the console"};
  if (route.needs_whole && !actor.places.empty())
    return Problem{"denied", "this is of the whole compound, and you are bound to places"};
  const bool is_session = route.door == Door::kOwnSession || route.door == Door::kConsoleSession;
  if (is_session && actor.session.empty())
    return Problem{"denied", "a token cannot do this: sign in"};
  return std::nullopt;
}

// Some routes have more than one form of answer.
bool accepts_any(const Call& call) {
  const std::string_view accept = call.request.header("accept");
  const Route& route = *call.route;
  if (accept.empty() || route.status == 204 || route.media.empty()) return true;
  if (accepts(accept, route.media)) return true;
  if (accepts(accept, "application/json") &&
      (route.media.ends_with("+json") || route.operation == "subscribe_event"))
    return true;
  if (route.operation == "frames_download" && accepts(accept, "application/vnd.tcpdump.pcap"))
    return true;
  return route.operation == "metrics" && accepts(accept, "application/openmetrics-text");
}

std::optional<Problem> check_accept(const Call& call) {
  if (accepts_any(call)) return std::nullopt;
  return Problem{"not_acceptable", fmt::format("this answers as {}", call.route->media)};
}

// One value of the query against the few words of JSON Schema that the table uses.
std::string wrong_with(std::string_view value, const Json& schema) {
  if (schema.contains("enum")) {
    if (std::find(schema["enum"].begin(), schema["enum"].end(), Json(value)) !=
        schema["enum"].end())
      return "";
    return "expected one of " + base::dump_json(schema["enum"]);
  }
  if (schema["type"] == "integer") {
    const auto number = base::parse_number<std::int64_t>(value);
    const auto min = schema["minimum"].get<std::int64_t>();
    const auto max = schema["maximum"].get<std::int64_t>();
    if (number && *number >= min && *number <= max) return "";
    return fmt::format("expected an integer from {} to {}", min, max);
  }
  const auto longest = schema["maxLength"].get<std::size_t>();
  return value.size() <= longest ? "" : fmt::format("is longer than {} bytes", longest);
}

std::optional<Problem> check_query(const Call& call) {
  for (const auto& [name, value] : call.request.query) {
    const auto& known = call.route->query;
    const auto found =
        std::find_if(known.begin(), known.end(),
                     [&name = name](const QueryParameter& each) { return each.name == name; });
    if (found == known.end())
      return Problem{"invalid", fmt::format("'{}' is no parameter of this", name.substr(0, 64))};
    const auto schema = base::parse_json(found->schema);
    if (const std::string wrong = wrong_with(value, *schema); !wrong.empty())
      return Problem{"invalid", fmt::format("{}: {}", name, wrong)};
  }
  return std::nullopt;
}

bool is_json(std::string_view content_type) {
  return trimmed(content_type.substr(0, content_type.find(';'))) == "application/json";
}

std::optional<Problem> read_body(Call& call) {
  const Route& route = *call.route;
  const std::string& text = call.request.body;
  if (route.request == "Archive") return std::nullopt;
  if (route.request.empty()) {
    if (text.empty() || text == "{}") return std::nullopt;
    return Problem{"invalid", "this takes no body", "", "", 400};
  }
  const bool may_be_empty = route.request == "Any" || route.request == "Empty";
  if (text.empty() && may_be_empty) return std::nullopt;
  if (!is_json(call.request.header("content-type")))
    return Problem{"unsupported_media_type", "the body must be application/json"};
  auto json = base::parse_json(text, kBodyLimits);
  if (!json) return Problem{"invalid", json.error().what, "", "", 400};
  call.body = *std::move(json);
  if (route.request == "Any" || call.body.is_object()) return std::nullopt;
  return Problem{"invalid", "the body must be an object"};
}

std::optional<Problem> check_conditions(const Call& call) {
  if (!call.route->needs_if_match || !call.request.header("if-match").empty()) return std::nullopt;
  return Problem{"precondition_required",
                 "this change needs the ETag of what was read as If-Match"};
}

}  // namespace

std::string session_cookie(std::string_view header) {
  while (!header.empty()) {
    const std::string_view pair = take_until(header, ';');
    if (pair.starts_with(kCookieName)) return std::string(pair.substr(kCookieName.size()));
  }
  return "";
}

std::string bearer_token(std::string_view header) {
  return header.starts_with(kBearer) ? std::string(trimmed(header.substr(kBearer.size()))) : "";
}

bool accepts(std::string_view accept, std::string_view media) {
  if (accept.empty()) return true;
  while (!accept.empty()) {
    std::string_view range = take_until(accept, ',');
    const std::string_view name = take_until(range, ';');
    const bool refused = range.find("q=0") != std::string_view::npos &&
                         range.find_first_of("123456789") == std::string_view::npos;
    if (!refused && fits(name, media)) return true;
  }
  return false;
}

std::optional<Problem> Gate::check_actor(Call& call) const {
  const std::string bearer = bearer_token(call.request.header("authorization"));
  call.cookie = bearer.empty() ? session_cookie(call.request.header("cookie")) : "";
  if (call.route->door == Door::kPublic) return std::nullopt;
  core::Knock knock{call.cookie, bearer, std::string(call.request.header("x-csrf-token"))};
  knock.is_unsafe = call.route->method != Method::kGet;
  auto actor = admit_(knock);
  if (!actor) return problem_of(actor.error());
  call.actor = *std::move(actor);
  return check_door(call);
}

std::optional<Problem> Gate::check(Call& call) const {
  if (auto problem = check_actor(call)) return problem;
  if (auto problem = check_accept(call)) return problem;
  if (auto problem = check_query(call)) return problem;
  if (auto problem = check_conditions(call)) return problem;
  return read_body(call);
}

Problem problem_of(const core::AccountRefusal& refusal) {
  Problem problem{std::string(core::name(refusal.kind)), refusal.what};
  if (!refusal.field.empty()) problem.field = pointer_of(refusal.field);
  if (refusal.wait_s > 0)
    problem.headers.emplace_back("Retry-After", std::to_string(refusal.wait_s));
  if (refusal.kind == core::RefusalKind::kUnauthenticated)
    problem.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"linli\"");
  return problem;
}

void refuse(Call&& call, const core::AccountRefusal& refusal) {
  refuse(std::move(call), problem_of(refusal));
}

}  // namespace linli::console::api
