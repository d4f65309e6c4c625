#include "firmware/storage/salvage_audit.hpp"

#include <utility>

#include "firmware/base/json.hpp"

namespace linli::storage {
namespace {

constexpr std::size_t kRowsAtOnce = 500;

struct Stretch {
  std::uint64_t first = 1;
  std::uint64_t last = 0;  // less than first: nothing
};

// A row that is what it says, and the hash that it follows.
std::optional<domain::AuditEntry> entry_of(const std::optional<domain::AuditRow>& row,
                                           const domain::Digest& digest) {
  if (!row || digest(row->line) != row->hash) return std::nullopt;
  auto entry = domain::parse_audit_line(row->line);
  if (!entry || entry->seq != row->seq) return std::nullopt;
  return *std::move(entry);
}

// From the newest line backwards, for as far as the chain holds.
Stretch sound_end(DamagedDatabase& old, const domain::Digest& digest) {
  Stretch found{old.audit_last() + 1, old.audit_last()};
  std::string expected;  // what the next newer line follows
  while (found.first > 1) {
    const auto row = old.audit_row(found.first - 1);
    const auto entry = entry_of(row, digest);
    if (!entry || (!expected.empty() && row->hash != expected)) break;
    expected = entry->prev;
    --found.first;
  }
  return found;
}

base::Result<void> copy(DamagedDatabase& old, Database& database, const Stretch& stretch) {
  std::vector<domain::AuditRow> rows;
  for (std::uint64_t seq = stretch.first; seq <= stretch.last; ++seq) {
    if (auto row = old.audit_row(seq)) rows.push_back(*std::move(row));
    if (rows.size() < kRowsAtOnce && seq != stretch.last) continue;
    if (auto done = database.carry_audit(rows); !done) return done;
    rows.clear();
  }
  return {};
}

}  // namespace

base::Result<void> carry_audit(DamagedDatabase& old, Database& database,
                               const domain::Digest& digest, const domain::EventTime& now) {
  if (!digest) return {};
  const Stretch sound = sound_end(old, digest);
  if (auto done = copy(old, database, sound); !done) return done;
  std::string detail = R"({"old_epoch":)";
  base::append_json_string(detail, old.epoch());
  detail += sound.first > sound.last
                ? std::string(R"(,"kept":0})")
                : fmt::format(R"(,"kept":{},"first":{},"last":{}}})", sound.last - sound.first + 1,
                              sound.first, sound.last);
  ports::Turn turn;
  turn.audits.push_back({now, "gateway", "audit.salvaged", "", std::move(detail)});
  auto written = database.write_making_room({{&turn}, {}}, now);
  if (!written) return base::failure_of(std::move(written));
  return {};
}

}  // namespace linli::storage
