#pragma once

#include <string>
#include <string_view>

#include "firmware/base/loop.hpp"
#include "firmware/core/account_forms.hpp"
#include "firmware/core/account_refusal.hpp"
#include "firmware/core/invitations.hpp"
#include "firmware/core/people.hpp"
#include "firmware/core/sessions.hpp"
#include "firmware/core/tokens.hpp"
#include "firmware/ports/crypto.hpp"
#include "firmware/ports/query.hpp"
#include "firmware/ports/store.hpp"
#include "firmware/ports/wall_clock.hpp"

namespace linli::core {

// The tables behind core::Accounts, all that is stored of people. They change in the `apply` of a
// Plan only, but for the time of last use.
struct AccountBooks {
  People people;
  Sessions sessions;
  Tokens tokens;
  Invitations invitations;
};

// Reads one of the tables; rows that cannot be read are left out with an error in the log.
base::Result<void> restore(AccountBooks& books, ports::Query& query);

// "<prefix><16 hex>", e.g. "p-3f9a0c1d22ee4b7a".
base::Result<std::string> new_id(ports::Crypto& crypto, std::string_view prefix);

// A line of the audit; `detail` is one JSON object.
domain::AuditLine audit(const ports::WallClock& clock, std::string actor, std::string action,
                        std::string target, std::string detail = "{}");

// A session's keeper as an actor, with what the person may at this moment.
Actor actor_of(const Person& person, const Session& session);

// Adds the erasure of sessions and tokens to a turn.
void erase_sessions(ports::Turn& turn, const std::vector<const Session*>& sessions);

std::vector<std::string> ids_of(const std::vector<const Session*>& sessions);

// Answers later, as all that is asynchronous does.
template <class T>
void refuse_later(base::Loop& loop, AccountRefusal refusal, AccountDone<T> done) {
  loop.post([refusal = std::move(refusal), done = std::move(done)]() mutable {
    std::move(done)(tl::unexpected(std::move(refusal)));
  });
}

AccountRefusal no_such_person();
AccountRefusal locked_out(base::Duration wait);

}  // namespace linli::core
