#include "firmware/console/api/event_room.hpp"

#include <algorithm>
#include <utility>

#include "firmware/base/number.hpp"
#include "firmware/console/api/cursor.hpp"
#include "firmware/console/api/device_view.hpp"
#include "firmware/console/api/rfc3339.hpp"
#include "firmware/console/api/spoken.hpp"

namespace linli::console::api {
namespace {

using base::Json;

constexpr std::int64_t kNoticesMs = 7LL * 24 * 3600 * 1000;
constexpr std::size_t kNotices = 50;

Json or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

base::Result<std::uint64_t> number_of_cursor(const Page& page) {
  if (page.after.empty()) return 0;
  const auto number = base::parse_number<std::uint64_t>(page.after);
  if (!number) return base::fail(base::Code::kInvalid, "cursor: not one of this list");
  return *number;
}

// What both lists have in common: "at this place or below", held to the places of the actor.
std::optional<std::vector<std::string>> places_asked(const Call& call, const Reach& reach) {
  auto own = reach.places_of(call.actor);
  const auto asked = call.query("place");
  if (asked.empty()) return own;
  std::vector<std::string> below = reach.below(asked);
  if (own)
    std::erase_if(below, [&own](const std::string& place) {
      return !std::binary_search(own->begin(), own->end(), place);
    });
  return below;
}

base::Result<void> read_times(const Call& call, ports::EventQuery& query) {
  for (const auto& [name, target] : {std::pair{"from", &query.from_ms}, {"to", &query.to_ms}}) {
    const auto text = call.query(name);
    if (text.empty()) continue;
    *target = parse_rfc3339(text);
    if (!*target)
      return base::fail(base::Code::kInvalid, "{}: expected a time like 2026-11-24T08:30:00Z",
                        name);
  }
  return {};
}

}  // namespace

Json event_cursor(std::uint64_t next) {
  return next == 0 ? Json() : Json(cursor_of(std::to_string(next)));
}

base::Result<ports::EventQuery> event_query_of(const Call& call, const Reach& reach) {
  ports::EventQuery query;
  const auto page = page_of(call);
  if (!page) return base::Failure(page.error());
  auto before = number_of_cursor(*page);
  if (!before) return base::failure_of(std::move(before));
  query.before = *before;
  query.limit = page->limit;
  query.device = call.query("device");
  query.type = call.query("type");
  query.places = places_asked(call, reach);
  if (const auto stream = domain::stream_of(call.query("class"))) query.classes = {*stream};
  if (auto read = read_times(call, query); !read) return base::failure_of(std::move(read));
  return query;
}

Json event_json(const ports::KeptEvent& event) {
  return {{"id", event.id},
          {"seq", event.seq},
          {"class", domain::name(event.stream)},
          {"type", event.type},
          {"device", or_null(event.device)},
          {"place", or_null(event.place)},
          {"time", domain::rfc3339(event.unix_ms)},
          {"quality", domain::name(event.quality)},
          {"data", base::parse_json(event.data).value_or(Json())}};
}

void EventRoom::add_to(Handlers& handlers) {
  handlers["events"] = [this](Call call) { list(std::move(call)); };
  handlers["gaps"] = [this](Call call) { gaps(std::move(call)); };
  handlers["my_notices"] = [this](Call call) { notices(std::move(call)); };
}

void EventRoom::list(Call call) {
  auto query = event_query_of(call, reach_);
  if (!query) return refuse(std::move(call), query.error());
  history_.events(*std::move(query), [call = std::move(call)](
                                         base::Result<ports::EventPage> page) mutable {
    if (!page) return refuse(std::move(call), page.error());
    Json items = Json::array();
    for (const auto& event : page->items)
      items.push_back(spoken_event(event_json(event), call.language));
    answer(std::move(call), Json{{"items", std::move(items)}, {"next", event_cursor(page->next)}});
  });
}

void EventRoom::gaps(Call call) {
  history_.gaps(0, ports::History::kMaxItems,
                [call = std::move(call)](base::Result<ports::GapPage> page) mutable {
                  if (!page) return refuse(std::move(call), page.error());
                  Json items = Json::array();
                  for (const ports::KeptGap& kept : page->items) {
                    items.push_back({{"class", domain::name(kept.gap.stream)},
                                     {"first", kept.gap.first},
                                     {"last", kept.gap.last},
                                     {"count", kept.gap.count},
                                     {"time", domain::rfc3339(kept.unix_ms)},
                                     {"why", kept.gap.reason}});
                  }
                  answer(std::move(call), Json{{"items", std::move(items)}});
                });
}

Json EventRoom::notice_json(const ports::KeptEvent& event, Language language) const {
  const auto id = domain::DeviceId::parse(event.device);
  const core::Device* const device = id ? devices_.find(*id) : nullptr;
  const Json data = base::parse_json(event.data).value_or(Json::object());
  std::string title = event.type;
  std::string where = event.device;
  if (device != nullptr) {
    const auto name = data.value("event", Json());
    const auto index =
        domain::event_index(*device->profile, name.is_string() ? name.get<std::string>() : "");
    const domain::Title& words =
        index ? device->profile->events[*index].title : device->profile->title;
    title = language == Language::kEn ? words.en : title_json(words)["zh"].get<std::string>();
    if (!device->registration.name.empty()) where = device->registration.name;
  }
  const std::string text = event.place.empty() ? where : fmt::format("{} ({})", where, event.place);
  return {
      {"id", event.id}, {"time", domain::rfc3339(event.unix_ms)}, {"title", title}, {"text", text}};
}

void EventRoom::notices(Call call) {
  ports::EventQuery query;
  query.places = reach_.places_of(call.actor);
  query.classes = {domain::Stream::kAlarm};
  query.type = domain::kThingEvent;
  query.from_ms = std::max<std::int64_t>(0, clock_.now().unix_ms - kNoticesMs);
  query.limit = kNotices;
  history_.events(std::move(query),
                  [this, call = std::move(call)](base::Result<ports::EventPage> page) mutable {
                    if (!page) return refuse(std::move(call), page.error());
                    Json items = Json::array();
                    for (const auto& event : page->items)
                      items.push_back(notice_json(event, call.language));
                    answer(std::move(call), Json{{"items", std::move(items)}});
                  });
}

}  // namespace linli::console::api
