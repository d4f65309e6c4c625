#pragma once

#include <functional>
#include <memory>
#include <string>

#include "firmware/console/api/call.hpp"
#include "firmware/console/api/doors.hpp"
#include "firmware/console/api/reach.hpp"
#include "firmware/ports/history.hpp"

namespace linli::console::api {

// 通行记录: who passed which door, who was refused, what was forced. Read from the journal, newest
// first. It holds ids; a name stands beside an id only for who may know it. Loop thread only.
class AccessLogRoom {
 public:
  // The name of a person, if the actor may know it; empty otherwise.
  using NameOf = std::function<std::string(const core::Actor&, const std::string& person)>;

  AccessLogRoom(ports::History& history, const Doors& doors, const Reach& reach, NameOf name_of)
      : history_(history), doors_(doors), reach_(reach), name_of_(std::move(name_of)) {}

  void add_to(Handlers& handlers);

 private:
  struct Run;

  void list(Call call);
  void look(const std::shared_ptr<Run>& run);
  void after_look(const std::shared_ptr<Run>& run, base::Result<ports::EventPage> page);
  base::Json entry_json(const core::Actor& actor, const ports::KeptEvent& event,
                        const base::Json& data) const;

  ports::History& history_;
  const Doors& doors_;
  const Reach& reach_;
  NameOf name_of_;
};

}  // namespace linli::console::api
