#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/base/json.hpp"

namespace linli::console::api {

// One door as it stands at this moment. The words are those of the scenario
// (firmware/domain/access/door.hpp). clang-tidy takes the checks in JSON's moves for something that
// could be thrown.
struct DoorPicture {  // NOLINT(bugprone-exception-escape): above
  // Of a terminal that knows people by itself: how far it is (人员下发).
  struct Persons {
    std::size_t wanted = 0;
    std::size_t in_effect = 0;  // of these: confirmed by the terminal
    std::size_t to_remove = 0;  // who is still there and is not to be
    std::size_t refused = 0;
  };
  struct Reader {
    std::string device;
    int head = 0;
    std::string direction;  // "in", "out"
    std::optional<Persons> persons{};
  };
  std::string id;
  std::string name;  // for people
  std::string place;
  int group = 0;
  std::string phase;                     // "locked", "unlocked", …
  std::string contact;                   // "none": it has no contact; "unknown", "closed", "open"
  bool is_blocked = false;               // 封闭
  std::vector<std::string> alarms;       // that stand: "forced_open", "tamper", …
  std::vector<std::string> released_by;  // the active fire rules that hold it
  std::optional<std::int64_t> since_ms;  // of phase and contact
  std::string lock;                      // devices
  std::optional<std::string> contact_device;
  std::optional<std::string> exit_device;
  std::vector<Reader> readers;
  base::Json definition;  // as put_door takes it, without the id
};

// A fire rule with what it would do, or does.
struct FirePicture {
  struct Cause {  // NOLINT(bugprone-exception-escape): as above
    std::string device;
    std::string event;     // empty: a property
    std::string property;  // empty: an event
    base::Json equals;     // of a property
  };
  struct Release {
    std::string door;
    std::string device;
    bool is_held = false;
    bool is_confirmed = false;  // of what is held: the actuator has answered
    std::string missing;  // why a fire would not open it now: "not_registered", …; empty: it would
  };
  std::string name;
  bool is_active = false;
  bool is_in_file = true;  // false: it was taken out of the file, and still holds
  std::vector<Cause> when;
  std::vector<Release> releases;
};

// What the console reads of the doors (智能门禁); whoever wants to change something sends a command
// (ScenarioCommands). The daemon answers it from the scenario and the fire rules. Loop thread only.
class Doors {
 public:
  Doors() = default;
  Doors(const Doors&) = delete;
  Doors& operator=(const Doors&) = delete;
  virtual ~Doors() = default;

  virtual std::vector<DoorPicture> all() const = 0;  // in the order of their ids
  virtual std::optional<DoorPicture> find(std::string_view id) const = 0;

  virtual std::vector<FirePicture> fire() const = 0;  // in the order of the file

  // [{"id","schedule"}] and the files of the years, as put_schedule and put_calendar take them.
  virtual base::Json schedules() const = 0;
  virtual base::Json calendars() const = 0;

  // The name of somebody who lives here, which lies sealed: for those only who may manage people.
  virtual std::optional<std::string> resident_name(std::string_view person) const = 0;
};

}  // namespace linli::console::api
