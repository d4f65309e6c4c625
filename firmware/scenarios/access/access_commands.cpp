#include "firmware/scenarios/access/access_commands.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "firmware/base/bytes.hpp"
#include "firmware/base/json.hpp"
#include "firmware/scenarios/access/people_forms.hpp"

namespace linli::scenarios::access {
namespace {

using base::Code;
using base::Json;
using domain::Command;
using domain::SafetyClass;
using domain::access::Reason;
using domain::access::SiteAction;

constexpr std::int64_t kMsPerS = 1'000;
constexpr std::size_t kMostOpenings = 50;

base::Result<std::string> door_form(std::string_view input) {
  return id_form(input, "door");
}

// Of a right, or of passing hours.
base::Result<std::string> own_id_form(std::string_view input) {
  return id_form(input, "id");
}

// Whom each command is about; the forms' errors stay. What is about no door and no person is about
// the whole compound.
using About = base::Result<CommandAbout>;

template <auto Form>
About about_all(std::string_view input) {
  auto form = Form(input);
  if (!form) return base::failure_of(std::move(form));
  return CommandAbout{};
}
About about_opening(std::string_view input) {
  auto form = open_form(input);
  if (!form) return base::failure_of(std::move(form));
  return CommandAbout{.door = form->door};
}
About about_door(std::string_view input) {
  auto door = door_form(input);
  if (!door) return base::failure_of(std::move(door));
  return CommandAbout{.door = *door};
}
About about_look(std::string_view input) {
  auto form = who_opened_form(input);
  if (!form) return base::failure_of(std::move(form));
  return CommandAbout{.door = form->door};
}
About about_holder(std::string_view input) {
  auto form = issue_credential_form(input);
  if (!form) return base::failure_of(std::move(form));
  return CommandAbout{.person = form->credential.holder};
}
About about_credential(std::string_view input) {
  auto form = revoke_credential_form(input);
  if (!form) return base::failure_of(std::move(form));
  return CommandAbout{.credential = form->id};
}
About about_pass(std::string_view input) {
  auto form = issue_pass_form(input);
  if (!form) return base::failure_of(std::move(form));
  return CommandAbout{.group = form->group, .person = form->person};
}

About about_code(std::string_view input) {
  auto form = issue_code_form(input);
  if (!form) return base::failure_of(std::move(form));
  return CommandAbout{.group = form->group, .person = form->person};
}
About about_given_pass(std::string_view input) {
  auto pass = revoke_pass_form(input);
  if (!pass) return base::failure_of(std::move(pass));
  return CommandAbout{.pass = domain::access::hex64(*pass)};
}
About about_given_code(std::string_view input) {
  auto code = id_form(input, "code");
  if (!code) return base::failure_of(std::move(code));
  return CommandAbout{.code = *std::move(code)};
}
About about_visits(std::string_view input) {
  auto form = list_visits_form(input);
  if (!form) return base::failure_of(std::move(form));
  return CommandAbout{.person = std::move(form->person)};
}
About about_own_log(std::string_view input) {
  auto form = own_log_form(input);
  if (!form) return base::failure_of(std::move(form));
  return CommandAbout{.own = std::move(form->person)};
}
About about_consent(std::string_view input) {
  auto form = give_consent_form(input);
  if (!form) return base::failure_of(std::move(form));
  return CommandAbout{.own = std::move(form->person)};
}
About about_withdrawal(std::string_view input) {
  auto form = withdraw_consent_form(input);
  if (!form) return base::failure_of(std::move(form));
  return CommandAbout{.own = std::move(form->person)};
}
About about_erasure(std::string_view input) {
  auto person = id_form(input, "person");
  if (!person) return base::failure_of(std::move(person));
  return CommandAbout{.own = *std::move(person)};
}
About about_delegation(std::string_view input) {
  auto form = delegate_form(input);
  if (!form) return base::failure_of(std::move(form));
  return CommandAbout{.own = std::move(form->from)};
}
About about_given_delegation(std::string_view input) {
  auto id = id_form(input, "id");
  if (!id) return base::failure_of(std::move(id));
  return CommandAbout{.delegation = *std::move(id)};
}

// May pass a door that a guard has blocked.
bool passes_block(domain::access::SiteRole role) {
  return role == domain::access::SiteRole::kGuard ||
         role == domain::access::SiteRole::kPropertyManager;
}

Json json_of(const ports::KeptEvent& event) {
  Json json = base::parse_json(event.data).value_or(Json::object());
  json["at_ms"] = event.unix_ms;
  json["time"] = domain::name(event.quality);
  return json;
}

}  // namespace

AccessCommands::AccessCommands(Dependencies needs, AccessBooks& books, DoorDesk& doors,
                               PresentationDesk& presentations, AccessMacs macs)
    : needs_(std::move(needs)),
      books_(books),
      doors_(doors),
      presentations_(presentations),
      macs_(std::move(macs)),
      changes_(needs_.loop, needs_.store) {}

// One row an action: what it needs, how soon it must be done, whom it is about, and how.
const std::vector<AccessCommands::Row>& AccessCommands::rows() {
  using S = SiteAction;
  using C = SafetyClass;
  using A = AccessCommands;
  static const std::vector<Row> kRows{
      // clang-format off
      {"open",              S::kRemoteOpen,        C::kDoor,     &about_opening,                  &A::open},
      {"put_door",          S::kMoveInOut,         C::kNone,     &about_all<put_door_form>,       &A::put_door},
      {"remove_door",       S::kMoveInOut,         C::kNone,     &about_door,                     &A::remove_door},
      {"put_schedule",      S::kSetSchedule,       C::kNone,     &about_all<put_schedule_form>,   &A::put_schedule},
      {"remove_schedule",   S::kSetSchedule,       C::kNone,     &about_all<own_id_form>,         &A::remove_schedule},
      {"put_calendar",      S::kSetSchedule,       C::kNone,     &about_all<put_calendar_form>,   &A::put_calendar},
      {"put_right",         S::kMoveInOut,         C::kNone,     &about_all<put_right_form>,      &A::put_right},
      {"remove_right",      S::kMoveInOut,         C::kNone,     &about_all<own_id_form>,         &A::remove_right},
      {"issue_credential",  S::kManageCredentials, C::kNone,     &about_holder,                   &A::issue_credential},
      {"revoke_credential", S::kManageCredentials, C::kNone,     &about_credential,               &A::revoke_credential},
      {"issue_pass",        S::kIssuePass,         C::kNone,     &about_pass,                     &A::issue_pass},
      {"revoke_pass",       S::kRevokePass,        C::kNone,     &about_given_pass,               &A::revoke_pass},
      {"issue_code",        S::kIssuePass,         C::kNone,     &about_code,                     &A::issue_code},
      {"revoke_code",       S::kRevokePass,        C::kNone,     &about_given_code,               &A::revoke_code},
      {"list_visits",       S::kRevokePass,        C::kNone,     &about_visits,                   &A::list_visits},
      {"read_own_log",      S::kReadOwnLog,        C::kNone,     &about_own_log,                  &A::read_own_log},
      {"give_consent",      S::kAuthorise,         C::kNone,     &about_consent,                  &A::give_consent},
      {"withdraw_consent",  S::kAuthorise,         C::kNone,     &about_withdrawal,               &A::withdraw_consent},
      {"erase_person",      S::kAuthorise,         C::kNone,     &about_erasure,                  &A::erase_person},
      {"delegate",          S::kAuthorise,         C::kNone,     &about_delegation,               &A::delegate},
      {"end_delegation",    S::kAuthorise,         C::kNone,     &about_given_delegation,         &A::end_delegation},
      {"import_households", S::kMoveInOut,         C::kNone,     &about_all<import_form>,         &A::import_households},
      {"move_in",           S::kMoveInOut,         C::kNone,     &about_all<move_in_form>,        &A::move_in},
      {"move_out",          S::kMoveInOut,         C::kNone,     &about_all<move_out_form>,       &A::move_out},
      {"release_fire",      S::kReleaseFire,       C::kLife,     &about_all<rule_form>,           &A::release_fire},
      {"reset_fire",        S::kResetFire,         C::kLife,     &about_all<rule_form>,           &A::reset_fire},
      {"block",             S::kBlockDoor,         C::kActuator, &about_door,                     &A::block},
      {"unblock",           S::kBlockDoor,         C::kActuator, &about_door,                     &A::unblock},
      {"unlock_keypad",     S::kResetLimits,       C::kActuator, &about_door,                     &A::unlock_keypad},
      {"who_opened",        S::kReadLog,           C::kNone,     &about_look,                     &A::who_opened},
      // clang-format on
  };
  return kRows;
}

std::vector<std::string_view> AccessCommands::actions() {
  std::vector<std::string_view> names;
  for (const Row& row : rows()) names.push_back(row.action);
  return names;
}

const AccessCommands::Row* AccessCommands::find_row(std::string_view action) {
  const auto found = std::find_if(rows().begin(), rows().end(),
                                  [action](const Row& row) { return row.action == action; });
  return found == rows().end() ? nullptr : &*found;
}

void AccessCommands::perform(const Command& command, Done done) {
  const Row* const row = find_row(command.action);
  if (row == nullptr)
    return refuse({Code::kNotFound, "the doors have no such action"}, std::move(done));
  (this->*row->perform)(command, std::move(done));
}

void AccessCommands::refuse(base::Error error, Done done) {
  needs_.loop.post([error = std::move(error), done = std::move(done)]() mutable {
    std::move(done)(base::Failure(std::move(error)));
  });
}

void AccessCommands::open(const Command& command, Done done) {
  auto form = open_form(command.input);
  if (!form) return refuse(std::move(form).error(), std::move(done));
  doors_.write([this, &command, &form, &done](Writing& writing) {
    auto tried = try_open(writing, command, *form, done);
    if (tried) return;
    writing.settles.emplace_back([tried = std::move(tried), done = std::move(done)](bool) mutable {
      std::move(done)(base::failure_of(std::move(tried)));
    });
  });
}

// Each reject of a door that is there stands in the journal, like each opening.
base::Result<void> AccessCommands::try_open(Writing& writing, const Command& command,
                                            const OpenForm& form, Done& done) {
  const DoorDefinition* const door = books_.doors.find(form.door);
  if (door == nullptr) return base::fail(Code::kNotFound, "there is no door '{}'", form.door);
  // Whoever acts for somebody need not live here.
  Asker helper;
  helper.person = person_in(command.issuer);
  const Asker asker = asker_of(command, books_.households).value_or(std::move(helper));
  Attempt attempt;
  attempt.door = door->id;
  attempt.holder = asker.person;
  attempt.asked_by = command.issuer;
  attempt.unlock_for = form.unlock_for;
  const std::int64_t age_ms = std::max<std::int64_t>(0, writing.now.unix_ms - form.issued_ms);
  attempt.at = needs_.loop.now() - std::chrono::milliseconds(age_ms);
  const auto access = doors_.access_of(*door);
  if (auto fresh = check_fresh(command, form.issued_ms); !fresh) {
    doors_.deny(writing, *door, attempt, Reason::kStale);
    return fresh;
  }
  if (access.is_blocked && !access.is_fire_released && !passes_block(asker.role)) {
    doors_.deny(writing, *door, attempt, Reason::kBlocked);
    return base::fail(Code::kDenied, "a guard has blocked door '{}'", door->id);
  }
  domain::access::PassToken once;
  once.id = base::digest64(command.id.str());
  once.expires_s = form.issued_ms / kMsPerS + base::to_ms(domain::access::kOpenLife) / kMsPerS + 1;
  const auto taken = books_.openings.take(once, writing.now.unix_ms);
  if (taken.refusal != domain::access::PassRefusal::kNone) {
    doors_.deny(writing, *door, attempt, domain::access::reason_of(taken.refusal));
    return base::fail(Code::kConflict, "this opening was made already: ask for another one");
  }
  writing.turn.puts.push_back(
      {ports::Space::kAccessPass, opening_key(once.id), domain::access::to_row(taken.use)});
  doors_.grant(
      writing, *door, std::move(attempt),
      access.is_fire_released ? Reason::kFreePassage : Reason::kGranted,
      [this, id = once.id] { books_.openings.give_back(id); },
      [done = std::move(done)](base::Result<void> opened) mutable {
        if (!opened) return std::move(done)(base::failure_of(std::move(opened)));
        std::move(done)(R"({"opened":true})");
      });
  return {};
}

void AccessCommands::release_fire(const Command& command, Done done) {
  act_on_fire(needs_.release_fire, command, std::move(done));
}
void AccessCommands::reset_fire(const Command& command, Done done) {
  act_on_fire(needs_.reset_fire, command, std::move(done));
}

void AccessCommands::act_on_fire(const FireAct& act, const Command& command, Done done) {
  auto rule = rule_form(command.input);
  if (!rule) return refuse(std::move(rule).error(), std::move(done));
  if (!act)
    return refuse({Code::kUnsupported, "no fire rules are set up on this gateway"},
                  std::move(done));
  act(*rule, command.issuer, [done = std::move(done)](base::Result<void> acted) mutable {
    if (!acted) return std::move(done)(base::failure_of(std::move(acted)));
    std::move(done)("{}");
  });
}

void AccessCommands::block(const Command& command, Done done) {
  set_block(command, true, std::move(done));
}
void AccessCommands::unblock(const Command& command, Done done) {
  set_block(command, false, std::move(done));
}

void AccessCommands::set_block(const Command& command, bool is_blocked, Done done) {
  auto id = door_form(command.input);
  if (!id) return refuse(std::move(id).error(), std::move(done));
  const DoorDefinition* const door = books_.doors.find(*id);
  if (door == nullptr)
    return refuse({Code::kNotFound, "the door was removed meanwhile"}, std::move(done));
  doors_.write([this, &command, door, is_blocked, &done](Writing& writing) {
    doors_.block(writing, *door, is_blocked);
    writing.turn.audits.push_back(
        {writing.now, command.issuer, "access." + command.action, "door:" + door->id, "{}"});
    writing.settles.emplace_back([done = std::move(done)](bool stored) mutable {
      if (stored) return std::move(done)("{}");
      std::move(done)(base::fail(
          Code::kInternal, "it counts from now on, and is written as soon as the store does"));
    });
  });
}

void AccessCommands::unlock_keypad(const Command& command, Done done) {
  changes_.add(
      [this, command]() -> base::Result<Change> {
        auto id = door_form(command.input);
        if (!id) return base::failure_of(std::move(id));
        Change change = begin_change(command, "door:" + *id);
        change.apply = [this, id = *std::move(id)] {
          const DoorDefinition* const door = books_.doors.find(id);
          if (door == nullptr) return;
          presentations_.unlock_keypad(*door);
          doors_.reset_passback(*door);
        };
        return change;
      },
      std::move(done));
}

void AccessCommands::who_opened(const Command& command, Done done) {
  auto form = who_opened_form(command.input);
  if (!form) return refuse(std::move(form).error(), std::move(done));
  const DoorDefinition* const door = books_.doors.find(form->door);
  if (door == nullptr || needs_.history == nullptr)
    return refuse({Code::kOffline, "the journal cannot be read now"}, std::move(done));
  ports::EventQuery query;
  query.device = door->lock.device.str();
  query.classes = {domain::Stream::kAccess};
  query.type = kDecisionEvent;
  query.from_ms = form->at_ms - form->within_s * kMsPerS;
  query.to_ms = form->at_ms + form->within_s * kMsPerS;
  query.limit = kMostOpenings;
  needs_.history->events(
      std::move(query), [done = std::move(done)](base::Result<ports::EventPage> page) mutable {
        if (!page) return std::move(done)(base::failure_of(std::move(page)));
        Json opened = Json::array();
        for (const ports::KeptEvent& event : page->items) {
          Json each = json_of(event);
          if (each.value("granted", false)) opened.push_back(std::move(each));
        }
        std::move(done)(
            base::dump_json({{"opened", std::move(opened)}, {"is_whole", page->next == 0}}));
      });
}

}  // namespace linli::scenarios::access
