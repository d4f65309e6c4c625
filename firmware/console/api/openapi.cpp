#include "firmware/console/api/openapi.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "firmware/console/api/route.hpp"
#include "firmware/console/api/schemas.hpp"

namespace linli::console::api {
namespace {

using base::Json;

struct Tag {
  std::string_view name;
  std::string_view text;
};

constexpr std::array kTags{
    Tag{"public", "For everybody: health, discovery, this document."},
    Tag{"session", "Claim the gateway, sign in, accept an invitation."},
    Tag{"account", "One's own account, sessions, tokens, devices and notices."},
    Tag{"site", "The compound: places, commands, events, what needs somebody."},
    Tag{"devices", "Devices and their ways in."},
    Tag{"doors", "Doors: how they stand, what opens them, who passed."},
    Tag{"households", "Who lives where, what they open doors with, and their visitors."},
    Tag{"resident", "A resident's own doors, visitors, family, record and face."},
    Tag{"things", "The same devices as W3C Web of Things."},
    Tag{"system", "The gateway: platform, settings, backup, diagnostics, metrics."},
    Tag{"people", "Who may do what."},
    Tag{"audit", "Who did what."},
};

std::string_view meaning_of(int status) {
  switch (status) {
    case 101:
      return "The WebSocket is open.";
    case 200:
      return "As asked.";
    case 201:
      return "Made.";
    case 202:
      return "Taken; it will say what became of it.";
    case 204:
      return "Done.";
    case 304:
      return "As If-None-Match says.";
    default:
      return "A problem: `code`, `detail` and `way_out` say which, why and what to do.";
  }
}

Json reference(std::string_view schema) {
  return {{"$ref", "#/components/schemas/" + std::string(schema)}};
}

Json header(std::string_view name, std::string_view text, Json schema, bool required = false) {
  return {{"name", name},
          {"in", "header"},
          {"required", required},
          {"description", text},
          {"schema", std::move(schema)}};
}

Json path_parameters(std::string_view path) {
  Json all = Json::array();
  while (path.find('{') != std::string_view::npos) {
    path.remove_prefix(path.find('{') + 1);
    all.push_back({{"name", path.substr(0, path.find('}'))},
                   {"in", "path"},
                   {"required", true},
                   {"schema", {{"type", "string"}, {"minLength", 1}, {"maxLength", 128}}}});
  }
  return all;
}

bool is_unsafe(const Route& route) {
  return route.method != Method::kGet;
}

Json parameters(const Route& route) {
  Json all = path_parameters(route.path);
  for (const QueryParameter& each : route.query) {
    all.push_back({{"name", each.name},
                   {"in", "query"},
                   {"required", false},
                   {"description", each.en},
                   {"schema", base::parse_json(each.schema).value_or(Json::object())}});
  }
  const Json text = {{"type", "string"}, {"maxLength", 128}};
  if (route.door != Door::kPublic && is_unsafe(route))
    all.push_back(header("X-CSRF-Token", "`csrf` of the session; not with a token", text));
  if (route.repeatable) {
    all.push_back(header("Idempotency-Key", "the same key within 24 h gives the same answer",
                         reference("Id")));
  }
  if (route.needs_if_match) all.push_back(header("If-Match", "the ETag that was read", text, true));
  if (route.versioned && !is_unsafe(route))
    all.push_back(header("If-None-Match", "an ETag that is known: 304 if it is the same", text));
  if (route.operation == "restore")
    all.push_back(header("X-Backup-Key", "the words of the backup",
                         {{"type", "string"}, {"maxLength", kMaxBackupKey}}, true));
  return all;
}

std::set<int> problem_statuses(const Route& route) {
  std::set<int> all{400, 406, 422, 429, 500, 503, 504};
  if (route.door != Door::kPublic) all.insert({401, 403});
  if (is_unsafe(route)) all.insert({403, 413, 415});
  if (route.needs_if_match) all.insert({412, 428});
  all.insert(route.problems.begin(), route.problems.end());
  return all;
}

Json content(std::string_view media, std::string_view schema) {
  Json body =
      schema.empty() ? Json{{"schema", {{"type", "string"}}}} : Json{{"schema", reference(schema)}};
  return {{std::string(media), std::move(body)}};
}

Json success(const Route& route) {
  Json answer = {{"description", meaning_of(route.status)}};
  if (route.status == 204 || route.status == 101) return answer;
  answer["content"] = content(route.media, route.response);
  if (route.operation == "subscribe_event")
    answer["content"]["application/json"] = {{"schema", reference("Any")}};
  if (route.operation == "metrics")
    answer["content"]["application/openmetrics-text"] = {{"schema", {{"type", "string"}}}};
  if (route.operation == "frames_download")
    answer["content"]["application/vnd.tcpdump.pcap"] = {{"schema", {{"type", "string"}}}};
  if (route.versioned)
    answer["headers"]["ETag"] = {{"description", "strong"}, {"schema", {{"type", "string"}}}};
  return answer;
}

Json responses(const Route& route) {
  Json all = {{std::to_string(route.status), success(route)}};
  if (route.operation == "subscribe_event")
    all["204"] = {{"description", "Long poll: nothing happened, ask again."}};
  if (route.versioned && !is_unsafe(route)) all["304"] = {{"description", meaning_of(304)}};
  for (const int status : problem_statuses(route)) {
    if (status == 503 && route.operation == "ready") {
      all["503"] = success(route);
    } else {
      all[std::to_string(status)] = {{"$ref", "#/components/responses/Problem"}};
    }
  }
  return all;
}

Json operation(const Route& route) {
  Json json = {{"operationId", route.operation},
               {"tags", {route.tag}},
               {"summary", fmt::format("{} ({})", route.en, route.zh)},
               {"responses", responses(route)}};
  if (Json all = parameters(route); !all.empty()) json["parameters"] = std::move(all);
  if (!route.request.empty()) {
    const bool is_archive = route.request == "Archive";
    json["requestBody"] = {
        {"required", true},
        {"content",
         content(is_archive ? "application/octet-stream" : "application/json", route.request)}};
  }
  if (route.door == Door::kPublic) {
    json["security"] = Json::array();
  } else {
    json["x-linli-privilege"] = domain::name(route.privilege);
    json["security"] = Json::array({Json{{"session", Json::array()}}});
    const bool takes_token = route.door != Door::kOwnSession && route.door != Door::kConsoleSession;
    if (takes_token) json["security"].push_back({{"token", Json::array()}});
  }
  return json;
}

std::string lower(std::string_view word) {
  std::string text(word);
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return static_cast<char>(c - 'A' + 'a'); });
  return text;
}

Json components() {
  return {{"schemas", schemas()},
          {"responses",
           {{"Problem",
             {{"description", meaning_of(400)},
              {"content", content("application/problem+json", "Problem")}}}}},
          {"securitySchemes",
           {{"session", {{"type", "apiKey"}, {"in", "cookie"}, {"name", "__Host-linli"}}},
            {"token", {{"type", "http"}, {"scheme", "bearer"}}}}}};
}

}  // namespace

base::Json openapi_document(std::string_view version) {
  Json tags = Json::array();
  for (const Tag& tag : kTags) tags.push_back({{"name", tag.name}, {"description", tag.text}});
  Json paths = Json::object();
  for (const Route& route : routes())
    paths[std::string(route.path)][lower(name(route.method))] = operation(route);
  return {{"openapi", "3.1.0"},
          {"info",
           {{"title", "Linli gateway"},
            {"version", version},
            {"description", "The console's API of a Linli gateway (邻里网关)."},
            {"license", {{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}}}},
          {"servers", {{{"url", "/"}, {"description", "the gateway itself"}}}},
          {"tags", std::move(tags)},
          {"paths", std::move(paths)},
          {"components", components()}};
}

}  // namespace linli::console::api
