#pragma once

#include <functional>

#include "firmware/console/api/audit_pen.hpp"
#include "firmware/console/api/call.hpp"
#include "firmware/console/api/device_view.hpp"
#include "firmware/console/api/house.hpp"
#include "firmware/console/api/reach.hpp"
#include "firmware/core/places.hpp"

namespace linli::console::api {

// The compound as a whole: what it is, its models, and what needs somebody.
class SiteRoom {
 public:
  // Adds what concerns people and commands to the picture, as far as the actor may see it.
  using Complete = std::function<void(const core::Actor&, core::TodoSnapshot&)>;

  SiteRoom(House& house, const core::DeviceTable& devices, const Reach& reach,
           const DeviceView& view, const ports::WallClock& clock, Complete complete)
      : house_(house),
        devices_(devices),
        reach_(reach),
        view_(view),
        clock_(clock),
        complete_(std::move(complete)) {}

  void add_to(Handlers& handlers);

  // The list of what needs somebody as this actor sees it; also told by the feed.
  base::Json todo_json(const core::Actor& actor) const;

 private:
  void site(Call call) const;
  void profiles(Call call) const;

  House& house_;
  const core::DeviceTable& devices_;
  const Reach& reach_;
  const DeviceView& view_;
  const ports::WallClock& clock_;
  Complete complete_;
};

// The tree of places.
class PlaceRoom {
 public:
  PlaceRoom(core::Places& places, const core::DeviceTable& devices, const Reach& reach,
            const DeviceView& view, AuditPen& audit)
      : places_(places), devices_(devices), reach_(reach), view_(view), audit_(audit) {}

  void add_to(Handlers& handlers);

 private:
  void list(Call call) const;
  void put(Call call);
  void remove(Call call);
  base::Json place_json(const core::Actor& actor, const core::Place& place) const;
  bool may_change(const Call& call, const core::Place& wanted) const;
  void note(Call call, std::string action, const std::string& place, base::Once<void(Call)> then);

  core::Places& places_;
  const core::DeviceTable& devices_;
  const Reach& reach_;
  const DeviceView& view_;
  AuditPen& audit_;
};

}  // namespace linli::console::api
