#include "firmware/core/own_account.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/json.hpp"
#include "firmware/core/account_rules.hpp"
#include "firmware/core/second_factor.hpp"

namespace linli::core {
namespace {

using base::Json;

Json time_json(const domain::EventTime& time) {
  return {{"time", domain::rfc3339(time.unix_ms)}, {"quality", domain::name(time.quality)}};
}

AccountRefusal no_such_session() {
  return {RefusalKind::kNotFound, "there is no such session of yours"};
}

Json person_json(const Person& person) {
  return {{"id", person.id},
          {"name", person.name},
          {"login", person.login},
          {"role", domain::name(person.role)},
          {"places", person.places},
          {"second_factor", !person.sealed_factor.empty()},
          {"created_at", time_json(person.created)},
          {"last_seen_at", person.seen ? time_json(*person.seen) : Json()}};
}

Json session_json(const Session& session) {
  return {{"id", session.id},
          {"created_at", time_json(session.life.created)},
          {"last_used_at", time_json(session.life.used)},
          {"peer", session.peer},
          {"agent", session.agent}};
}

Json token_json(const Token& token) {
  Json scope = Json::array();
  for (const domain::Privilege privilege : token.scope) scope.push_back(domain::name(privilege));
  return {{"id", token.id},
          {"name", token.name},
          {"scope", std::move(scope)},
          {"created_at", time_json(token.life.created)},
          {"last_used_at", token.was_used ? time_json(token.life.used) : Json()}};
}

}  // namespace

std::vector<SessionView> OwnAccount::sessions(const Actor& actor) const {
  std::vector<SessionView> views;
  const LifetimeRule rule = session_rule(actor.role);
  for (const Session* session : parts_.books.sessions.of(actor.person)) {
    if (standing(session->life, rule, ports_.clock) == Standing::kOver) continue;
    views.push_back({session->id, session->id == actor.session, session->life.created,
                     session->life.used, end_of(session->life, rule, ports_.clock), session->peer,
                     session->agent});
  }
  return views;
}

void OwnAccount::end_session(const Actor& actor, std::string id, AccountDone<void> done) {
  parts_.changes.add<void>(
      [this, actor, id = std::move(id)]() -> AccountResult<Plan<void>> {
        const Session* const session = parts_.books.sessions.find(id);
        if (session == nullptr || session->person != actor.person)
          return tl::unexpected(no_such_session());
        Plan<void> plan;
        erase_sessions(plan.turn, {session});
        plan.turn.audits.push_back(
            audit(ports_.clock, issuer_of(actor), "session.end", "session:" + id));
        plan.apply = [this, id] { parts_.books.sessions.remove(id); };
        return plan;
      },
      std::move(done));
}

void OwnAccount::end_sessions(const Actor& actor, AccountDone<void> done) {
  parts_.changes.add<void>(
      [this, actor]() -> AccountResult<Plan<void>> {
        const auto all = parts_.books.sessions.of(actor.person);
        Plan<void> plan;
        erase_sessions(plan.turn, all);
        plan.turn.audits.push_back(audit(ports_.clock, issuer_of(actor), "session.end_all",
                                         "person:" + actor.person,
                                         base::dump_json({{"sessions", all.size()}})));
        plan.apply = [this, ids = ids_of(all)] {
          for (const std::string& id : ids) parts_.books.sessions.remove(id);
        };
        return plan;
      },
      std::move(done));
}

// Where the attempts of a session count: at the address that began it.
Origin OwnAccount::origin_of(const Actor& actor) const {
  const Session* const session = parts_.books.sessions.find(actor.session);
  return session == nullptr ? Origin{} : Origin{session->peer, session->agent};
}

AccountResult<void> OwnAccount::may_change(const Actor& actor) const {
  if (!actor.token.empty())
    return refuse(RefusalKind::kDenied, "a token cannot change an account: sign in");
  const Person* const person = parts_.books.people.find(actor.person);
  if (person == nullptr) return tl::unexpected(no_such_person());
  if (person->password_hash.empty()) {
    return refuse(RefusalKind::kConflict,
                  "this account has no password: it signs in by invitation");
  }
  return {};
}

void OwnAccount::change_password(const Actor& actor, base::SecretText old_one,
                                 base::SecretText new_one, AccountDone<void> done) {
  auto good = may_change(actor);
  const Person* const person = parts_.books.people.find(actor.person);
  if (good) good = check_password(new_one, person->login, site_, "new");
  if (!good) return refuse_later<void>(parts_.loop, good.error(), std::move(done));
  parts_.sign_in.check_password(
      actor.person, std::move(old_one), origin_of(actor),
      [this, living = std::weak_ptr<const bool>(own_), actor, old_hash = person->password_hash,
       new_one = std::move(new_one), done = std::move(done)](AccountResult<void> right) mutable {
        if (living.expired()) return;
        if (!right) return std::move(done)(std::move(right));
        hash_new(actor, std::move(old_hash), std::move(new_one), std::move(done));
      });
}

void OwnAccount::hash_new(const Actor& actor, std::string old_hash, base::SecretText new_one,
                          AccountDone<void> done) {
  ports_.hashes.hash(std::move(new_one), [this, living = std::weak_ptr<const bool>(own_), actor,
                                          old_hash = std::move(old_hash), done = std::move(done)](
                                             base::Result<std::string> hash) mutable {
    if (living.expired()) return;
    if (!hash) return std::move(done)(refuse(RefusalKind::kBusy, hash.error().what));
    parts_.changes.add<void>(
        [this, actor, old_hash = std::move(old_hash), hash = *std::move(hash)] {
          return plan_password(actor, old_hash, hash);
        },
        std::move(done));
  });
}

AccountResult<Plan<void>> OwnAccount::plan_password(const Actor& actor, const std::string& old_hash,
                                                    const std::string& new_hash) {
  const Person* const found = parts_.books.people.find(actor.person);
  if (found == nullptr) return tl::unexpected(no_such_person());
  if (found->password_hash != old_hash)
    return refuse(RefusalKind::kConflict, "the password was changed meanwhile");
  Person person = *found;
  person.password_hash = new_hash;
  std::vector<const Session*> others;
  for (const Session* session : parts_.books.sessions.of(person.id)) {
    if (session->id != actor.session) others.push_back(session);
  }
  Plan<void> plan;
  erase_sessions(plan.turn, others);
  plan.turn.puts.push_back({ports::Space::kPerson, person.id, to_row(person)});
  plan.turn.audits.push_back(audit(ports_.clock, issuer_of(actor), "password.change",
                                   "person:" + person.id,
                                   base::dump_json({{"sessions_ended", others.size()}})));
  plan.apply = [this, person = std::move(person), ids = ids_of(others)]() mutable {
    parts_.books.people.put(std::move(person));
    for (const std::string& id : ids) parts_.books.sessions.remove(id);
  };
  return plan;
}

void OwnAccount::begin_second_factor(const Actor& actor, AccountDone<SecondFactorOffer> done) {
  auto good = may_change(actor);
  const Person* const person = parts_.books.people.find(actor.person);
  if (good && !person->sealed_factor.empty())
    good = refuse(RefusalKind::kConflict, "there is a second factor: remove it first");
  auto random = ports_.crypto.random(kFactorSecretBytes);
  if (good && !random) good = refuse(random.error());
  if (!good) return refuse_later<SecondFactorOffer>(parts_.loop, good.error(), std::move(done));
  const base::SecretText secret(*std::move(random));
  offered_[actor.person] = secret;
  SecondFactorOffer offer{base::SecretText(base32(secret.reveal())),
                          factor_uri(secret, person->login, site_)};
  parts_.loop.post([offer = std::move(offer), done = std::move(done)]() mutable {
    std::move(done)(std::move(offer));
  });
}

void OwnAccount::confirm_second_factor(const Actor& actor, const base::SecretText& otp,
                                       AccountDone<void> done) {
  const auto offered = offered_.find(actor.person);
  auto good = may_change(actor);
  if (good && offered == offered_.end())
    good = refuse(RefusalKind::kNotFound, "no second factor was begun: begin again");
  if (!good) return refuse_later<void>(parts_.loop, good.error(), std::move(done));
  const auto step = step_of(ports_.crypto, offered->second, otp, ports_.clock.now().unix_ms, {});
  if (!step) {
    return refuse_later<void>(
        parts_.loop,
        {RefusalKind::kInvalid,
         "the code is not right: look at the clock of the phone and of the gateway", 0, "otp"},
        std::move(done));
  }
  auto sealed = ports_.keys.seal(factor_secret_name(actor.person), offered->second);
  if (!sealed)
    return refuse_later<void>(parts_.loop, refuse(sealed.error()).value(), std::move(done));
  parts_.changes.add<void>(
      [this, person = actor.person, sealed = *std::move(sealed), step = *step] {
        return plan_factor(person, sealed, {step}, "second_factor.set");
      },
      std::move(done));
}

void OwnAccount::remove_second_factor(const Actor& actor, base::SecretText password,
                                      AccountDone<void> done) {
  if (auto good = may_change(actor); !good)
    return refuse_later<void>(parts_.loop, good.error(), std::move(done));
  parts_.sign_in.check_password(
      actor.person, std::move(password), origin_of(actor),
      [this, living = std::weak_ptr<const bool>(own_), person = actor.person,
       done = std::move(done)](AccountResult<void> right) mutable {
        if (living.expired()) return;
        if (!right) return std::move(done)(std::move(right));
        parts_.changes.add<void>(
            [this, person] { return plan_factor(person, {}, {}, "second_factor.remove"); },
            std::move(done));
      });
}

AccountResult<Plan<void>> OwnAccount::plan_factor(const std::string& id, std::string sealed,
                                                  std::vector<std::uint64_t> steps,
                                                  const char* action) {
  const Person* const found = parts_.books.people.find(id);
  if (found == nullptr) return tl::unexpected(no_such_person());
  Person person = *found;
  person.sealed_factor = std::move(sealed);
  person.factor_steps = std::move(steps);
  ++person.version;
  Plan<void> plan;
  plan.turn.puts.push_back({ports::Space::kPerson, id, to_row(person)});
  plan.turn.audits.push_back(audit(ports_.clock, "person:" + id, action, "person:" + id));
  plan.apply = [this, id, person = std::move(person)]() mutable {
    parts_.books.people.put(std::move(person));
    offered_.erase(id);
  };
  return plan;
}

Json OwnAccount::data_of(const Actor& actor) const {
  const Person* const person = parts_.books.people.find(actor.person);
  if (person == nullptr) return Json::object();
  Json sessions = Json::array();
  for (const Session* session : parts_.books.sessions.of(actor.person))
    sessions.push_back(session_json(*session));
  Json tokens = Json::array();
  for (const Token* token : parts_.books.tokens.of(actor.person))
    tokens.push_back(token_json(*token));
  return {{"person", person_json(*person)},
          {"sessions", std::move(sessions)},
          {"tokens", std::move(tokens)},
          {"audit_actor", "person:" + person->id}};
}

}  // namespace linli::core
