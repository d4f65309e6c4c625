#include <algorithm>
#include <utility>

#include "firmware/storage/sqlite_store.hpp"

namespace linli::storage {
namespace {

class SqliteQuery final : public ports::Query {
 public:
  explicit SqliteQuery(Connection connection) : connection_(std::move(connection)) {}

  base::Result<std::optional<std::string>> get(ports::Space space,
                                               const std::string& key) override {
    auto statement = connection_.prepare("SELECT value FROM state WHERE space = ?1 AND key = ?2");
    if (!statement) return base::failure_of(std::move(statement));
    auto row = statement->bind(1, static_cast<std::int64_t>(space)).bind_text(2, key).step();
    if (!row) return base::failure_of(std::move(row));
    if (!*row) return std::optional<std::string>();
    return std::optional<std::string>(statement->text(0));
  }

  base::Result<std::vector<Row>> scan(ports::Space space, const std::string& after,
                                      std::size_t limit) override {
    auto statement = connection_.prepare(
        "SELECT key, value FROM state WHERE space = ?1 AND key > ?2 ORDER BY key LIMIT ?3");
    if (!statement) return base::failure_of(std::move(statement));
    statement->bind(1, static_cast<std::int64_t>(space))
        .bind_text(2, after)
        .bind(3, static_cast<std::int64_t>(limit));
    std::vector<Row> rows;
    for (auto row = statement->step();; row = statement->step()) {
      if (!row) return base::failure_of(std::move(row));
      if (!*row) return rows;
      rows.emplace_back(statement->text(0), statement->text(1));
    }
  }

  base::Result<std::vector<ports::SamplePut>> unfolded_samples(const ports::SamplePut& after,
                                                               std::size_t limit) override {
    auto statement = connection_.prepare(
        "SELECT start, device, quality, samples FROM sample WHERE step = 0 AND "
        "start >= coalesce((SELECT max(start) FROM sample WHERE step = 1), 0) AND "
        "(start, device) > (?1, ?2) ORDER BY start, device LIMIT ?3");
    if (!statement) return base::failure_of(std::move(statement));
    statement->bind(1, after.bucket_ms)
        .bind_text(2, after.device)
        .bind(3, static_cast<std::int64_t>(limit));
    std::vector<ports::SamplePut> rows;
    for (auto row = statement->step();; row = statement->step()) {
      if (!row) return base::failure_of(std::move(row));
      if (!*row) return rows;
      const auto quality = std::clamp<std::int64_t>(statement->integer(2), 0, 2);
      rows.push_back({statement->text(1), domain::SampleStep::kFine, statement->integer(0),
                      static_cast<domain::TimeQuality>(quality), statement->text(3)});
    }
  }

  base::Result<std::vector<ports::InflightMark>> marks() override {
    auto statement = connection_.prepare("SELECT marks FROM mark ORDER BY id");
    if (!statement) return base::failure_of(std::move(statement));
    std::vector<ports::InflightMark> marks;
    for (auto row = statement->step();; row = statement->step()) {
      if (!row) return base::failure_of(std::move(row));
      if (!*row) return marks;
      append_marks(marks, statement->text(0));
    }
  }

 private:
  static void append_marks(std::vector<ports::InflightMark>& marks, const std::string& blob) {
    constexpr std::size_t kSize = 10;
    const auto byte = [&blob](std::size_t at) {
      return static_cast<std::uint64_t>(static_cast<unsigned char>(blob[at]));
    };
    for (std::size_t at = 0; at + kSize <= blob.size(); at += kSize) {
      ports::InflightMark mark;
      mark.message_id = static_cast<std::uint16_t>(byte(at) | (byte(at + 1) << 8U));
      for (std::size_t i = 0; i < 8; ++i) mark.digest |= byte(at + 2 + i) << (8 * i);
      marks.push_back(mark);
    }
  }

  Connection connection_;
};

}  // namespace

base::Result<std::unique_ptr<ports::Query>> open_query(const std::string& path) {
  auto connection = Connection::open(path, {.read_only = true, .vfs = ""});
  if (!connection) return base::failure_of(std::move(connection));
  return std::make_unique<SqliteQuery>(*std::move(connection));
}

}  // namespace linli::storage
