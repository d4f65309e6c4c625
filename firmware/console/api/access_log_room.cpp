#include "firmware/console/api/access_log_room.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/console/api/event_room.hpp"

namespace linli::console::api {
namespace {

using base::Json;

// The events of the scenario (scenarios/access/access_record.hpp).
constexpr std::string_view kDecision = "linli.access.decision";
constexpr std::string_view kDoor = "linli.access.door";
constexpr std::string_view kAlarm = "linli.access.alarm";
constexpr std::string_view kPerson = "person:";
// How many pages of the journal one request looks through for what fits; then it says where to go
// on.
constexpr int kMostLooks = 10;

std::string text_in(const Json& data, std::string_view key) {
  const auto found = data.find(key);
  return found != data.end() && found->is_string() ? found->get<std::string>() : "";
}

Json or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

Json member(const Json& data, std::string_view key) {
  const auto found = data.find(key);
  return found == data.end() ? Json() : *found;
}

// "granted", "denied", "exit", "door", "alarm"; empty: nothing of the doors.
std::string_view kind_of(const ports::KeptEvent& event, const Json& data) {
  if (event.type == kDecision) return data.value("granted", false) ? "granted" : "denied";
  if (event.type == kDoor) return text_in(data, "record") == "exit_requested" ? "exit" : "door";
  return event.type == kAlarm ? "alarm" : "";
}

// The holder of what was shown, or who opened from afar.
std::string person_of(const Json& data) {
  std::string holder = text_in(data, "holder");
  if (!holder.empty()) return holder;
  std::string asker = text_in(data, "asked_by");
  return asker.starts_with(kPerson) ? asker.substr(kPerson.size()) : asker;
}

bool is_wanted(const Call& call, const ports::KeptEvent& event, const Json& data) {
  const std::string_view kind = kind_of(event, data);
  if (kind.empty()) return false;
  const auto fits = [&call](const char* name, std::string_view is) {
    const auto wanted = call.query(name);
    return wanted.empty() || wanted == is;
  };
  const bool is_decision = event.type == kDecision;
  return fits("kind", kind) && fits("door", text_in(data, "door")) &&
         fits("person", person_of(data)) &&
         fits("means", is_decision ? text_in(data, "kind") : std::string());
}

// What the journal can sort out by itself.
void narrow(ports::EventQuery& query, std::string_view kind) {
  query.classes = {domain::Stream::kAccess, domain::Stream::kAlarm};
  if (kind == "granted" || kind == "denied") query.type = kDecision;
  if (kind == "exit" || kind == "door") query.type = kDoor;
  if (kind == "alarm") query.type = kAlarm;
}

}  // namespace

// A request that is looked for in the journal, page by page.
struct AccessLogRoom::Run {
  Call call;
  ports::EventQuery query;
  std::size_t limit = 0;
  int looks = 0;
  Json items = Json::array();
};

void AccessLogRoom::add_to(Handlers& handlers) {
  handlers["access_log"] = [this](Call call) { list(std::move(call)); };
}

void AccessLogRoom::list(Call call) {
  auto query = event_query_of(call, reach_);
  if (!query) return refuse(std::move(call), query.error());
  narrow(*query, call.query("kind"));
  // Events of a door carry its lock: so the journal finds them by its index. Who exchanges the lock
  // for another device finds what was before without naming the door.
  if (const auto door = doors_.find(call.query("door"))) query->device = door->lock;
  const std::size_t limit = query->limit;
  query->limit = ports::History::kMaxItems;
  look(std::make_shared<Run>(Run{std::move(call), *std::move(query), limit}));
}

void AccessLogRoom::look(const std::shared_ptr<Run>& run) {
  history_.events(run->query, [this, run](base::Result<ports::EventPage> page) {
    after_look(run, std::move(page));
  });
}

void AccessLogRoom::after_look(const std::shared_ptr<Run>& run,
                               base::Result<ports::EventPage> page) {
  if (!page) return refuse(std::move(run->call), page.error());
  std::uint64_t next = page->next;
  for (const ports::KeptEvent& event : page->items) {
    const Json data = base::parse_json(event.data).value_or(Json::object());
    if (!is_wanted(run->call, event, data)) continue;
    if (run->items.size() == run->limit) break;
    run->items.push_back(entry_json(run->call.actor, event, data));
    if (run->items.size() == run->limit) next = event.seq;
  }
  const bool is_enough = run->items.size() == run->limit || next == 0 || ++run->looks == kMostLooks;
  if (is_enough) {
    const Json json{{"items", run->items}, {"next", event_cursor(next)}};
    return answer(std::move(run->call), json);
  }
  run->query.before = next;
  look(run);
}

Json AccessLogRoom::entry_json(const core::Actor& actor, const ports::KeptEvent& event,
                               const Json& data) const {
  const std::string door = text_in(data, "door");
  const auto known = doors_.find(door);
  const std::string person = person_of(data);
  Json who;
  if (!person.empty()) who = {{"id", person}, {"name", or_null(name_of_(actor, person))}};
  const bool is_decision = event.type == kDecision;
  return {{"id", event.id},
          {"time", domain::rfc3339(event.unix_ms)},
          {"quality", domain::name(event.quality)},
          {"door", door},
          {"name", known ? Json(known->name) : Json()},
          {"place", or_null(event.place)},
          {"kind", kind_of(event, data)},
          {"means", is_decision ? member(data, "kind") : Json()},
          {"person", std::move(who)},
          {"reason", member(data, "reason")},
          {"direction", member(data, "direction")},
          {"reader", member(data, "reader")},
          {"credential", member(data, "credential")},
          {"record", member(data, "record")},
          {"alarm", member(data, "alarm")},
          {"active", member(data, "active")}};
}

}  // namespace linli::console::api
