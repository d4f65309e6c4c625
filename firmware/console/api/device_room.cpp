#include "firmware/console/api/device_room.hpp"

#include <algorithm>
#include <utility>

#include "firmware/console/api/device_checks.hpp"
#include "firmware/console/api/etag.hpp"

namespace linli::console::api {
namespace {

using base::Json;

Problem no_device(const Call& call) {
  return {"not_found", fmt::format("no device '{}' is registered", call.path_value("id"))};
}

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

Json points_json(const std::vector<domain::SamplePoint>& points) {
  Json all = Json::array();
  for (const domain::SamplePoint& point : points) {
    const domain::Sample& sample = point.sample;
    all.push_back(
        Json::array({point.unix_ms, sample.min, sample.average(), sample.max, sample.count}));
  }
  return all;
}

ports::SampleQuery query_of(const core::Device& device, const domain::PropertyModel& model,
                            bool week, std::int64_t now_ms) {
  constexpr std::int64_t kDayMs = 24 * 3'600'000LL;
  ports::SampleQuery query;
  query.device = device.registration.id.str();
  query.property = model.name;
  query.step = week ? domain::SampleStep::kCoarse : domain::SampleStep::kFine;
  query.from_ms =
      domain::bucket_of(query.step, std::max<std::int64_t>(0, now_ms - (week ? 7 : 1) * kDayMs));
  query.to_ms = now_ms + 1;
  return query;
}

}  // namespace

void DeviceRoom::add_to(Handlers& handlers) {
  handlers["devices"] = [this](Call call) { list(std::move(call)); };
  handlers["my_devices"] = [this](Call call) { my_devices(std::move(call)); };
  handlers["device"] = [this](Call call) { show(std::move(call)); };
  handlers["device_history"] = [this](Call call) { history(std::move(call)); };
  handlers["device_diagnostics"] = [this](Call call) { diagnostics(std::move(call)); };
}

bool DeviceRoom::is_wanted(const Call& call, const core::Device& device) const {
  const core::Registration& is = device.registration;
  const auto place = call.query("place");
  if (!place.empty() && !reach_.is_at(place, is.place)) return false;
  if (const auto profile = call.query("profile"); !profile.empty() && profile != is.profile)
    return false;
  if (const auto driver = call.query("driver"); !driver.empty() && driver != is.driver)
    return false;
  if (const auto q = call.query("q");
      !q.empty() && !contains(is.id.str(), q) && !contains(is.name, q) && !contains(is.place, q))
    return false;
  const auto state = call.query("state");
  return state.empty() || state == core::name(view_.standing(device).state);
}

void DeviceRoom::list(Call call) const {
  const auto page = page_of(call);
  if (!page) return refuse(std::move(call), page.error());
  auto all = reach_.devices(call.actor, devices_);
  std::erase_if(all,
                [this, &call](const core::Device* device) { return !is_wanted(call, *device); });
  const Json json = page_json(
      all, *page, [](const core::Device* device) { return device->registration.id.str(); },
      [this](const core::Device* device) { return view_.summary(*device); });
  answer(std::move(call), json);
}

void DeviceRoom::my_devices(Call call) const {
  Json items = Json::array();
  const auto all = reach_.devices(call.actor, devices_);
  for (const core::Device* device : all) items.push_back(view_.summary(*device));
  answer(std::move(call),
         Json{{"items", std::move(items)}, {"next", nullptr}, {"total", all.size()}});
}

void DeviceRoom::show(Call call) const {
  const core::Device* const device = reach_.device(call.actor, devices_, call.path_value("id"));
  if (device == nullptr) return refuse(std::move(call), no_device(call));
  const Json json = view_.whole(*device);
  answer_versioned(std::move(call), json, etag_of(DeviceView::version(*device), json));
}

void DeviceRoom::history(Call call) const {
  const core::Device* const device = reach_.device(call.actor, devices_, call.path_value("id"));
  if (device == nullptr) return refuse(std::move(call), no_device(call));
  const auto index = domain::property_index(*device->profile, call.query("property"));
  if (!index) {
    return refuse(std::move(call),
                  Problem{"invalid", fmt::format("property: '{}' is no property of {}",
                                                 call.query("property"), device->profile->name)});
  }
  const domain::PropertyModel& model = device->profile->properties[*index];
  auto query = query_of(*device, model, call.query("span") == "week", clock_.now().unix_ms);
  Json json = {{"property", model.name},
               {"unit", model.schema.unit.empty() ? Json() : Json(model.schema.unit)},
               {"step_s", domain::step_ms(query.step) / 1000}};
  chart_(std::move(query), [call = std::move(call), json = std::move(json)](
                               base::Result<std::vector<domain::SamplePoint>> points) mutable {
    if (!points) return refuse(std::move(call), points.error());
    json["points"] = points_json(*points);
    answer(std::move(call), json);
  });
}

void DeviceRoom::diagnostics(Call call) const {
  const core::Device* const device = reach_.device(call.actor, devices_, call.path_value("id"));
  if (device == nullptr) return refuse(std::move(call), no_device(call));
  const Json checks = device_checks(*device, view_, call.language);
  answer(std::move(call), Json{{"checks", checks}});
}

}  // namespace linli::console::api
