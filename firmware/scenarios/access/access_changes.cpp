#include <algorithm>
#include <utility>

#include "firmware/scenarios/access/access_commands.hpp"

// Changes of the books of doors, schedules, rights and credentials.
namespace linli::scenarios::access {
namespace {

using base::Code;
using domain::Command;
using domain::access::Credential;
using domain::access::CredentialKind;
using domain::access::CredentialState;
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

base::Result<Change> AccessCommands::plan_credential(const Command& command,
                                                     IssueCredentialForm form) const {
  const Credential& credential = form.credential;
  std::string tag;
  if (credential.kind == CredentialKind::kPin) {
    tag = pin_tag(form.pin.reveal(), macs_.keypad_mac);
    if (tag.empty())
      return base::fail(Code::kInternal, "there is no key to look PINs up with: see the log");
  }
  const bool needs_consent = credential.kind == CredentialKind::kFace;
  if (needs_consent && !has_consent(books_.consents, credential.holder, kFacePurpose)) {
    return base::fail(Code::kDenied,
                      "'{}' has not agreed that a face is used: record the consent first, or give "
                      "a card",
                      credential.holder);
  }
  const Credential* const known = books_.credentials.find(credential.id);
  if (known != nullptr && known->state == CredentialState::kRevoked) {
    return base::fail(Code::kConflict, "credential '{}' was revoked for ever: give a new id",
                      credential.id);
  }
  if (known != nullptr && known->holder != credential.holder) {
    return base::fail(Code::kConflict, "credential '{}' is another person's: give a new id",
                      credential.id);
  }
  if (auto checked = books_.credentials.check(credential, tag); !checked)
    return base::failure_of(std::move(checked));
  Change change = begin_change(command, "credential:" + credential.id);
  change.turn.puts.push_back({Space::kCredential, credential.id, to_row(credential)});
  change.turn.erasures.push_back({Space::kAccessPass, uses_key(credential.id)});
  if (!tag.empty())
    change.turn.puts.push_back({Space::kAccessPass, pin_tag_key(credential.id), tag});
  change.apply = [&books = books_, credential = std::move(form.credential),
                  tag = std::move(tag)]() mutable {
    books.credentials.put(std::move(credential), std::move(tag));
  };
  return change;
}

void AccessCommands::issue_credential(const Command& command, Done done) {
  auto form = issue_credential_form(command.input);
  if (!form) return refuse(std::move(form).error(), std::move(done));
  if (form->credential.kind != CredentialKind::kPin) {
    return changes_.add(
        [this, command, form = *std::move(form)]() mutable {
          return plan_credential(command, std::move(form));
        },
        std::move(done));
  }
  base::SecretText pin = form->pin;
  needs_.hash.hash(std::move(pin),
                   [this, living = std::weak_ptr(alive_), command, form = *std::move(form),
                    done = std::move(done)](base::Result<std::string> hash) mutable {
                     if (living.expired()) return;
                     if (!hash) return std::move(done)(base::failure_of(std::move(hash)));
                     form.credential.pin_hash = *std::move(hash);
                     changes_.add(
                         [this, command, form = std::move(form)]() mutable {
                           return plan_credential(command, std::move(form));
                         },
                         std::move(done));
                   });
}

base::Result<Change> AccessCommands::plan_revocation(const Command& command) const {
  auto form = revoke_credential_form(command.input);
  if (!form) return base::failure_of(std::move(form));
  const Credential* const known = books_.credentials.find(form->id);
  if (known == nullptr) return base::fail(Code::kNotFound, "there is no credential '{}'", form->id);
  if (known->state == CredentialState::kRevoked && form->state != CredentialState::kRevoked) {
    return base::fail(Code::kConflict, "credential '{}' was revoked for ever: give a new id",
                      form->id);
  }
  Credential credential = *known;
  credential.state = form->state;
  Change change = begin_change(command, "credential:" + form->id);
  change.turn.puts.push_back({Space::kCredential, credential.id, to_row(credential)});
  change.apply = [&books = books_, id = form->id, state = form->state] {
    const Credential* const current = books.credentials.find(id);
    if (current == nullptr) return;
    Credential changed = *current;
    changed.state = state;
    books.credentials.put(std::move(changed), books.credentials.pin_tag(id));
  };
  return change;
}

void AccessCommands::revoke_credential(const Command& command, Done done) {
  changes_.add([this, command] { return plan_revocation(command); }, std::move(done));
}

}  // namespace linli::scenarios::access
