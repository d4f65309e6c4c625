#include "firmware/base/bytes.hpp"
#include "firmware/storage/damaged_database.hpp"
#include "tests/unit/storage/salvage_fixture.hpp"

namespace linli::storage {
namespace {

// Not SHA-256, but as long, and it differs where the text does.
std::string digest(std::string_view text) {
  std::string out;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const std::uint64_t part = base::digest64(text, seed);
    for (unsigned shift = 0; shift < 64; shift += 8)
      out.push_back(static_cast<char>(part >> shift));
  }
  return out;
}

class AuditTable : public SalvageTest {
 protected:
  AuditTable() { options.digest = &digest; }

  static void note(Database& database, int count, std::size_t bytes = 20) {
    for (int i = 0; i < count; ++i) {
      ports::Turn turn;
      turn.audits.push_back({kNow, "person:p-1", "device.add", "device:d" + std::to_string(i),
                             json{{"why", std::string(bytes, 'x')}}.dump()});
      write(database, {{&turn}, {}});
    }
  }

  static std::vector<domain::AuditRow> rows(Database& database) {
    std::vector<domain::AuditRow> all;
    for (std::uint64_t from = 1;;) {
      auto page = database.read_audit(from, 1'000).value();
      if (page.empty()) return all;
      all.insert(all.end(), page.begin(), page.end());
      from = all.back().seq + 1;
    }
  }

  static bool is_whole(const std::vector<domain::AuditRow>& rows) {
    domain::AuditCheck check(&digest);
    return std::all_of(rows.begin(), rows.end(),
                       [&check](const domain::AuditRow& row) { return bool(check.take(row)); });
  }

  std::vector<std::uintmax_t> pages_with(const std::string& text) const {
    std::vector<std::uintmax_t> found;
    std::ifstream file(options.path, std::ios::binary);
    std::string bytes(kPageBytes, '\0');
    for (std::uintmax_t number = 1; file.read(bytes.data(), std::ssize(bytes)); ++number) {
      if (bytes.find(text) != std::string::npos) found.push_back(number);
    }
    return found;
  }

  Database salvaged() { return quarantine_and_salvage(options, kNow).value(); }
};

TEST_F(AuditTable, ASchemaOfBeforeGetsItsTable) {
  {
    Database database = Database::open(options).value();
    commit(database, Stream::kAlarm, 3);
  }
  {
    auto connection = Connection::open(options.path, {}).value();
    for (const char* later : {"audit", "journal", "gap", "sample"})
      ASSERT_TRUE(connection.execute(fmt::format("DROP TABLE {}", later).c_str()));
    ASSERT_TRUE(connection.execute("PRAGMA user_version = 2"));
  }
  Database database = Database::open(options).value();
  note(database, 2);
  EXPECT_EQ(rows(database).size(), 2U);
  EXPECT_EQ(count(read(database), Stream::kAlarm), 3U);
}

TEST_F(AuditTable, GoesOnWhereItEndedWhenItIsOpenedAgain) {
  for (int i = 0; i < 3; ++i) {
    Database database = Database::open(options).value();
    note(database, 2);
  }
  Database database = Database::open(options).value();
  EXPECT_EQ(database.audit_first(), 1U);
  EXPECT_EQ(database.audit_last(), 6U);
  EXPECT_TRUE(is_whole(rows(database)));
}

TEST_F(AuditTable, ACommitThatFailsLeavesNoHole) {
  options.max_bytes = 4ULL * 1024 * 1024;
  Database database = Database::open(options).value();
  note(database, 2);
  ports::Turn turn;
  turn.audits.push_back({kNow, "person:p-1", "device.add"});
  turn.puts.push_back({ports::Space::kDevice, "d", std::string(8'000'000, 'x')});
  EXPECT_EQ(database.write_making_room({{&turn}, {}}, kNow).error().code, base::Code::kFull);
  note(database, 2);
  EXPECT_EQ(database.audit_last(), 4U);
  EXPECT_TRUE(is_whole(rows(database)));
}

TEST_F(AuditTable, WithoutADigestNothingIsWrittenAtAll) {
  options.digest = nullptr;
  Database database = Database::open(options).value();
  ports::Turn turn;
  turn.puts.push_back({ports::Space::kDevice, "d", "v"});
  turn.audits.push_back({kNow, "person:p-1", "device.add"});
  EXPECT_FALSE(database.write_making_room({{&turn}, {}}, kNow).has_value());
  EXPECT_FALSE(has_device("d"));
}

TEST_F(AuditTable, ASalvageCarriesTheWholeChainAndSaysSo) {
  {
    Database database = Database::open(options).value();
    note(database, 700);
    note(database, 3, 9'000);  // longer than a page
  }
  Database database = salvaged();
  const auto all = rows(database);
  ASSERT_EQ(all.size(), 704U);
  EXPECT_TRUE(is_whole(all));
  const auto last = domain::parse_audit_line(all.back().line).value();
  EXPECT_EQ(last.action, "audit.salvaged");
  EXPECT_EQ(json::parse(last.detail)["first"], 1);
  EXPECT_EQ(json::parse(last.detail)["last"], 703);
  note(database, 1);
  EXPECT_TRUE(is_whole(rows(database)));
}

TEST_F(AuditTable, BehindADamagedPageTheChainGoesOnWhole) {
  {
    Database database = Database::open(options).value();
    note(database, 1'000, 100);
    ASSERT_TRUE(database.checkpoint());
  }
  const auto pages = pages_with("device.add");
  ASSERT_GT(pages.size(), 10U);
  overwrite_page(pages[pages.size() / 2]);
  Database database = salvaged();
  const auto all = rows(database);
  EXPECT_TRUE(is_whole(all));
  EXPECT_GT(all.size(), 100U);
  EXPECT_LT(all.size(), 1'001U);
  EXPECT_EQ(all[all.size() - 2].seq, 1'000U);
  const auto detail = json::parse(domain::parse_audit_line(all.back().line).value().detail);
  EXPECT_EQ(detail["first"], all.front().seq);
  EXPECT_EQ(detail["kept"], all.size() - 1);
}

TEST_F(AuditTable, ALineThatWasChangedInTheFileIsNotCarriedNorWhatStandsBeforeIt) {
  {
    Database database = Database::open(options).value();
    note(database, 20);
  }
  {
    auto connection = Connection::open(options.path, {}).value();
    ASSERT_TRUE(connection.execute(
        "UPDATE audit SET line = replace(line, 'device:d9', 'device:d8') WHERE seq = 10"));
  }
  Database database = salvaged();
  const auto all = rows(database);
  EXPECT_TRUE(is_whole(all));
  EXPECT_EQ(all.front().seq, 11U);
}

TEST_F(AuditTable, WithNothingToCarryANewChainBeginsThatSaysSo) {
  {
    Database database = Database::open(options).value();
    commit(database, Stream::kAlarm, 3);
  }
  Database database = salvaged();
  const auto all = rows(database);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(json::parse(domain::parse_audit_line(all[0].line).value().detail)["kept"], 0);
}

}  // namespace
}  // namespace linli::storage
