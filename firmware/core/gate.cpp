#include "firmware/core/gate.hpp"

#include <algorithm>
#include <utility>

#include "firmware/base/bytes.hpp"

namespace linli::core {
namespace {

constexpr std::size_t kLongestToken = 128;
constexpr std::int64_t kSeenEveryMs = 3'600'000;

// The same word for all: who has no key learns nothing of the locks.
AccountRefusal unknown() {
  return {RefusalKind::kUnauthenticated, "sign in first: there is no such session, or it is over"};
}

template <class Row>
Plan<void> use_plan(ports::Space space, const Row* row) {
  Plan<void> plan;
  if (row != nullptr) plan.turn.puts.push_back({space, row->id, to_row(*row)});
  return plan;
}

void ignore(const AccountResult<void>& /*the next use will be stored*/) {}

}  // namespace

AccountResult<Actor> Gate::admit(const Knock& knock) {
  if (!knock.bearer.empty()) return admit_token(knock.bearer);
  return admit_session(knock);
}

AccountResult<Actor> Gate::admit_session(const Knock& knock) {
  if (knock.cookie.empty() || knock.cookie.size() > kLongestToken) return tl::unexpected(unknown());
  Session* const session = parts_.books.sessions.by_digest(crypto_.sha256(knock.cookie));
  const Person* const person =
      session == nullptr ? nullptr : parts_.books.people.find(session->person);
  if (person == nullptr) return tl::unexpected(unknown());
  if (standing(session->life, session_rule(person->role), clock_) != Standing::kStands)
    return tl::unexpected(unknown());
  if (knock.is_unsafe &&
      !base::equal_in_constant_time(parts_.entrance.csrf_of(knock.cookie), knock.csrf)) {
    return refuse(RefusalKind::kCsrf, "X-CSRF-Token is missing or not this session's");
  }
  note_use(session->life, clock_);
  if (is_due(session->written))
    parts_.changes.add<void>([this, id = session->id] { return plan_use(id); }, &ignore);
  return actor_of(*person, *session);
}

// The session may have ended since; of the person it is enough to know the hour.
AccountResult<Plan<void>> Gate::plan_use(const std::string& id) {
  const Session* const used = parts_.books.sessions.find(id);
  Plan<void> plan = use_plan(ports::Space::kSession, used);
  const Person* const who = used == nullptr ? nullptr : parts_.books.people.find(used->person);
  if (who == nullptr) return plan;
  const auto age = who->seen ? domain::age_ms(*who->seen, clock_.now()) : std::nullopt;
  if (age && *age < kSeenEveryMs) return plan;
  Person seen = *who;
  seen.seen = clock_.now();
  plan.turn.puts.push_back({ports::Space::kPerson, seen.id, to_row(seen)});
  plan.apply = [this, seen = std::move(seen)]() mutable {
    parts_.books.people.put(std::move(seen));
  };
  return plan;
}

AccountResult<Actor> Gate::admit_token(const std::string& bearer) {
  if (bearer.size() > kLongestToken || !bearer.starts_with(kTokenPrefix))
    return tl::unexpected(unknown());
  Token* const token = parts_.books.tokens.by_digest(crypto_.sha256(bearer));
  if (token == nullptr || standing(token->life, token_rule(*token), clock_) != Standing::kStands)
    return tl::unexpected(unknown());
  auto actor = actor_of_token(*token);
  if (!actor) return tl::unexpected(unknown());
  note_use(token->life, clock_);
  token->was_used = true;
  if (is_due(token->written)) {
    parts_.changes.add<void>(
        [this, id = token->id]() -> AccountResult<Plan<void>> {
          return use_plan(ports::Space::kToken, parts_.books.tokens.find(id));
        },
        &ignore);
  }
  return *std::move(actor);
}

bool Gate::is_due(base::TimePoint& written) const {
  const base::TimePoint now = parts_.loop.now();
  if (written != base::TimePoint{} && now - written < kWriteUseEvery) return false;
  written = now;
  return true;
}

std::optional<Actor> Gate::actor_of_token(const Token& token) const {
  Actor actor{
      .name = token.name, .role = domain::Role::kManager, .token = token.id, .scope = token.scope};
  if (token.person.empty()) return actor;
  const Person* const person = parts_.books.people.find(token.person);
  if (person == nullptr || !domain::uses_console(person->role)) return std::nullopt;
  actor.person = person->id;
  actor.role = person->role;
  actor.places = person->places;
  return actor;
}

std::optional<SessionInfo> Gate::session(const Actor& actor, const std::string& cookie) const {
  const Person* const person = parts_.books.people.find(actor.person);
  if (!actor.token.empty()) {
    const Token* const token = parts_.books.tokens.find(actor.token);
    if (token == nullptr) return std::nullopt;
    return SessionInfo{.actor = actor,
                       .login = person == nullptr ? "" : person->login,
                       .csrf = {},
                       .expires_at = end_of(token->life, token_rule(*token), clock_)};
  }
  const Session* const session = parts_.books.sessions.find(actor.session);
  if (session == nullptr || person == nullptr) return std::nullopt;
  return parts_.entrance.info(*person, *session, cookie);
}

bool Gate::still_stands(const Actor& actor) const {
  if (!actor.token.empty()) {
    const Token* const token = parts_.books.tokens.find(actor.token);
    if (token == nullptr || standing(token->life, token_rule(*token), clock_) != Standing::kStands)
      return false;
    const auto now = actor_of_token(*token);
    return now && now->role == actor.role && now->places == actor.places;
  }
  const Session* const session = parts_.books.sessions.find(actor.session);
  const Person* const person = parts_.books.people.find(actor.person);
  if (session == nullptr || person == nullptr) return false;
  return person->role == actor.role && person->places == actor.places &&
         standing(session->life, session_rule(person->role), clock_) == Standing::kStands;
}

}  // namespace linli::core
