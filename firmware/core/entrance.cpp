#include "firmware/core/entrance.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/bytes.hpp"
#include "firmware/base/json.hpp"

namespace linli::core {
namespace {

constexpr std::size_t kTokenBytes = 32;
constexpr std::size_t kMaxAgent = 200;
constexpr std::size_t kMaxPeer = 64;

}  // namespace

std::string Entrance::csrf_of(const std::string& token) const {
  return token.empty() ? "" : base::to_hex(crypto_.sha256("linli csrf " + token));
}

SessionInfo Entrance::info(const Person& person, const Session& session,
                           const std::string& token) const {
  return {.actor = actor_of(person, session),
          .login = person.login,
          .csrf = csrf_of(token),
          .expires_at = end_of(session.life, session_rule(person.role), clock_),
          .second_factor = !person.sealed_factor.empty(),
          .is_resident = !domain::uses_console(person.role)};
}

AccountResult<Plan<Entry>> Entrance::enter(Person person, const Origin& origin, Others others,
                                           Plan<Entry> begun) {
  const auto random = crypto_.random(kTokenBytes);
  if (!random) return refuse(random.error());
  auto id = new_id(crypto_, "s-");
  if (!id) return refuse(id.error());
  const base::SecretText token(base::to_hex(*random));
  Session session{*std::move(id),
                  person.id,
                  crypto_.sha256(token.reveal()),
                  born(clock_),
                  origin.peer.substr(0, kMaxPeer),
                  origin.agent.substr(0, kMaxAgent),
                  {}};
  auto ended = books_.sessions.of(person.id);
  if (others == Others::kStay) {
    const std::size_t stay = std::min(ended.size(), Sessions::kMostOfOne - 1);
    ended.erase(ended.begin(), ended.begin() + static_cast<std::ptrdiff_t>(stay));
  }
  person.seen = clock_.now();
  erase_sessions(begun.turn, ended);
  begun.turn.puts.push_back({ports::Space::kPerson, person.id, to_row(person)});
  begun.turn.puts.push_back({ports::Space::kSession, session.id, to_row(session)});
  begun.turn.audits.push_back(audit(clock_, "person:" + person.id, "session.begin",
                                    "session:" + session.id,
                                    base::dump_json({{"peer", session.peer}})));
  Entry entry{token, session_rule(person.role).absolute_ms / 1000,
              info(person, session, token.reveal())};
  begun.apply = [this, earlier = std::move(begun.apply), person = std::move(person),
                 session = std::move(session), ended = ids_of(ended)]() mutable {
    if (earlier) std::move(earlier)();
    for (const std::string& each : ended) books_.sessions.remove(each);
    books_.people.put(std::move(person));
    books_.sessions.put(std::move(session));
  };
  begun.answer = [entry = std::move(entry)]() mutable { return std::move(entry); };
  return begun;
}

}  // namespace linli::core
