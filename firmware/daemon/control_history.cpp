#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/json_reader.hpp"
#include "firmware/base/number.hpp"
#include "firmware/daemon/control_api.hpp"

// What linlictl can ask of the past, and of places.
namespace linli::daemon {
namespace {

using base::Code;
using base::Json;

constexpr std::size_t kMaxText = 256;
constexpr std::size_t kListed = 50;
constexpr std::int64_t kHourMs = 3'600'000;

// "90s", "30min", "2h", "7d" in milliseconds.
std::optional<std::int64_t> span_ms(std::string_view text) {
  const std::size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const auto count = base::parse_number<std::int64_t>(text.substr(0, digits));
  const std::map<std::string_view, std::int64_t> units{
      {"s", 1'000}, {"min", 60'000}, {"h", kHourMs}, {"d", 24 * kHourMs}};
  const auto unit = units.find(text.substr(digits));
  constexpr std::int64_t kMost = 100'000;
  if (!count || *count > kMost || unit == units.end()) return std::nullopt;
  return *count * unit->second;
}

Json event_json(const ports::KeptEvent& event) {
  return {{"seq", event.seq},
          {"id", event.id},
          {"class", domain::name(event.stream)},
          {"type", event.type},
          {"device", event.device},
          {"place", event.place},
          {"time", domain::rfc3339(event.unix_ms)},
          {"quality", domain::name(event.quality)},
          {"data", base::parse_json(event.data).value_or(Json())}};
}

Json gap_json(const ports::KeptGap& each) {
  return {{"seq", each.seq},
          {"class", domain::name(each.gap.stream)},
          {"first", each.gap.first},
          {"last", each.gap.last},
          {"count", each.gap.count},
          {"epoch", each.epoch},
          {"time", domain::rfc3339(each.unix_ms)},
          {"quality", domain::name(each.quality)},
          {"why", each.gap.reason}};
}

Json point_json(const domain::SamplePoint& point) {
  return {{"time", domain::rfc3339(point.unix_ms)},
          {"quality", domain::name(point.quality)},
          {"min", point.sample.min},
          {"average", point.sample.average()},
          {"max", point.sample.max},
          {"count", point.sample.count}};
}

base::Result<ports::EventQuery> event_query(const Json& params, const core::Places& places,
                                            std::int64_t now_ms) {
  base::JsonReader in(params, "params");
  ports::EventQuery query;
  query.device = in.optional_text("device", kMaxText).value_or("");
  query.type = in.optional_text("type", kMaxText).value_or("");
  const auto place = in.optional_text("place", kMaxText);
  if (place) query.places = places.covered_by(*place);
  const auto wanted = in.optional_text("class", kMaxText);
  const auto stream = wanted ? domain::stream_of(*wanted) : std::nullopt;
  if (stream) query.classes = {*stream};
  if (wanted && !stream)
    in.reject("class", "expected alarm, access, money, ticket, command or telemetry");
  const auto since = in.optional_text("since", kMaxText);
  const auto span = since ? span_ms(*since) : std::nullopt;
  if (span) query.from_ms = now_ms - *span;
  if (since && !span) in.reject("since", "expected how long ago, as 90s, 30min, 2h or 7d");
  query.before = static_cast<std::uint64_t>(in.optional_integer("before", {1}).value_or(0));
  query.limit = static_cast<std::size_t>(
      in.optional_integer("limit", {1, ports::History::kMaxItems}).value_or(kListed));
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  return query;
}

base::Result<core::Place> place_of(const Json& params) {
  base::JsonReader in(params, "params");
  auto id = domain::PlaceId::parse(in.text("id", kMaxText));
  const std::string parent = in.optional_text("parent", kMaxText).value_or("");
  const auto kind = core::place_kind_of(in.text("kind", kMaxText));
  if (!kind) in.reject("kind", "expected site, building, unit or point");
  core::Place place;
  place.name = in.text("name", kMaxText);
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  if (!id) return base::failure_of(std::move(id));
  place.id = *std::move(id);
  place.kind = *kind;
  if (parent.empty()) return place;
  auto above = domain::PlaceId::parse(parent);
  if (!above) return base::failure_of(std::move(above));
  place.parent = *std::move(above);
  return place;
}

}  // namespace

void ControlApi::list_events(const Request& request, Reply reply) {
  auto query =
      event_query(request.params, gateway_.history().places(), gateway_.clock().now().unix_ms);
  if (!query) return reply_later(std::move(reply), base::failure_of(std::move(query)));
  gateway_.history().events(
      *std::move(query), [reply = std::move(reply)](base::Result<ports::EventPage> page) mutable {
        if (!page) return std::move(reply)(base::failure_of(std::move(page)));
        Json list = Json::array();
        for (const ports::KeptEvent& event : page->items) list.push_back(event_json(event));
        std::move(reply)(Json{{"events", std::move(list)}, {"next", page->next}});
      });
}

void ControlApi::list_gaps(const Request& request, Reply reply) {
  base::JsonReader in(request.params, "params");
  const auto before = in.optional_integer("before", {1}).value_or(0);
  if (auto read = in.finish(); !read)
    return reply_later(std::move(reply), base::failure_of(std::move(read)));
  gateway_.history().history().gaps(
      static_cast<std::uint64_t>(before), kListed,
      [reply = std::move(reply)](base::Result<ports::GapPage> page) mutable {
        if (!page) return std::move(reply)(base::failure_of(std::move(page)));
        Json list = Json::array();
        for (const ports::KeptGap& gap : page->items) list.push_back(gap_json(gap));
        std::move(reply)(Json{{"gaps", std::move(list)}, {"next", page->next}});
      });
}

void ControlApi::show_history(const Request& request, Reply reply) {
  base::JsonReader in(request.params, "params");
  const auto id = domain::DeviceId::parse(in.text("id", kMaxText));
  ports::SampleQuery query;
  query.property = in.text("property", kMaxText);
  const std::string span = in.optional_text("span", kMaxText).value_or("day");
  if (span != "day" && span != "week") in.reject("span", "expected day or week");
  if (auto read = in.finish(); !read)
    return reply_later(std::move(reply), base::failure_of(std::move(read)));
  const core::Device* const device = id ? gateway_.devices().find(*id) : nullptr;
  if (device == nullptr)
    return reply_later(std::move(reply),
                       base::fail(Code::kNotFound, "no such device is registered"));
  const auto property = domain::property_index(*device->profile, query.property);
  if (!property) {
    return reply_later(std::move(reply), base::fail(Code::kNotFound, "{} has no property '{}'",
                                                    device->registration.profile, query.property));
  }
  query.device = id->str();
  query.step = span == "day" ? domain::SampleStep::kFine : domain::SampleStep::kCoarse;
  query.to_ms = gateway_.clock().now().unix_ms + 1;
  query.from_ms =
      std::max<std::int64_t>(0, query.to_ms - (span == "day" ? 24 * kHourMs : 7 * 24 * kHourMs));
  Json answer = {{"device", query.device},
                 {"property", query.property},
                 {"unit", device->profile->properties[*property].schema.unit},
                 {"step_s", domain::step_ms(query.step) / 1000}};
  gateway_.history().chart(std::move(query),
                           [answer = std::move(answer), reply = std::move(reply)](
                               base::Result<std::vector<domain::SamplePoint>> points) mutable {
                             if (!points)
                               return std::move(reply)(base::failure_of(std::move(points)));
                             answer["points"] = Json::array();
                             for (const domain::SamplePoint& point : *points)
                               answer["points"].push_back(point_json(point));
                             std::move(reply)(std::move(answer));
                           });
}

void ControlApi::describe_device(const Request& request, Reply reply) {
  base::JsonReader in(request.params, "params");
  auto id = domain::DeviceId::parse(in.text("id", kMaxText));
  const auto name = in.optional_text("name", kMaxText);
  const auto place = in.optional_text("place", kMaxText);
  if (!name && !place) in.reject("name", "say a new name, a new place, or both");
  if (auto read = in.finish(); !read)
    return reply_later(std::move(reply), base::failure_of(std::move(read)));
  if (!id) return reply_later(std::move(reply), base::failure_of(std::move(id)));
  const core::Device* const device = gateway_.devices().find(*id);
  const core::Registration known = device == nullptr ? core::Registration{} : device->registration;
  gateway_.admin().describe(
      *id, name.value_or(known.name), place.value_or(known.place),
      [this, id = *id, reply = std::move(reply)](base::Result<void> done) mutable {
        if (!done) return std::move(reply)(base::failure_of(std::move(done)));
        const core::Device* const described = gateway_.devices().find(id);
        if (described == nullptr) return std::move(reply)(Json::object());
        std::move(reply)(device_json(*described));
      });
}

void ControlApi::put_place(const Request& request, Reply reply) {
  auto place = place_of(request.params);
  if (!place) return reply_later(std::move(reply), base::failure_of(std::move(place)));
  const std::string id = place->id.str();
  gateway_.history().places().put(*std::move(place),
                                  [id, reply = std::move(reply)](base::Result<void> done) mutable {
                                    if (!done)
                                      return std::move(reply)(base::failure_of(std::move(done)));
                                    std::move(reply)(Json{{"place", id}});
                                  });
}

void ControlApi::list_places(const Request& /*request*/, Reply reply) {
  const core::Places& places = gateway_.history().places();
  std::map<std::string_view, int> devices;
  const auto registered = gateway_.devices().all();
  for (const core::Device* device : registered) ++devices[device->registration.place];
  Json list = Json::array();
  for (const core::Place* place : places.all()) {
    list.push_back({{"id", place->id.str()},
                    {"parent", place->parent.str()},
                    {"kind", core::name(place->kind)},
                    {"name", place->name},
                    {"depth", places.path(place->id.str()).size()},
                    {"devices", devices[place->id.str()]}});
  }
  const auto not_placed =
      std::count_if(registered.begin(), registered.end(), [&places](const core::Device* device) {
        return places.find(device->registration.place) == nullptr;
      });
  reply_later(std::move(reply), Json{{"places", std::move(list)}, {"not_placed", not_placed}});
}

void ControlApi::remove_place(const Request& request, Reply reply) {
  base::JsonReader in(request.params, "params");
  auto id = domain::PlaceId::parse(in.text("id", kMaxText));
  if (auto read = in.finish(); !read)
    return reply_later(std::move(reply), base::failure_of(std::move(read)));
  if (!id) return reply_later(std::move(reply), base::failure_of(std::move(id)));
  gateway_.history().places().remove(
      *id, [id = id->str(), reply = std::move(reply)](base::Result<void> done) mutable {
        if (!done) return std::move(reply)(base::failure_of(std::move(done)));
        std::move(reply)(Json{{"removed", id}});
      });
}

}  // namespace linli::daemon
