#include "firmware/console/api/thing_description.hpp"

#include <nlohmann/json.hpp>

#include "firmware/console/api/device_view.hpp"

namespace linli::console::api {
namespace {

using base::Json;

// Consumers of version 1.0 look for its context, which then has to be the first.
constexpr const char* kContext10 = "https://www.w3.org/2019/wot/td/v1";
constexpr const char* kContext11 = "https://www.w3.org/2022/wot/td/v1.1";

Json titles(const domain::Title& title) {
  Json both = title_json(title);
  return {{"zh-CN", both["zh"]}, {"en", both["en"]}};
}

Json form(std::string href, const char* op) {
  return {{"href", std::move(href)}, {"op", op}, {"contentType", "application/json"}};
}

Json property_json(const domain::PropertyModel& model, const std::string& place) {
  Json json = schema_json(model.schema);
  json["title"] = model.title.en;
  json["titles"] = titles(model.title);
  json["readOnly"] = true;
  json["observable"] = false;
  json["forms"] = Json::array({form(place + "/properties/" + model.name, "readproperty")});
  return json;
}

Json action_json(const domain::ActionModel& model, const std::string& place) {
  Json invoke = form(place + "/actions/" + model.name, "invokeaction");
  invoke["htv:methodName"] = "POST";
  Json json = {{"title", model.title.en},
               {"titles", titles(model.title)},
               {"safe", false},
               {"idempotent", false},
               {"linli:safety", domain::name(model.safety)},
               {"forms", Json::array({std::move(invoke)})}};
  if (!model.input.empty()) json["input"] = schema_json(model.input);
  return json;
}

Json event_json(const domain::EventModel& model, const std::string& place) {
  const std::string href = place + "/events/" + model.name;
  Json stream = form(href, "subscribeevent");
  stream["subprotocol"] = "sse";
  stream["contentType"] = "text/event-stream";
  Json poll = form(href, "subscribeevent");
  poll["subprotocol"] = "longpoll";
  Json json = {{"title", model.title.en},
               {"titles", titles(model.title)},
               {"linli:stream", domain::name(model.stream)},
               {"linli:severity", domain::name(model.severity)},
               {"forms", Json::array({std::move(poll), std::move(stream)})}};
  const Json data = schema_json(model.data);
  json["data"] = data.is_null() ? Json{{"type", "object"}} : data;
  return json;
}

void add_security(Json& json) {
  json["securityDefinitions"] = {
      {"token", {{"scheme", "bearer"}, {"in", "header"}, {"name", "Authorization"}}}};
  json["securityDefinitions"]["token"]["format"] = "opaque";
  json["security"] = "token";
}

Json head(const std::string& id, const std::string& base) {
  Json json = {
      {"@context",
       {kContext10, kContext11, {{"linli", "urn:linli:vocabulary:"}}, {{"@language", "en"}}}},
      {"id", id},
      {"base", base + "/"}};
  add_security(json);
  return json;
}

template <class Model, class Show>
Json by_name(const std::vector<Model>& models, const std::string& place, Show show) {
  Json all = Json::object();
  for (const Model& model : models) all[model.name] = show(model, place);
  return all;
}

}  // namespace

Json thing_description(const core::Device& device, const std::string& base) {
  const std::string& id = device.registration.id.str();
  const std::string place = "api/v1/things/" + id;
  const domain::Profile& profile = *device.profile;
  Json json = head("urn:linli:device:" + id, base);
  json["title"] = device.registration.name.empty() ? id : device.registration.name;
  json["titles"] = titles(profile.title);
  json["titles"]["en"] = json["title"];
  json["description"] = profile.title.en;
  json["linli:profile"] = profile.name;
  json["linli:place"] = device.registration.place;
  json["properties"] = by_name(profile.properties, place, property_json);
  json["actions"] = by_name(profile.actions, place, action_json);
  json["events"] = by_name(profile.events, place, event_json);
  if (!profile.properties.empty())
    json["forms"] = Json::array({form(place + "/properties", "readallproperties")});
  return json;
}

Json directory_description(const std::string& gateway, const std::string& base) {
  Json json = head("urn:linli:gateway:" + gateway, base);
  json["@type"] = "ThingDirectory";
  json["title"] = "Linli gateway " + gateway;
  Json things = {{"type", "array"},
                 {"title", "Thing Descriptions of the devices"},
                 {"items", {{"type", "object"}}},
                 {"readOnly", true},
                 {"observable", false}};
  Json read = form("api/v1/things", "readproperty");
  read["contentType"] = "application/ld+json";
  things["forms"] = Json::array({std::move(read)});
  json["properties"] = {{"things", std::move(things)}};
  return json;
}

}  // namespace linli::console::api
