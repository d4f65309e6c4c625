#include <array>

#include "firmware/console/api/schemas.hpp"

namespace linli::console::api {
namespace {

constexpr std::array kSchemas{
    NamedSchema{"Platform",
                R"({"type":"object","required":["link","state","since","host","port","last_error",
                    "streams","certificates"],"properties":{
                      "link":{"type":"string","enum":["mqtt","coap","off"]},
                      "state":{"type":"string","enum":["up","down","off"]},
                      "since":{"$ref":"#/components/schemas/MaybeTime"},
                      "host":{"type":"string"},"port":{"type":"integer"},
                      "last_error":{"type":["object","null"],
                        "required":["time","what","way_out"],"properties":{
                          "time":{"$ref":"#/components/schemas/MaybeTime"},
                          "what":{"type":"string"},"way_out":{"type":"string"}}},
                      "streams":{"type":"array","items":{"type":"object",
                        "required":["class","waiting","bytes","first","last","dropped","oldest"],
                        "properties":{"class":{"type":"string"},
                          "waiting":{"type":"integer","minimum":0},
                          "bytes":{"type":"integer","minimum":0},
                          "first":{"type":"integer","minimum":0},
                          "last":{"type":"integer","minimum":0},
                          "dropped":{"type":"integer","minimum":0},
                          "oldest":{"$ref":"#/components/schemas/MaybeTime"}}}},
                      "certificates":{"type":"array","items":{"type":"object",
                        "required":["name","layer","subject","not_after","days_left","level"],
                        "properties":{"name":{"type":"string"},"layer":{"type":"string"},
                          "subject":{"type":"string"},
                          "not_after":{"$ref":"#/components/schemas/MaybeTime"},
                          "days_left":{"type":["integer","null"]},
                          "level":{"type":"string","enum":["ok","soon","over"]}}}}}})"},
    NamedSchema{"Operations",
                R"({"type":"object","required":["version","build","epoch","schema","started_at",
                    "uptime_s","memory_kb","store","drivers","changes","last_backup"],
                    "properties":{
                      "version":{"type":"string"},"build":{"type":"string"},
                      "epoch":{"type":"string"},"schema":{"type":"integer"},
                      "started_at":{"$ref":"#/components/schemas/Time"},
                      "uptime_s":{"type":"integer","minimum":0},
                      "memory_kb":{"type":"integer","minimum":0},
                      "store":{"type":"object","required":["health","trouble","file_bytes",
                        "max_bytes","commits"],"properties":{
                          "health":{"type":"string","enum":["ok","full","read_only"]},
                          "trouble":{"type":"string"},"file_bytes":{"type":"integer"},
                          "max_bytes":{"type":"integer"},"commits":{"type":"integer"}}},
                      "drivers":{"type":"array","items":{"type":"object",
                        "required":["name","speaks","tested_against"],"properties":{
                          "name":{"type":"string"},"speaks":{"type":"string"},
                          "tested_against":{"type":"string"}}}},
                      "changes":{"type":"array","items":{"type":"object",
                        "required":["version","date","zh","en"],"properties":{
                          "version":{"type":"string"},"date":{"type":"string"},
                          "zh":{"type":"array","items":{"type":"string"}},
                          "en":{"type":"array","items":{"type":"string"}}}}},
                      "last_backup":{"type":["object","null"]}}})"},
    NamedSchema{"DiagnosticsPreview",
                R"({"type":"object","required":["files","bytes","redacted"],"properties":{
                    "files":{"type":"array","items":{"type":"object",
                      "required":["name","bytes","what"],"properties":{
                        "name":{"type":"string"},"bytes":{"type":"integer","minimum":0},
                        "what":{"type":"string"}}}},
                    "bytes":{"type":"integer","minimum":0},
                    "redacted":{"type":"integer","minimum":0}}})"},
    NamedSchema{"Frames",
                R"({"type":"object","required":["items","next"],"properties":{
                    "items":{"type":"array","items":{"type":"object",
                      "required":["seq","time","driver","direction","device","peer","bytes",
                        "summary","decoded"],"properties":{
                          "seq":{"type":"integer","minimum":0},
                          "time":{"$ref":"#/components/schemas/Time"},
                          "driver":{"type":"string"},
                          "direction":{"type":"string","enum":["in","out"]},
                          "device":{"type":["string","null"]},"peer":{"type":"string"},
                          "bytes":{"type":"integer","minimum":0},
                          "summary":{"type":"string"},"decoded":{}}}},
                    "next":{"$ref":"#/components/schemas/Cursor"}}})"},
    NamedSchema{"Setting",
                R"({"type":"object","required":["path","section","kind","value","default","help",
                    "effect"],"properties":{
                      "path":{"type":"string"},"section":{"type":"string"},
                      "kind":{"type":"string",
                        "enum":["text","id","path","word","integer","list"]},
                      "value":{},"default":{},
                      "min":{"type":"integer"},"max":{"type":"integer"},
                      "words":{"type":"array","items":{"type":"string"}},
                      "help":{"type":"string"},"changed":{"type":"boolean"},
                      "effect":{"type":"string","enum":["live","restart","rollback","file"]}}})"},
    NamedSchema{"PendingSettings",
                R"({"type":["object","null"],"required":["changes","seconds_left","started_by"],
                    "properties":{"changes":{"type":"array","items":{}},
                      "seconds_left":{"type":"integer","minimum":0},
                      "started_by":{"type":"string"}}})"},
    NamedSchema{"Settings",
                R"({"type":"object","required":["rows","pending","etag"],"properties":{
                    "rows":{"type":"array","items":{"$ref":"#/components/schemas/Setting"}},
                    "pending":{"$ref":"#/components/schemas/PendingSettings"},
                    "etag":{"type":"string"}}})"},
    NamedSchema{"SettingsChange",
                R"({"type":"object","additionalProperties":false,"required":["changes"],
                    "properties":{
                      "changes":{"type":"object","minProperties":1,"maxProperties":64,
                        "additionalProperties":{
                          "type":["string","integer","boolean","array","null"]}},
                      "dry_run":{"type":"boolean"}}})"},
    NamedSchema{"SettingsOutcome",
                R"({"type":"object","required":["applied","needs_restart","pending","problems"],
                    "properties":{
                      "applied":{"type":"array","items":{"type":"string"}},
                      "needs_restart":{"type":"array","items":{"type":"string"}},
                      "goes_back":{"type":"boolean"},
                      "pending":{"$ref":"#/components/schemas/PendingSettings"},
                      "problems":{"type":"array","items":{"type":"object",
                        "required":["path","what"],"properties":{
                          "path":{"type":"string"},"what":{"type":"string"}}}}}})"},
    NamedSchema{"Backup",
                R"({"type":"object","required":["id","words","bytes"],"properties":{
                    "id":{"type":"string"},
                    "words":{"type":"array","minItems":24,"maxItems":24,
                      "items":{"type":"string"}},
                    "bytes":{"type":"integer","minimum":0}}})"},
    NamedSchema{"RestoreOutcome",
                R"({"type":"object","required":["diff"],"properties":{
                    "diff":{"type":"array","items":{}}}})"},
};

}  // namespace

std::span<const NamedSchema> system_schemas() {
  return kSchemas;
}

}  // namespace linli::console::api
