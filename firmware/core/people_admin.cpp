#include "firmware/core/people_admin.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/id.hpp"
#include "firmware/base/json.hpp"
#include "firmware/core/account_rules.hpp"

namespace linli::core {
namespace {

AccountRefusal last_manager() {
  return {RefusalKind::kConflict,
          "this is the last manager of the whole compound: make another one first"};
}

AccountRefusal outside() {
  return {RefusalKind::kDenied, "a place lies outside of your own", 0, "places"};
}

std::vector<std::string> ids_of(const std::vector<const Invitation*>& invitations) {
  std::vector<std::string> ids;
  ids.reserve(invitations.size());
  for (const Invitation* each : invitations) ids.push_back(each->id);
  return ids;
}

PersonView view_of(const Invitation& invitation) {
  PersonView view{.id = invitation.id, .name = invitation.name, .login = {}};
  view.role = invitation.role;
  view.places = invitation.places;
  view.is_invited = true;
  return view;
}

}  // namespace

const Person* PeopleAdmin::find(const By& by, const std::string& id) const {
  const Person* const person = parts_.books.people.find(id);
  const bool is_seen = person != nullptr && covers_all(by.places, person->places, parent_of_);
  return is_seen ? person : nullptr;
}

PersonView PeopleAdmin::view_of(const Person& person) const {
  PersonView view{.id = person.id, .name = person.name, .login = person.login};
  view.role = person.role;
  view.places = person.places;
  view.second_factor = !person.sealed_factor.empty();
  view.is_locked = !person.login.empty() &&
                   parts_.lock_out.wait(person.login, parts_.loop.now()) > base::Duration::zero();
  view.last_seen_at = person.seen;
  const auto sessions = parts_.books.sessions.of(person.id);
  if (!sessions.empty()) view.last_seen_at = sessions.front()->life.used;
  view.version = person.version;
  return view;
}

std::vector<PersonView> PeopleAdmin::people(const By& by) const {
  std::vector<PersonView> views;
  for (const auto& [id, person] : parts_.books.people.all()) {
    if (find(by, id) != nullptr) views.push_back(view_of(person));
  }
  for (const auto& [id, invitation] : parts_.books.invitations.all()) {
    const bool is_shown = invitation.person.empty() &&
                          covers_all(by.places, invitation.places, parent_of_) &&
                          standing(invitation.life, invitation_rule(), clock_) == Standing::kStands;
    if (is_shown) views.push_back(core::view_of(invitation));
  }
  std::stable_sort(views.begin(), views.end(),
                   [](const PersonView& a, const PersonView& b) { return a.name < b.name; });
  return views;
}

std::optional<PersonView> PeopleAdmin::person(const By& by, const std::string& id) const {
  const Person* const found = find(by, id);
  if (found == nullptr) return std::nullopt;
  return view_of(*found);
}

AccountResult<void> PeopleAdmin::check_resident(const InviteForm& form) const {
  if (form.resident.empty()) return {};
  if (!base::is_id(form.resident) || form.role != domain::Role::kResident)
    return refuse(RefusalKind::kInvalid, "expected the id of a resident", "resident");
  const Person* const known = parts_.books.people.find(form.resident);
  if (known == nullptr || !domain::uses_console(known->role)) return {};
  return refuse(RefusalKind::kConflict,
                "an account of the console has this id: give the resident another one");
}

// The invitation, and the end of those before it, for the same resident.
AccountResult<Plan<CodeOffer>> PeopleAdmin::plan_invitation(const std::string& issuer,
                                                            Invitation invitation) {
  std::vector<std::string> older;
  if (!invitation.resident.empty())
    older = ids_of(parts_.books.invitations.of_resident(invitation.resident));
  auto plan = parts_.joining.offer(std::move(invitation), issuer);
  if (!plan) return plan;
  take_back(*plan, std::move(older));
  return plan;
}

void PeopleAdmin::invite(const By& by, InviteForm form, AccountDone<CodeOffer> done) {
  auto good = check_name(form.name);
  if (good) good = check_resident(form);
  if (good) good = check_places(form.places, form.role);
  if (good && !covers_all(by.places, form.places, parent_of_)) good = tl::unexpected(outside());
  if (!good) return refuse_later<CodeOffer>(parts_.loop, good.error(), std::move(done));
  Invitation invitation{.id = {}, .person = {}, .role = form.role, .name = std::move(form.name)};
  invitation.places = std::move(form.places);
  invitation.resident = std::move(form.resident);
  parts_.changes.add<CodeOffer>(
      [this, issuer = by.issuer, invitation = std::move(invitation)]() mutable {
        return plan_invitation(issuer, std::move(invitation));
      },
      std::move(done));
}

// Only the newest code is good.
void PeopleAdmin::take_back(Plan<CodeOffer>& plan, std::vector<std::string> older) {
  for (const std::string& each : older)
    plan.turn.erasures.push_back({ports::Space::kInvitation, each});
  plan.apply = [this, older = std::move(older), put = std::move(plan.apply)]() mutable {
    for (const std::string& each : older) parts_.books.invitations.remove(each);
    std::move(put)();
  };
}

void PeopleAdmin::offer_recovery(const By& by, std::string id, AccountDone<CodeOffer> done) {
  parts_.changes.add<CodeOffer>(
      [this, by, id = std::move(id)]() -> AccountResult<Plan<CodeOffer>> {
        const Person* const person = find(by, id);
        if (person == nullptr) return tl::unexpected(no_such_person());
        auto plan = parts_.joining.offer(
            Invitation{.id = {}, .person = id, .role = person->role, .name = {}}, by.issuer);
        if (!plan) return plan;
        take_back(*plan, ids_of(parts_.books.invitations.of(id)));
        return plan;
      },
      std::move(done));
}

AccountResult<Person> PeopleAdmin::changed(const By& by, const Person& person,
                                           const PersonChange& change) const {
  Person after = person;
  after.role = change.role.value_or(person.role);
  after.places = change.places.value_or(person.places);
  after.name = change.name.value_or(person.name);
  ++after.version;
  if (auto good = check_name(after.name); !good) return tl::unexpected(good.error());
  if (auto good = check_places(after.places, after.role); !good)
    return tl::unexpected(good.error());
  if (!covers_all(by.places, after.places, parent_of_)) return tl::unexpected(outside());
  if (domain::uses_console(after.role) && after.login.empty())
    return refuse(RefusalKind::kInvalid, "without a login only a resident: invite anew", "role");
  const bool was_whole = person.role == domain::Role::kManager && person.places.empty();
  const bool is_whole = after.role == domain::Role::kManager && after.places.empty();
  if (was_whole && !is_whole && !parts_.books.people.has_other_manager(person.id))
    return tl::unexpected(last_manager());
  return after;
}

void PeopleAdmin::change_person(const By& by, std::string id, PersonChange change,
                                AccountDone<PersonView> done) {
  parts_.changes.add<PersonView>(
      [this, by, id = std::move(id), change = std::move(change)] {
        return plan_change(by, id, change);
      },
      std::move(done));
}

AccountResult<Plan<PersonView>> PeopleAdmin::plan_change(const By& by, const std::string& id,
                                                         const PersonChange& change) {
  const Person* const person = find(by, id);
  if (person == nullptr) return tl::unexpected(no_such_person());
  auto after = changed(by, *person, change);
  if (!after) return tl::unexpected(std::move(after).error());
  Plan<PersonView> plan;
  plan.turn.puts.push_back({ports::Space::kPerson, id, to_row(*after)});
  plan.turn.audits.push_back(audit(clock_, by.issuer, "person.change", "person:" + id,
                                   base::dump_json({{"role", domain::name(after->role)},
                                                    {"places", after->places},
                                                    {"renamed", after->name != person->name}})));
  plan.apply = [this, after = *std::move(after)]() mutable {
    parts_.books.people.put(std::move(after));
  };
  plan.answer = [this, id] {
    const Person* const now = parts_.books.people.find(id);
    return now == nullptr ? PersonView{} : view_of(*now);
  };
  return plan;
}

void PeopleAdmin::remove_person(const By& by, std::string id, AccountDone<void> done) {
  parts_.changes.add<void>(
      [this, by, id = std::move(id)] {
        return parts_.books.invitations.find(id) != nullptr ? plan_take_back(by, id)
                                                            : plan_remove(by, id);
      },
      std::move(done));
}

AccountResult<Plan<void>> PeopleAdmin::plan_take_back(const By& by, const std::string& id) {
  const Invitation* const invitation = parts_.books.invitations.find(id);
  if (invitation == nullptr || !covers_all(by.places, invitation->places, parent_of_))
    return tl::unexpected(no_such_person());
  Plan<void> plan;
  plan.turn.erasures.push_back({ports::Space::kInvitation, id});
  plan.turn.audits.push_back(audit(clock_, by.issuer, "invitation.take_back", "invitation:" + id));
  plan.apply = [this, id] { parts_.books.invitations.remove(id); };
  return plan;
}

AccountResult<Plan<void>> PeopleAdmin::plan_remove(const By& by, const std::string& id) {
  const Person* const person = find(by, id);
  if (person == nullptr) return tl::unexpected(no_such_person());
  const bool is_whole = person->role == domain::Role::kManager && person->places.empty();
  if (is_whole && !parts_.books.people.has_other_manager(id)) return tl::unexpected(last_manager());
  const auto sessions = parts_.books.sessions.of(id);
  const auto tokens = parts_.books.tokens.of(id);
  const auto codes = parts_.books.invitations.of(id);
  Plan<void> plan;
  plan.turn.erasures.push_back({ports::Space::kPerson, id});
  erase_sessions(plan.turn, sessions);
  std::vector<std::string> token_ids;
  token_ids.reserve(tokens.size());
  for (const Token* token : tokens) token_ids.push_back(token->id);
  std::vector<std::string> code_ids;
  code_ids.reserve(codes.size());
  for (const Invitation* code : codes) code_ids.push_back(code->id);
  for (const std::string& each : token_ids)
    plan.turn.erasures.push_back({ports::Space::kToken, each});
  for (const std::string& each : code_ids)
    plan.turn.erasures.push_back({ports::Space::kInvitation, each});
  plan.turn.audits.push_back(audit(clock_, by.issuer, "person.remove", "person:" + id));
  plan.apply = [this, id, sessions = ids_of(sessions), token_ids = std::move(token_ids),
                code_ids = std::move(code_ids)] {
    for (const std::string& each : sessions) parts_.books.sessions.remove(each);
    for (const std::string& each : token_ids) parts_.books.tokens.remove(each);
    for (const std::string& each : code_ids) parts_.books.invitations.remove(each);
    parts_.books.people.remove(id);
  };
  return plan;
}

void PeopleAdmin::end_resident(const By& by, std::string resident, AccountDone<void> done) {
  parts_.changes.add<void>(
      [this, by, resident = std::move(resident)]() -> AccountResult<Plan<void>> {
        Plan<void> plan;
        const Person* const person = parts_.books.people.find(resident);
        if (person != nullptr && !domain::uses_console(person->role)) {
          auto removal = plan_remove(by, resident);
          if (!removal) return removal;
          plan = *std::move(removal);
        }
        auto open = ids_of(parts_.books.invitations.of_resident(resident));
        for (const std::string& each : open)
          plan.turn.erasures.push_back({ports::Space::kInvitation, each});
        plan.apply = [this, open = std::move(open), earlier = std::move(plan.apply)]() mutable {
          for (const std::string& each : open) parts_.books.invitations.remove(each);
          if (earlier) std::move(earlier)();
        };
        return plan;
      },
      std::move(done));
}

void PeopleAdmin::unlock(const By& by, std::string id, AccountDone<void> done) {
  parts_.changes.add<void>(
      [this, by, id = std::move(id)]() -> AccountResult<Plan<void>> {
        const Person* const person = find(by, id);
        if (person == nullptr) return tl::unexpected(no_such_person());
        Plan<void> plan;
        plan.turn.audits.push_back(audit(clock_, by.issuer, "person.unlock", "person:" + id));
        plan.apply = [this, login = person->login] { parts_.lock_out.unlock(login); };
        return plan;
      },
      std::move(done));
}

void PeopleAdmin::end_sessions_of(const By& by, std::string id, AccountDone<void> done) {
  parts_.changes.add<void>(
      [this, by, id = std::move(id)]() -> AccountResult<Plan<void>> {
        if (find(by, id) == nullptr) return tl::unexpected(no_such_person());
        const auto all = parts_.books.sessions.of(id);
        Plan<void> plan;
        erase_sessions(plan.turn, all);
        plan.turn.audits.push_back(audit(clock_, by.issuer, "session.end_all", "person:" + id,
                                         base::dump_json({{"sessions", all.size()}})));
        plan.apply = [this, ids = ids_of(all)] {
          for (const std::string& each : ids) parts_.books.sessions.remove(each);
        };
        return plan;
      },
      std::move(done));
}

}  // namespace linli::core
