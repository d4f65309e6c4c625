#include "firmware/console/api/own_data_room.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace linli::console::api {
namespace {

using base::Json;
using Rows = std::vector<domain::AuditRow>;

constexpr std::uint64_t kPage = 500;

// Who is named to whom it concerns. Whoever works for the compound is named; another resident is a
// neighbour, and is not.
struct Who {
  std::optional<std::string> name;
  std::optional<std::string> role;
};

Json or_null(const std::optional<std::string>& text) {
  return text ? Json(*text) : Json();
}

bool concerns(const domain::AuditEntry& entry, const std::string& person,
              const std::string& household) {
  if (entry.target == person) return entry.action != "session.begin";
  if (!household.empty() && entry.target == household) return entry.action == "household.look";
  // Everybody's data left the gateway.
  return entry.action == "audit.export" || entry.action == "backup.download";
}

}  // namespace

// The audit is read from its end, a page before the other.
struct OwnDataRoom::Look {
  Call call;
  Json data;
  std::string person;          // as the audit calls whom it concerns
  std::string household = {};  // and where they live; empty: nowhere
  std::map<std::string, Who> actors = {};
  std::uint64_t first = 1;  // the oldest line that is still to be looked at
  std::uint64_t end = 1;    // behind the newest one
  Json seen = Json::array();
};

void OwnDataRoom::add_to(Handlers& handlers) {
  handlers["account_data"] = [this](Call call) { begin(std::move(call)); };
}

void OwnDataRoom::begin(Call call) {
  const core::Actor actor = call.actor;
  auto look = std::make_shared<Look>(
      Look{std::move(call), accounts_.data_of(actor), "person:" + actor.person});
  look->data.update(more_of_(actor.person));
  if (const auto home = look->data.find("household"); home != look->data.end())
    look->household = "household:" + home->value("id", "");
  for (const core::PersonView& each : accounts_.people({"gateway", {}, {}})) {
    const bool is_named = each.role != domain::Role::kResident || each.id == actor.person;
    Who& who = look->actors["person:" + each.id];
    if (is_named) who.name = each.name;
    who.role = domain::name(each.role);
  }
  for (const core::TokenView& token : accounts_.all_tokens()) {
    const auto maker = look->actors.find("person:" + token.person);
    if (maker != look->actors.end()) look->actors["token:" + token.id] = maker->second;
  }
  const ports::StoreStats stats = store_.stats();
  look->end = stats.audit_last + 1;
  look->first = std::max<std::uint64_t>(std::max<std::uint64_t>(stats.audit_first, 1),
                                        look->end > kMaxLines ? look->end - kMaxLines : 1);
  look_back(look);
}

void OwnDataRoom::look_back(const std::shared_ptr<Look>& look) {
  if (look->first >= look->end || look->seen.size() == kMaxSeen) {
    look->data["seen_by"] = std::move(look->seen);
    return answer(std::move(look->call), look->data);
  }
  const std::uint64_t from =
      std::max(look->first, look->end > kPage ? look->end - kPage : std::uint64_t{1});
  const auto count = static_cast<std::size_t>(look->end - from);
  look->end = from;
  store_.read_audit(from, count, [this, look](const base::Result<Rows>& rows) {
    if (!rows) return refuse(std::move(look->call), rows.error());
    for (auto row = rows->rbegin(); row != rows->rend() && look->seen.size() < kMaxSeen; ++row)
      take(*look, *row);
    look_back(look);
  });
}

void OwnDataRoom::take(Look& look, const domain::AuditRow& row) const {
  const auto entry = domain::parse_audit_line(row.line);
  if (!entry || !concerns(*entry, look.person, look.household)) return;
  Who who;
  if (const auto found = look.actors.find(entry->actor); found != look.actors.end()) {
    who = found->second;
  } else if (entry->actor.starts_with("local:") || entry->actor == "gateway") {
    who.role = "local";
  }
  look.seen.push_back({{"time", entry->time},
                       {"who", or_null(who.name)},
                       {"role", or_null(who.role)},
                       {"what", entry->action}});
}

}  // namespace linli::console::api
