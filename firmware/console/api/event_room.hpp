#pragma once

#include "firmware/console/api/call.hpp"
#include "firmware/console/api/reach.hpp"
#include "firmware/core/device_table.hpp"
#include "firmware/ports/history.hpp"
#include "firmware/ports/wall_clock.hpp"

namespace linli::console::api {

// What happened: events, gaps, and what of it concerns a resident.
class EventRoom {
 public:
  EventRoom(ports::History& history, const core::DeviceTable& devices, const Reach& reach,
            const ports::WallClock& clock)
      : history_(history), devices_(devices), reach_(reach), clock_(clock) {}

  void add_to(Handlers& handlers);

 private:
  void list(Call call);
  void gaps(Call call);
  void notices(Call call);
  base::Json notice_json(const ports::KeptEvent& event, Language language) const;

  ports::History& history_;
  const core::DeviceTable& devices_;
  const Reach& reach_;
  const ports::WallClock& clock_;
};

// What a list of events asks for: "device", "type", "class", "place", "from", "to", and the page;
// held to the places of the actor.
base::Result<ports::EventQuery> event_query_of(const Call& call, const Reach& reach);
// EventPage::next as the cursor of the list.
base::Json event_cursor(std::uint64_t next);

// An event as the API and its feed show it.
base::Json event_json(const ports::KeptEvent& event);

}  // namespace linli::console::api
