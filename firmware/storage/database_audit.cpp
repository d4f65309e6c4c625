#include <algorithm>
#include <utility>

#include "firmware/base/number.hpp"
#include "firmware/storage/database.hpp"

// The audit of a database: lines that are numbered and chained in the transaction that writes them,
// so that one which fails leaves no hole.
namespace linli::storage {
namespace {

constexpr std::uint64_t kKeptRows = 100'000;  // about 40 MB; what is older is in exports
constexpr std::uint64_t kPruneEvery = 1'024;
constexpr std::size_t kMaxRead = 1'000;

}  // namespace

base::Result<void> Database::load_audit() {
  auto row = connection_.prepare(
      "SELECT seq, hash, (SELECT min(seq) FROM audit) FROM audit ORDER BY seq DESC LIMIT 1");
  if (!row) return base::failure_of(std::move(row));
  auto found = row->step();
  if (!found) return base::failure_of(std::move(found));
  audit_ = {};
  if (!*found) return {};
  audit_ = {static_cast<std::uint64_t>(row->integer(2)),
            static_cast<std::uint64_t>(row->integer(0)), row->text(1)};
  return {};
}

base::Result<void> Database::write_audit(const Group& group, AuditEnd& end) {
  for (const ports::Turn* turn : group.turns) {
    for (const domain::AuditLine& line : turn->audits) {
      if (!options_.digest)
        return base::fail(base::Code::kInternal, "the store was given no digest for its audit");
      const auto row = domain::chain(line, end.last + 1, end.hash, options_.digest);
      if (auto done = put_audit(row, end); !done) return done;
    }
  }
  return {};
}

base::Result<void> Database::put_audit(const domain::AuditRow& row, AuditEnd& end) {
  sql_.audit.bind(1, static_cast<std::int64_t>(row.seq))
      .bind_text(2, row.line)
      .bind_blob(3, row.hash);
  if (auto done = sql_.audit.run(); !done) return done;
  end = {end.first == 0 ? row.seq : end.first, row.seq, row.hash};
  if (row.seq % kPruneEvery != 0 || row.seq <= kKeptRows) return {};
  end.first = std::max(end.first, row.seq - kKeptRows + 1);
  return sql_.prune_audit.bind(1, static_cast<std::int64_t>(end.first)).run();
}

base::Result<std::vector<domain::AuditRow>> Database::read_audit(std::uint64_t from,
                                                                 std::size_t limit) {
  std::vector<domain::AuditRow> rows;
  sql_.read_audit.bind(1, static_cast<std::int64_t>(from))
      .bind(2, static_cast<std::int64_t>(std::min(limit, kMaxRead)));
  for (auto row = sql_.read_audit.step();; row = sql_.read_audit.step()) {
    if (!row) return base::failure_of(std::move(row));
    if (!*row) return rows;
    rows.push_back({static_cast<std::uint64_t>(sql_.read_audit.integer(0)), sql_.read_audit.text(1),
                    sql_.read_audit.text(2)});
  }
}

base::Result<void> Database::carry_audit(const std::vector<domain::AuditRow>& rows) {
  AuditEnd end = audit_;
  if (auto begun = connection_.execute("BEGIN IMMEDIATE"); !begun) return begun;
  base::Result<void> written;
  for (const domain::AuditRow& row : rows) {
    if (written) written = put_audit(row, end);
  }
  if (written) written = connection_.execute("COMMIT");
  if (!written) {
    (void)connection_.execute("ROLLBACK");
    return written;
  }
  audit_ = end;
  return {};
}

}  // namespace linli::storage
