#pragma once

#include "firmware/console/api/call.hpp"
#include "firmware/console/api/command_room.hpp"
#include "firmware/console/api/device_view.hpp"
#include "firmware/console/api/feed.hpp"
#include "firmware/console/api/house.hpp"
#include "firmware/console/api/reach.hpp"

namespace linli::console::api {

// The devices as W3C Web of Things.
class ThingRoom {
 public:
  ThingRoom(const House& house, const core::DeviceTable& devices, const Reach& reach,
            CommandRoom& commands, Feed& feed)
      : house_(house), devices_(devices), reach_(reach), commands_(commands), feed_(feed) {}

  void add_to(Handlers& handlers);

 private:
  void directory(Call call) const;
  void list(Call call) const;
  void show(Call call) const;
  void read_all(Call call) const;
  void read_property(Call call) const;
  void invoke(Call call);
  void subscribe(Call call);

  const House& house_;
  const core::DeviceTable& devices_;
  const Reach& reach_;
  CommandRoom& commands_;
  Feed& feed_;
};

}  // namespace linli::console::api
