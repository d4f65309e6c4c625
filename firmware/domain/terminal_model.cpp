#include "firmware/domain/terminal_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "firmware/domain/profile_members.hpp"

namespace linli::domain {
namespace {

using base::Json;
using base::JsonReader;

constexpr std::array<std::string_view, kTerminalWords> kNames{
    "pushAck", "onlineAck", "putPerson", "removePerson", "listPersons", "probe", "setTime"};

// The blanks that the driver fills in; {message} comes back in the answer.
constexpr std::array<std::string_view, 9> kBlanks{
    "id", "message", "record", "recordType", "person", "limited", "from", "until", "card"};

bool is_blank(std::string_view word) {
  return word == "time" || std::find(kBlanks.begin(), kBlanks.end(), word) != kBlanks.end();
}

std::string read_topic(JsonReader& in, const char* key, bool is_required, bool is_own) {
  std::string topic =
      is_required ? in.text(key, kMaxText) : in.optional_text(key, kMaxText).value_or("");
  if (!in.ok() || topic.empty()) return topic;
  if (const std::string_view problem = topic_problem(topic, is_own); !problem.empty())
    in.reject(key, problem);
  return topic;
}

TerminalTopics read_topics(JsonReader& in) {
  TerminalTopics topics;
  topics.command = read_topic(in, "command", true, true);
  topics.answer = read_topic(in, "answer", true, true);
  topics.record = read_topic(in, "record", true, true);
  topics.snapshot = read_topic(in, "snapshot", false, true);
  topics.qr = read_topic(in, "qr", false, true);
  topics.heartbeat = read_topic(in, "heartbeat", true, false);
  topics.basic = read_topic(in, "basic", false, false);
  std::set<std::string> all;
  for (const std::string* topic : {&topics.command, &topics.answer, &topics.record,
                                   &topics.snapshot, &topics.qr, &topics.heartbeat, &topics.basic})
    if (!topic->empty() && !all.insert(*topic).second)
      in.reject("command", fmt::format("two members have the topic '{}'", *topic));
  return topics;
}

void read_words(JsonReader& in, TerminalModel& model) {
  for (std::size_t i = 0; i < kTerminalWords; ++i) {
    const Json* const payload = in.optional_object(kNames.at(i));
    if (payload == nullptr) continue;
    if (const std::string blank = unknown_blank(*payload, &is_blank); !blank.empty())
      in.reject(kNames.at(i), fmt::format("'{}' is nothing that is filled in", blank));
    model.words.at(i) = base::dump_json(*payload);
  }
  const bool can_put = !model.word(TerminalWord::kPutPerson).empty();
  if (can_put && model.word(TerminalWord::kRemovePerson).empty())
    in.reject("putPerson", "needs removePerson beside it: who moves out must be forgotten");
}

void collect_blanks(const Json& node, bool (*is_known)(std::string_view), std::string& unknown) {
  if (node.is_structured()) {
    for (const Json& child : node) collect_blanks(child, is_known, unknown);
    return;
  }
  if (!node.is_string() || !unknown.empty()) return;
  const auto& text = node.get_ref<const std::string&>();
  for (std::size_t at = text.find('{'); at != std::string::npos; at = text.find('{', at + 1)) {
    const std::size_t end = text.find('}', at);
    const std::string_view word = std::string_view(text).substr(
        at + 1, end == std::string::npos ? std::string::npos : end - at - 1);
    if (end != std::string::npos && is_known(word)) continue;
    unknown =
        text.substr(at, end == std::string::npos ? 64 : std::min<std::size_t>(end - at + 1, 64));
    return;
  }
}

}  // namespace

std::string_view name(TerminalWord word) {
  return kNames.at(static_cast<std::size_t>(word));
}

std::string unknown_blank(const Json& payload, bool (*is_known)(std::string_view)) {
  std::string unknown;
  collect_blanks(payload, is_known, unknown);
  return unknown;
}

TerminalModel read_terminal_model(JsonReader& in) {
  TerminalModel model;
  read_object(in, "topics", in.object("topics"),
              [&model](JsonReader& topics) { model.topics = read_topics(topics); });
  if (const Json* const words = in.optional_object("words"))
    read_object(in, "words", *words, [&model](JsonReader& each) { read_words(each, model); });
  model.silence =
      std::chrono::seconds(in.optional_integer("silenceSeconds", {10, 3600}).value_or(100));
  const std::string decides = in.optional_text("decides", kMaxText).value_or("gateway");
  if (decides != "gateway" && decides != "terminal")
    in.reject("decides", "expected gateway or terminal");
  model.decides_itself = decides == "terminal";
  model.card_bits = static_cast<int>(in.optional_integer("cardBits", {26, 34}).value_or(0));
  if (model.card_bits != 0 && model.card_bits != 26 && model.card_bits != 34)
    in.reject("cardBits", "expected 26 or 34");
  model.card_base = static_cast<int>(in.optional_integer("cardBase", {10, 16}).value_or(10));
  if (model.card_base != 10 && model.card_base != 16) in.reject("cardBase", "expected 10 or 16");
  return model;
}

}  // namespace linli::domain
