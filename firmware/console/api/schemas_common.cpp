#include <array>
#include <nlohmann/json.hpp>

#include "firmware/console/api/schemas.hpp"

namespace linli::console::api {
namespace {

constexpr std::array kSchemas{
    NamedSchema{"Any", R"({"description":"Any JSON value; the device's model says which."})"},
    NamedSchema{"Empty", R"({"type":"object","additionalProperties":false})"},
    NamedSchema{"Archive", R"({"type":"string","format":"binary","description":"A backup file."})"},
    NamedSchema{"Id", R"({"type":"string","pattern":"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"})"},
    NamedSchema{"Time", R"({"type":"string","format":"date-time"})"},
    NamedSchema{"MaybeTime", R"({"type":["string","null"],"format":"date-time"})"},
    NamedSchema{"Cursor", R"({"type":["string","null"],"maxLength":512})"},
    NamedSchema{"Title",
                R"({"type":"object","required":["zh","en"],
                    "properties":{"zh":{"type":"string"},"en":{"type":"string"}}})"},
    NamedSchema{"Now",
                R"({"type":"object","required":["now","quality"],"properties":{
                    "now":{"$ref":"#/components/schemas/Time"},
                    "quality":{"type":"string","enum":["synchronised","floor","unknown"]}}})"},
    NamedSchema{"Problem",
                R"({"type":"object","required":["type","title","status","detail","code"],
                    "properties":{
                      "type":{"type":"string","pattern":"^/problems/[a-z_]+$"},
                      "title":{"type":"string"},
                      "status":{"type":"integer","minimum":400,"maximum":599},
                      "detail":{"type":"string"},
                      "code":{"type":"string","pattern":"^[a-z_]+$"},
                      "field":{"type":"string"},
                      "way_out":{"type":"string"}}})"},
    NamedSchema{"Readiness",
                R"({"type":"object","required":["ready","checks"],"properties":{
                    "ready":{"type":"boolean"},
                    "checks":{"type":"array","items":{"type":"object",
                      "required":["name","ok","detail"],"properties":{
                        "name":{"type":"string"},"ok":{"type":"boolean"},
                        "detail":{"type":"string"}}}}}})"},
    NamedSchema{"Welcome",
                R"({"type":"object","required":["claimed","site","gateway","version","time"],
                    "properties":{"claimed":{"type":"boolean"},"site":{"type":"string"},
                      "gateway":{"type":"string"},"version":{"type":"string"},
                      "time":{"$ref":"#/components/schemas/Now"}}})"},
    NamedSchema{"OpenApi", R"({"type":"object","required":["openapi","info","paths"]})"},
    NamedSchema{"Thing",
                R"({"type":"object","description":"W3C WoT Thing Description 1.1.",
                    "required":["@context","id","title","security","securityDefinitions"]})"},
    NamedSchema{"Things", R"({"type":"array","items":{"$ref":"#/components/schemas/Thing"}})"},
};

}  // namespace

std::span<const NamedSchema> common_schemas() {
  return kSchemas;
}

base::Json schemas() {
  constexpr base::JsonLimits kLimits{.max_values = 100'000};
  base::Json all = base::Json::object();
  for (const auto part : {common_schemas(), site_schemas(), door_schemas(), household_schemas(),
                          people_schemas(), system_schemas()}) {
    for (const NamedSchema& schema : part)
      all[std::string(schema.name)] = base::parse_json(schema.json, kLimits).value_or(base::Json());
  }
  return all;
}

}  // namespace linli::console::api
