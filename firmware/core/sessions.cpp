#include "firmware/core/sessions.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/bytes.hpp"
#include "firmware/base/json.hpp"
#include "firmware/core/account_rows.hpp"

namespace linli::core {
namespace {

constexpr std::size_t kMaxText = 1024;
constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;

}  // namespace

std::string to_row(const Session& session) {
  return base::dump_json({{"person", session.person},
                          {"digest", base::to_hex(session.digest)},
                          {"life", to_text(session.life)},
                          {"peer", session.peer},
                          {"agent", session.agent}});
}

base::Result<Session> session_from_row(std::string_view id, std::string_view row) {
  auto json = base::parse_json(row);
  if (!json) return base::failure_of(std::move(json));
  base::JsonReader in(*json);
  Session session;
  session.id = id;
  session.person = in.text("person", kMaxText);
  session.digest = read_hex(in, "digest");
  session.life = read_life(in);
  session.peer = in.text("peer", kMaxText);
  session.agent = in.text("agent", kMaxText);
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  return session;
}

LifetimeRule session_rule(domain::Role role) {
  if (domain::uses_console(role)) return {12 * kHour, 30 * kMinute, false};
  return {90 * kDay, 30 * kDay, true};
}

const Session* Sessions::find(std::string_view id) const {
  const auto found = sessions_.find(id);
  return found == sessions_.end() ? nullptr : &found->second;
}

Session* Sessions::by_digest(std::string_view digest) {
  const auto id = digests_.find(digest);
  if (id == digests_.end()) return nullptr;
  const auto found = sessions_.find(id->second);
  return found == sessions_.end() ? nullptr : &found->second;
}

void Sessions::put(Session session) {
  remove(session.id);
  digests_[session.digest] = session.id;
  std::string id = session.id;
  sessions_.insert_or_assign(std::move(id), std::move(session));
}

void Sessions::remove(const std::string& id) {
  const auto found = sessions_.find(id);
  if (found == sessions_.end()) return;
  digests_.erase(found->second.digest);
  sessions_.erase(found);
}

std::vector<const Session*> Sessions::of(std::string_view person) const {
  std::vector<const Session*> found;
  for (const auto& [id, session] : sessions_) {
    if (session.person == person) found.push_back(&session);
  }
  std::stable_sort(found.begin(), found.end(), [](const Session* a, const Session* b) {
    return a->life.used.unix_ms > b->life.used.unix_ms;
  });
  return found;
}

}  // namespace linli::core
