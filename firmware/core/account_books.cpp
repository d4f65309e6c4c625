#include "firmware/core/account_books.hpp"

#include <utility>

#include "firmware/base/bytes.hpp"
#include "firmware/base/log.hpp"

namespace linli::core {
namespace {

constexpr std::size_t kScanRows = 1'000;

// Calls `take` for each row of a space; what it cannot read is left out.
template <class Take>
base::Result<void> each_row(ports::Query& query, ports::Space space, Take take) {
  std::string after;
  for (;;) {
    auto rows = query.scan(space, after, kScanRows);
    if (!rows) return base::failure_of(std::move(rows));
    for (const auto& [id, row] : *rows) {
      if (auto taken = take(id, row); !taken) {
        base::log::error("accounts", "a stored row cannot be read",
                         {{"row", id}, {"why", taken.error()}});
      }
    }
    if (rows->size() < kScanRows) return {};
    after = rows->back().first;
  }
}

// Reads all of one table.
template <class Table, class Row>
base::Result<void> restore_table(ports::Query& query, ports::Space space, Table& table,
                                 base::Result<Row> (*read)(std::string_view, std::string_view)) {
  return each_row(
      query, space,
      [&table, read](const std::string& id, const std::string& text) -> base::Result<void> {
        auto row = read(id, text);
        if (!row) return base::failure_of(std::move(row));
        table.put(*std::move(row));
        return {};
      });
}

}  // namespace

base::Result<void> restore(AccountBooks& books, ports::Query& query) {
  using ports::Space;
  auto done = restore_table(query, Space::kPerson, books.people, &person_from_row);
  if (done) done = restore_table(query, Space::kSession, books.sessions, &session_from_row);
  if (done) done = restore_table(query, Space::kToken, books.tokens, &token_from_row);
  if (!done) return done;
  return restore_table(query, Space::kInvitation, books.invitations, &invitation_from_row);
}

base::Result<std::string> new_id(ports::Crypto& crypto, std::string_view prefix) {
  auto random = crypto.random(8);
  if (!random) return random;
  return std::string(prefix) + base::to_hex(*random);
}

domain::AuditLine audit(const ports::WallClock& clock, std::string actor, std::string action,
                        std::string target, std::string detail) {
  return {clock.now(), std::move(actor), std::move(action), std::move(target), std::move(detail)};
}

By by(const Actor& actor) {
  return {issuer_of(actor), actor.person, actor.places};
}

By by_local(std::uint32_t uid) {
  return {fmt::format("local:uid={}", uid), {}, {}};
}

Actor actor_of(const Person& person, const Session& session) {
  return {.person = person.id,
          .name = person.name,
          .role = person.role,
          .places = person.places,
          .session = session.id};
}

void erase_sessions(ports::Turn& turn, const std::vector<const Session*>& sessions) {
  for (const Session* session : sessions)
    turn.erasures.push_back({ports::Space::kSession, session->id});
}

std::vector<std::string> ids_of(const std::vector<const Session*>& sessions) {
  std::vector<std::string> ids;
  ids.reserve(sessions.size());
  for (const Session* session : sessions) ids.push_back(session->id);
  return ids;
}

AccountRefusal no_such_person() {
  return {RefusalKind::kNotFound, "there is no such person, or it lies outside your places"};
}

AccountRefusal locked_out(base::Duration wait) {
  const std::int64_t seconds = (base::to_ms(wait) + 999) / 1000;
  return {RefusalKind::kLockedOut,
          fmt::format("too many wrong attempts: try again in {} s, or ask a manager to unlock",
                      seconds),
          seconds};
}

}  // namespace linli::core
