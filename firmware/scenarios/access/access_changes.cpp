#include <algorithm>
#include <utility>

#include "firmware/scenarios/access/access_commands.hpp"

// Changes of the books of doors, schedules and rights.
namespace linli::scenarios::access {
namespace {

using base::Code;
using domain::Command;
using ports::Space;

}  // namespace

void AccessCommands::put_door(const Command& command, Done done) {
  changes_.add(
      [this, command]() -> base::Result<Change> {
        auto door = put_door_form(command.input);
        if (!door) return base::failure_of(std::move(door));
        const auto find = [this](std::string_view id) -> const domain::Profile* {
          const auto device = domain::DeviceId::parse(id);
          const core::Device* const found = device ? needs_.devices.find(*device) : nullptr;
          return found == nullptr ? nullptr : found->profile.get();
        };
        if (auto checked = books_.doors.check(*door, find); !checked)
          return base::failure_of(std::move(checked));
        Change change = begin_change(command, "door:" + door->id);
        change.turn.puts.push_back({Space::kDoor, door->id, to_row(*door)});
        change.apply = [this, door = *std::move(door)]() mutable {
          const std::string id = door.id;
          books_.doors.put(std::move(door));
          doors_.refresh(id);
        };
        return change;
      },
      std::move(done));
}

void AccessCommands::remove_door(const Command& command, Done done) {
  changes_.add(
      [this, command]() -> base::Result<Change> {
        auto id = id_form(command.input, "door");
        if (!id) return base::failure_of(std::move(id));
        const DoorDefinition* const door = books_.doors.find(*id);
        if (door == nullptr) return base::fail(Code::kNotFound, "there is no door '{}'", *id);
        if (doors_.access_of(*door).is_fire_released) {
          return base::fail(Code::kConflict, "a fire has released door '{}': reset the fire first",
                            *id);
        }
        Change change = begin_change(command, "door:" + *id);
        change.turn.erasures.push_back({Space::kDoor, *id});
        change.turn.erasures.push_back({Space::kDoorState, *id});
        change.apply = [this, id = *std::move(id)] {
          books_.doors.remove(id);
          doors_.refresh(id);
        };
        return change;
      },
      std::move(done));
}

void AccessCommands::put_schedule(const Command& command, Done done) {
  changes_.add(
      [this, command]() -> base::Result<Change> {
        auto form = put_schedule_form(command.input);
        if (!form) return base::failure_of(std::move(form));
        if (auto checked = books_.schedules.check(form->id); !checked)
          return base::failure_of(std::move(checked));
        Change change = begin_change(command, "schedule:" + form->id);
        change.turn.puts.push_back({Space::kAccessSchedule, schedule_key(form->id),
                                    domain::access::to_json(form->schedule)});
        change.apply = [this, form = *std::move(form)]() mutable {
          books_.schedules.put(std::move(form.id), std::move(form.schedule));
        };
        return change;
      },
      std::move(done));
}

// Not while a right has them: without its hours it would let nobody in, and nobody would know why.
void AccessCommands::remove_schedule(const Command& command, Done done) {
  changes_.add(
      [this, command]() -> base::Result<Change> {
        auto id = id_form(command.input, "id");
        if (!id) return base::failure_of(std::move(id));
        if (books_.schedules.find(*id) == nullptr)
          return base::fail(Code::kNotFound, "there are no passing hours '{}'", *id);
        if (books_.rights.uses_schedule(*id)) {
          return base::fail(Code::kConflict,
                            "rights have the passing hours '{}': give them others first", *id);
        }
        Change change = begin_change(command, "schedule:" + *id);
        change.turn.erasures.push_back({Space::kAccessSchedule, schedule_key(*id)});
        change.apply = [this, id = *std::move(id)] { books_.schedules.remove(id); };
        return change;
      },
      std::move(done));
}

void AccessCommands::put_calendar(const Command& command, Done done) {
  changes_.add(
      [this, command]() -> base::Result<Change> {
        auto form = put_calendar_form(command.input);
        if (!form) return base::failure_of(std::move(form));
        Change change = begin_change(command, "calendar:" + std::to_string(form->year));
        change.turn.puts.push_back({Space::kAccessSchedule, calendar_key(form->year), form->file});
        change.apply = [this, form = *std::move(form)] {
          static_cast<void>(books_.schedules.put_year(form.file));  // the form has read it
        };
        return change;
      },
      std::move(done));
}

base::Result<Change> AccessCommands::plan_right(const Command& command) const {
  auto right = put_right_form(command.input);
  if (!right) return base::failure_of(std::move(right));
  if (auto checked = books_.rights.check(*right, books_.schedules); !checked)
    return base::failure_of(std::move(checked));
  for (const std::string& door : right->doors) {
    if (books_.doors.find(door) == nullptr)
      return base::fail(Code::kNotFound, "there is no door '{}'", door);
  }
  Change change = begin_change(command, "right:" + right->right.id);
  change.turn.puts.push_back({Space::kAccessRight, right->right.id, to_row(*right)});
  change.apply = [&books = books_, right = *std::move(right)]() mutable {
    books.rights.put(std::move(right));
  };
  return change;
}

void AccessCommands::put_right(const Command& command, Done done) {
  changes_.add([this, command] { return plan_right(command); }, std::move(done));
}

void AccessCommands::remove_right(const Command& command, Done done) {
  changes_.add(
      [this, command]() -> base::Result<Change> {
        auto id = id_form(command.input, "id");
        if (!id) return base::failure_of(std::move(id));
        if (books_.rights.find(*id) == nullptr)
          return base::fail(Code::kNotFound, "there is no right '{}'", *id);
        Change change = begin_change(command, "right:" + *id);
        change.turn.erasures.push_back({Space::kAccessRight, *id});
        change.apply = [this, id = *std::move(id)] { books_.rights.remove(id); };
        return change;
      },
      std::move(done));
}

}  // namespace linli::scenarios::access
