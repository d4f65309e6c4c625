#include "firmware/console/api/spoken.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/console/words/words.hpp"
#include "firmware/domain/envelope.hpp"

namespace linli::console::api {
namespace {

using base::Json;

struct Sentence {
  std::string_view operation;
  std::string_view at;  // path of members; "*" is each item of a list
};

constexpr std::array kSentences{
    // clang-format off
    Sentence{"ready", "checks/*/detail"},
    Sentence{"todo", "items/*/params/why"},
    Sentence{"commands", "items/*/reason"},
    Sentence{"command", "reason"},
    Sentence{"send_command", "reason"},
    Sentence{"add_devices", "rows/*/problem/detail"},
    Sentence{"import_households", "problems/*/what"},
    Sentence{"frames", "items/*/decoded/rejected"},
    Sentence{"platform", "last_error/what"},
    Sentence{"platform", "last_error/way_out"},
    Sentence{"operations", "store/trouble"},
    Sentence{"operations", "drivers/*/speaks"},
    Sentence{"operations", "drivers/*/tested_against"},
    Sentence{"settings", "rows/*/help"},
    Sentence{"change_settings", "problems/*/what"},
    Sentence{"make_backup", "warnings/*"},
    Sentence{"diagnostics_preview", "files/*/what"},
    // clang-format on
};

// Members that are not there, or of another type, are passed over.
void speak(Json& json, std::string_view at) {
  if (at.empty()) {
    if (json.is_string()) json = words::chinese(json.get_ref<const std::string&>());
    return;
  }
  const std::string_view name = at.substr(0, at.find('/'));
  const std::string_view rest = at.substr(std::min(name.size() + 1, at.size()));
  if (name == "*") {
    if (!json.is_array()) return;
    for (Json& item : json) speak(item, rest);
  } else if (const auto member = json.find(name); json.is_object() && member != json.end()) {
    speak(*member, rest);
  }
}

}  // namespace

std::string spoken(std::string sentence, Language language) {
  return language == Language::kZh ? words::chinese(sentence) : std::move(sentence);
}

Json spoken(std::string_view operation, Json json, Language language) {
  if (language != Language::kZh) return json;
  for (const Sentence& sentence : kSentences) {
    if (sentence.operation == operation) speak(json, sentence.at);
  }
  return json;
}

Json spoken_event(Json event, Language language) {
  const bool has_reason =
      event["type"] == domain::kRejectedEvent || event["type"] == domain::kCommandEvent;
  if (has_reason && language == Language::kZh) speak(event, "data/reason");
  return event;
}

std::string spoken_event(const std::string& event, Language language) {
  const bool may_hold = event.find(domain::kRejectedEvent) != std::string::npos ||
                        event.find(domain::kCommandEvent) != std::string::npos;
  if (!may_hold || language != Language::kZh) return event;
  auto json = base::parse_json(event);
  return json ? base::dump_json(spoken_event(*std::move(json), language)) : event;
}

}  // namespace linli::console::api
