#include <array>

#include "firmware/console/api/schemas.hpp"

namespace linli::console::api {
namespace {

constexpr std::array kSchemas{
    NamedSchema{"DoorPart",
                R"({"type":"object","required":["device","name","state","why"],"properties":{
                    "device":{"type":"string"},"name":{"type":"string"},
                    "state":{"type":"string","enum":["online","offline","unknown"]},
                    "why":{"type":["object","null"],"required":["code","params"],"properties":{
                      "code":{"type":"string"},"params":{"type":"object"}}},
                    "head":{"type":"integer","minimum":0,"maximum":255},
                    "persons":{"type":"object",
                      "description":"of a terminal that knows people by itself",
                      "required":["wanted","in_effect","to_remove","refused"],"properties":{
                        "wanted":{"type":"integer","minimum":0},
                        "in_effect":{"type":"integer","minimum":0},
                        "to_remove":{"type":"integer","minimum":0},
                        "refused":{"type":"integer","minimum":0}}},
                    "direction":{"type":"string","enum":["in","out"]}}})"},
    NamedSchema{"MaybeDoorPart",
                R"({"anyOf":[{"$ref":"#/components/schemas/DoorPart"},{"type":"null"}]})"},
    NamedSchema{"DoorSummary",
                R"({"type":"object","required":["id","name","place","group","phase","contact",
                    "open","since","blocked","alarms","released_by","lock","contact_device",
                    "exit_device","readers"],"properties":{
                      "id":{"$ref":"#/components/schemas/Id"},
                      "name":{"type":"string"},"place":{"type":"string"},
                      "group":{"type":"integer","minimum":0,"maximum":65535},
                      "phase":{"type":"string","enum":["locked","unlocked","open","held_open",
                        "forced_open","fire_released"]},
                      "contact":{"type":"string","enum":["none","unknown","closed","open"]},
                      "open":{"type":["boolean","null"],
                        "description":"as the contact says; null: nobody knows"},
                      "since":{"$ref":"#/components/schemas/MaybeTime"},
                      "blocked":{"type":"boolean"},
                      "alarms":{"type":"array","items":{"type":"string","enum":["forced_open",
                        "held_open","fire_released","tamper","reader_offline","contact_lost"]}},
                      "released_by":{"type":"array","items":{"type":"string"}},
                      "lock":{"$ref":"#/components/schemas/DoorPart"},
                      "contact_device":{"$ref":"#/components/schemas/MaybeDoorPart"},
                      "exit_device":{"$ref":"#/components/schemas/MaybeDoorPart"},
                      "readers":{"type":"array",
                        "items":{"$ref":"#/components/schemas/DoorPart"}}}})"},
    NamedSchema{"Door",
                R"({"allOf":[{"$ref":"#/components/schemas/DoorSummary"},
                    {"type":"object","required":["definition"],"properties":{
                      "definition":{"type":"object"}}}]})"},
    NamedSchema{"Doors",
                R"({"type":"object","required":["items","next","total"],"properties":{
                    "items":{"type":"array",
                      "items":{"$ref":"#/components/schemas/DoorSummary"}},
                    "next":{"$ref":"#/components/schemas/Cursor"},
                    "total":{"type":"integer","minimum":0}}})"},
    NamedSchema{"DoorOpening",
                R"({"type":"object","additionalProperties":false,"properties":{
                    "reason":{"type":"string","maxLength":256},
                    "unlock_s":{"type":"integer","minimum":1,"maximum":120}}})"},
    NamedSchema{"DoorReason",
                R"({"type":"object","additionalProperties":false,"properties":{
                    "reason":{"type":"string","maxLength":256}}})"},
    NamedSchema{"DoorActed",
                R"({"type":"object","required":["command","door"],"properties":{
                    "command":{"type":"string"},
                    "door":{"$ref":"#/components/schemas/DoorSummary"}}})"},
    NamedSchema{"DoorDefinition",
                R"({"type":"object","required":["name","lock"],
                    "description":"config/schema/access/put_door.schema.json; the id is the path's.",
                    "properties":{
                      "name":{"type":"string","minLength":1,"maxLength":128},
                      "place":{"type":"string","maxLength":64},
                      "group":{"type":"integer","minimum":0,"maximum":65535},
                      "lock":{"type":"object","required":["device"],"properties":{
                        "device":{"$ref":"#/components/schemas/Id"}}},
                      "contact":{"type":"object","required":["device","property"]},
                      "exit":{"type":"object","required":["device","event"]},
                      "readers":{"type":"array","maxItems":8,"items":{"type":"object",
                        "required":["device"]}},
                      "unlock_s":{"type":"integer","minimum":1,"maximum":120},
                      "held_after_s":{"type":"integer","minimum":1,"maximum":3600}}})"},
    NamedSchema{"Schedule",
                R"({"type":"object","required":["name","week"],"additionalProperties":false,
                    "properties":{
                      "name":{"type":"string","minLength":1,"maxLength":128},
                      "week":{"type":"object","additionalProperties":{"type":"array",
                        "items":{"type":"string"}}},
                      "holiday":{"description":"'as_weekday', a weekday, or windows"},
                      "make_up":{"description":"'as_weekday', a weekday, or windows"},
                      "from":{"type":"string","format":"date"},
                      "until":{"type":"string","format":"date"}}})"},
    NamedSchema{"Schedules",
                R"({"type":"object","required":["items"],"properties":{
                    "items":{"type":"array","items":{"type":"object","required":["id","schedule"],
                      "properties":{"id":{"$ref":"#/components/schemas/Id"},
                        "schedule":{"$ref":"#/components/schemas/Schedule"}}}}}})"},
    NamedSchema{"Calendar",
                R"({"type":"object","required":["year","source","holidays","make_up_workdays"],
                    "additionalProperties":false,"properties":{
                      "year":{"type":"integer","minimum":1970,"maximum":2199},
                      "source":{"type":"string","minLength":1,"maxLength":256},
                      "holidays":{"type":"array","maxItems":366,"items":{"type":"object",
                        "required":["name","from","to"],"properties":{
                          "name":{"type":"string"},"from":{"type":"string","format":"date"},
                          "to":{"type":"string","format":"date"}}}},
                      "make_up_workdays":{"type":"array","maxItems":366,
                        "items":{"type":"string","format":"date"}}}})"},
    NamedSchema{"Calendars",
                R"({"type":"object","required":["items"],"properties":{
                    "items":{"type":"array",
                      "items":{"$ref":"#/components/schemas/Calendar"}}}})"},
    NamedSchema{"FireWish",
                R"({"type":"object","required":["rule"],"additionalProperties":false,
                    "properties":{
                      "rule":{"type":"string","minLength":1,"maxLength":128},
                      "reason":{"type":"string","maxLength":256}}})"},
    NamedSchema{"Fire",
                R"({"type":"object","required":["items"],"properties":{
                    "items":{"type":"array","items":{"type":"object",
                      "required":["name","active","in_file","when","releases"],"properties":{
                        "name":{"type":"string"},"active":{"type":"boolean"},
                        "in_file":{"type":"boolean",
                          "description":"false: taken out of the file, and still holds"},
                        "when":{"type":"array","items":{"type":"object",
                          "required":["device","event","property","equals"],"properties":{
                            "device":{"type":"string"},"event":{"type":["string","null"]},
                            "property":{"type":["string","null"]},"equals":{}}}},
                        "releases":{"type":"array","items":{"type":"object",
                          "required":["door","name","device","held","confirmed","missing"],
                          "properties":{"door":{"type":"string"},
                            "name":{"type":["string","null"]},"device":{"type":"string"},
                            "held":{"type":"boolean"},"confirmed":{"type":"boolean"},
                            "missing":{"type":["string","null"],"enum":["not_registered",
                              "no_such_action","offline",null]}}}}}}}}})"},
    NamedSchema{"AccessLog",
                R"({"type":"object","required":["items","next"],"properties":{
                    "items":{"type":"array","items":{"$ref":"#/components/schemas/AccessEntry"}},
                    "next":{"$ref":"#/components/schemas/Cursor"}}})"},
    NamedSchema{"AccessEntry",
                R"({"type":"object","required":["id","time","quality","door","name","place","kind",
                    "means","person","reason","direction","reader","credential","record","alarm",
                    "active"],"properties":{
                      "id":{"type":"string"},
                      "time":{"$ref":"#/components/schemas/Time"},"quality":{"type":"string"},
                      "door":{"type":"string"},"name":{"type":["string","null"]},
                      "place":{"type":["string","null"]},
                      "kind":{"type":"string",
                        "enum":["granted","denied","exit","door","alarm"]},
                      "means":{"type":["string","null"]},
                      "person":{"type":["object","null"],"required":["id","name"],"properties":{
                        "id":{"type":"string"},
                        "name":{"type":["string","null"],
                          "description":"for who may manage people"}}},
                      "reason":{"type":["string","null"]},
                      "direction":{"type":["string","null"]},
                      "reader":{"type":["string","null"]},
                      "credential":{"type":["string","null"]},
                      "record":{"type":["string","null"]},
                      "alarm":{"type":["string","null"]},
                      "active":{"type":["boolean","null"]}}})"},
};

}  // namespace

std::span<const NamedSchema> door_schemas() {
  return kSchemas;
}

}  // namespace linli::console::api
