#pragma once

#include <functional>
#include <vector>

#include "firmware/console/api/call.hpp"
#include "firmware/console/api/cursor.hpp"
#include "firmware/console/api/device_view.hpp"
#include "firmware/console/api/reach.hpp"
#include "firmware/ports/history.hpp"

namespace linli::console::api {

// Looks at devices; core::DeviceAdmin's room is DeviceChanges.
class DeviceRoom {
 public:
  // The points of a chart, with those that are not stored yet.
  using Chart =
      std::function<void(ports::SampleQuery, base::Done<std::vector<domain::SamplePoint>>)>;

  DeviceRoom(const core::DeviceTable& devices, const Reach& reach, const DeviceView& view,
             const ports::WallClock& clock, Chart chart)
      : devices_(devices), reach_(reach), view_(view), clock_(clock), chart_(std::move(chart)) {}

  void add_to(Handlers& handlers);

 private:
  void list(Call call) const;
  void my_devices(Call call) const;
  void show(Call call) const;
  void history(Call call) const;
  void diagnostics(Call call) const;
  bool is_wanted(const Call& call, const core::Device& device) const;

  const core::DeviceTable& devices_;
  const Reach& reach_;
  const DeviceView& view_;
  const ports::WallClock& clock_;
  Chart chart_;
};

// {"items","next","total"} of what is already in order; `key` names an item for the cursor.
template <class Item, class Key, class Show>
base::Json page_json(const std::vector<Item>& all, const Page& page, Key key, Show show) {
  base::Json items = base::Json::array();
  base::Json next;
  std::string last;
  for (const Item& item : all) {
    if (!page.after.empty() && key(item) <= page.after) continue;
    if (items.size() == page.limit) {
      next = cursor_of(last);
      break;
    }
    items.push_back(show(item));
    last = key(item);
  }
  return {{"items", std::move(items)}, {"next", std::move(next)}, {"total", all.size()}};
}

}  // namespace linli::console::api
