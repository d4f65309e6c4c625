#include "firmware/storage/journal.hpp"

#include "firmware/storage/history_queries.hpp"
#include "tests/unit/storage/salvage_fixture.hpp"

namespace linli::storage {
namespace {

class JournalTest : public SalvageTest {
 protected:
  static domain::Envelope event(Stream stream, const std::string& device, std::int64_t unix_ms,
                                std::string type = std::string(domain::kThingEvent)) {
    domain::EventTime time = kNow;
    time.unix_ms = unix_ms;
    return {.stream = stream,
            .type = std::move(type),
            .subject = "device/" + device,
            .time = time,
            .data = "{}",
            .place = "at-" + device};
  }
  static void keep(Database& database, domain::Envelope envelope) {
    ports::Turn turn;
    turn.envelopes.push_back(std::move(envelope));
    write(database, {{&turn}, {}});
  }
  ports::EventPage look(const ports::EventQuery& query) const {
    auto connection = Connection::open(options.path, {.read_only = true, .vfs = ""}).value();
    return read_events(connection, query, base::TimePoint::max()).value();
  }
  std::vector<std::string> ids(const ports::EventQuery& query) const {
    std::vector<std::string> found;
    for (const ports::KeptEvent& kept : look(query).items)
      found.push_back(kept.id.substr(kept.id.find('-') + 1));
    return found;
  }
  std::uint64_t count(const char* table) const {
    auto connection = Connection::open(options.path, {}).value();
    return std::stoull(
        connection.value(fmt::format("SELECT count(*) FROM {}", table).c_str()).value());
  }
};

TEST_F(JournalTest, KeepsWhatThePlatformHasTakenAndNoReadings) {
  Database database = Database::open(options).value();
  keep(database, event(Stream::kAlarm, "smoke1", 1'000));
  keep(database, event(Stream::kTelemetry, "meter1", 2'000, std::string(domain::kPropertyEvent)));
  keep(database, event(Stream::kTelemetry, "meter1", 3'000, std::string(domain::kPresenceEvent)));
  accept(database, Stream::kAlarm, 1);
  accept(database, Stream::kTelemetry, 2);
  EXPECT_TRUE(database.read_outbox(Stream::kAlarm, 1, 1'000).value().empty());
  const auto page = look({});
  ASSERT_EQ(page.items.size(), 2U);
  EXPECT_EQ(page.next, 0U);
  EXPECT_EQ(page.items[0].type, domain::kPresenceEvent);
  const ports::KeptEvent& alarm = page.items[1];
  EXPECT_EQ(alarm.id, database.epoch() + "-alarm-1");
  EXPECT_EQ(alarm.stream, Stream::kAlarm);
  EXPECT_EQ(alarm.device, "smoke1");
  EXPECT_EQ(alarm.place, "at-smoke1");
  EXPECT_EQ(alarm.unix_ms, 1'000);
  EXPECT_EQ(alarm.quality, domain::TimeQuality::kSynchronised);
  EXPECT_EQ(alarm.data, "{}");
}

TEST_F(JournalTest, HasNothingOfATurnThatWasNotStored) {
  Database database = Database::open(options).value();
  ports::Turn turn;
  turn.envelopes.push_back(event(Stream::kAlarm, "smoke1", 1'000));
  turn.audits.push_back({});  // without a digest it cannot be written
  EXPECT_FALSE(database.write({{&turn}, {}}, kNow).has_value());
  EXPECT_EQ(count("journal"), 0U);
  keep(database, event(Stream::kAlarm, "smoke2", 2'000));
  EXPECT_EQ(look({}).items.front().seq, 1U);
}

TEST_F(JournalTest, FiltersByDevicePlaceClassTypeAndTime) {
  Database database = Database::open(options).value();
  keep(database, event(Stream::kAlarm, "a", 1'000));
  keep(database, event(Stream::kAccess, "b", 2'000));
  keep(database, event(Stream::kAlarm, "b", 3'000));
  keep(database, event(Stream::kTelemetry, "a", 4'000, std::string(domain::kPresenceEvent)));
  using Ids = std::vector<std::string>;
  EXPECT_EQ(ids({}), (Ids{"telemetry-1", "alarm-2", "access-1", "alarm-1"}));
  EXPECT_EQ(ids({.device = "b"}), (Ids{"alarm-2", "access-1"}));
  EXPECT_EQ(ids({.places = {{"at-a"}}}), (Ids{"telemetry-1", "alarm-1"}));
  EXPECT_EQ(ids({.places = {std::vector<std::string>{}}}), Ids{});
  EXPECT_EQ(ids({.classes = {Stream::kAlarm}}), (Ids{"alarm-2", "alarm-1"}));
  EXPECT_EQ(ids({.type = std::string(domain::kPresenceEvent)}), Ids{"telemetry-1"});
  EXPECT_EQ(ids({.from_ms = 2'000, .to_ms = 4'000}), (Ids{"alarm-2", "access-1"}));
}

TEST_F(JournalTest, TurnsPagesWithoutLossOrRepeat) {
  Database database = Database::open(options).value();
  for (int i = 0; i < 25; ++i) keep(database, event(Stream::kAlarm, i % 2 == 0 ? "a" : "b", i));
  std::vector<std::uint64_t> seen;
  ports::EventQuery query{.device = "a", .limit = 4};
  do {
    const auto page = look(query);
    for (const ports::KeptEvent& kept : page.items) seen.push_back(kept.seq);
    query.before = page.next;
  } while (query.before != 0 && seen.size() < 100);
  EXPECT_EQ(seen.size(), 13U);
  EXPECT_TRUE(std::is_sorted(seen.rbegin(), seen.rend()));
  EXPECT_EQ(std::set<std::uint64_t>(seen.begin(), seen.end()).size(), 13U);
}

// Small limits make a wrong count visible: too many rows stay, or too few.
TEST_F(JournalTest, StaysInItsBoundsBesideHolesAndAfterARestart) {
  options.journal.rows = 64;
  {
    Database database = Database::open(options).value();
    for (int i = 0; i < 40; ++i)
      keep(database, event(i % 2 == 0 ? Stream::kAccess : Stream::kAlarm, "a", i));
    ASSERT_EQ(database.forget({{Stream::kAccess}, 0, 40, 512, "tally/access"})->rows, 20U);
    EXPECT_EQ(count("journal"), 20U);
  }
  Database database = Database::open(options).value();
  for (int i = 0; i < 44; ++i) keep(database, event(Stream::kAlarm, "b", i));
  EXPECT_EQ(count("journal"), 64U);
  keep(database, event(Stream::kAlarm, "c", 1));
  EXPECT_LE(count("journal"), 64U);
  EXPECT_GE(count("journal"), 60U);
  EXPECT_EQ(look({}).items.front().seq, 85U);
}

TEST_F(JournalTest, GoesOnWhereItsTimeWasOver) {
  Database database = Database::open(options).value();
  keep(database, event(Stream::kAlarm, "rare", 1));
  for (int i = 0; i < 20; ++i) {
    ports::Turn turn;
    for (int n = 0; n < 500; ++n) turn.envelopes.push_back(event(Stream::kAlarm, "often", n));
    write(database, {{&turn}, {}});
  }
  auto connection = Connection::open(options.path, {.read_only = true, .vfs = ""}).value();
  ports::EventQuery query{.device = "rare"};
  const auto first = read_events(connection, query, base::TimePoint::min()).value();
  EXPECT_TRUE(first.items.empty());
  ASSERT_GT(first.next, 1U);
  std::size_t found = 0;
  for (query.before = first.next; query.before != 0;) {
    const auto page = read_events(connection, query, base::TimePoint::min()).value();
    found += page.items.size();
    query.before = page.next;
  }
  EXPECT_EQ(found, 1U);
}

TEST_F(JournalTest, IsBoundedByRowsAndDropsTheOldestInSmallSteps) {
  options.journal.rows = 1'000;
  Database database = Database::open(options).value();
  for (int i = 0; i < 3'000; ++i) {
    keep(database, event(Stream::kAlarm, "a", i));
    accept(database, Stream::kAlarm, static_cast<std::uint64_t>(i));
  }
  EXPECT_LE(count("journal"), 1'000U);
  EXPECT_GE(count("journal"), 700U);
  EXPECT_EQ(look({}).items.front().unix_ms, 2'999);
}

TEST_F(JournalTest, IsBoundedByBytesAlsoOverRestarts) {
  options.journal.bytes = 100'000;
  for (int restart = 0; restart < 4; ++restart) {
    Database database = Database::open(options).value();
    for (int i = 0; i < 300; ++i) {
      auto big = event(Stream::kAlarm, "a", i);
      big.data = "{\"filling\":\"" + std::string(900, 'x') + "\"}";
      keep(database, std::move(big));
    }
  }
  EXPECT_LE(count("journal"), 110U);
  EXPECT_GE(count("journal"), 80U);
}

TEST_F(JournalTest, GivesWayBeforeAnyEventThatWaits) {
  options.max_bytes = 4 * 1024 * 1024;
  Database database = Database::open(options).value();
  std::uint64_t seq = 0;
  for (int i = 0; i < 400; ++i) {  // a history, taken by the platform
    ports::Turn turn;
    for (int n = 0; n < 20; ++n)
      turn.envelopes.push_back(event(Stream::kAlarm, "a", static_cast<std::int64_t>(++seq)));
    write(database, {{&turn}, {}});
    accept(database, Stream::kAlarm, seq);
  }
  const std::uint64_t before = count("journal");
  ASSERT_GT(before, 1'000U);
  while (count("journal") == before) commit(database, Stream::kAccess, 10, 2'000);
  EXPECT_LT(count("journal"), before);
  EXPECT_EQ(database.streams().at(domain::index_of(Stream::kAccess)).dropped, 0U);
}

TEST_F(JournalTest, KeepsTheGapsAndTheNewestOfThem) {
  options.quota_bytes.at(domain::index_of(Stream::kAccess)) = 4'000;
  Database database = Database::open(options).value();
  for (int i = 0; i < 60; ++i) commit(database, Stream::kAccess, 3);
  auto connection = Connection::open(options.path, {.read_only = true, .vfs = ""}).value();
  const auto page = read_gaps(connection, 0, 5).value();
  ASSERT_EQ(page.items.size(), 5U);
  EXPECT_EQ(page.items[0].gap.stream, Stream::kAccess);
  EXPECT_EQ(page.items[0].gap.reason, "quota");
  EXPECT_EQ(page.items[0].epoch, database.epoch());
  EXPECT_GT(page.items[0].gap.last, page.items[4].gap.last);
  const auto older = read_gaps(connection, page.next, 5).value();
  EXPECT_LT(older.items[0].seq, page.items[4].seq);
  EXPECT_LE(count("gap"), Journal::kMaxGaps);
}

TEST_F(JournalTest, ComesThroughASalvageOnceAndSaysWhatIsMissing) {
  {
    Database database = Database::open(options).value();
    for (int i = 0; i < 200; ++i) keep(database, event(Stream::kAlarm, "old", i));
    accept(database, Stream::kAlarm, 200);
    for (int i = 0; i < 50; ++i) keep(database, event(Stream::kAccess, "new", i));
    ASSERT_TRUE(database.checkpoint());
  }
  overwrite("", 2048, 512);  // in the directory of tables
  auto opened = open_or_salvage(options, kNow);
  ASSERT_TRUE(opened.has_value()) << opened.error().what;
  ASSERT_TRUE(was_salvaged());
  EXPECT_EQ(look({.device = "old", .limit = 200}).items.size(), 200U);
  EXPECT_EQ(look({.device = "new", .limit = 200}).items.size(), 50U);
  EXPECT_EQ(look({.type = std::string(domain::kRecoveredEvent)}).items.size(), 1U);
}

// Samples.

ports::SamplePut sample(const std::string& device, std::int64_t bucket_ms, double value,
                        domain::TimeQuality quality = domain::TimeQuality::kSynchronised,
                        domain::SampleStep step = domain::SampleStep::kFine) {
  return {device, step, bucket_ms, quality,
          domain::sample_row({{"t", domain::Sample{value, value, value, 1}}})};
}

class SamplesTest : public JournalTest {
 protected:
  static void put(Database& database, std::vector<ports::SamplePut> samples) {
    ports::Turn turn;
    turn.samples = std::move(samples);
    write(database, {{&turn}, {}});
  }
  std::vector<domain::SamplePoint> chart(std::int64_t from_ms, std::int64_t to_ms,
                                         domain::SampleStep step = domain::SampleStep::kFine) {
    auto connection = Connection::open(options.path, {.read_only = true, .vfs = ""}).value();
    return read_samples(connection, {"d1", "t", step, from_ms, to_ms}).value();
  }
  static constexpr std::int64_t kFine = domain::step_ms(domain::SampleStep::kFine);
};

TEST_F(SamplesTest, AreReadByDevicePropertyAndTime) {
  Database database = Database::open(options).value();
  for (std::int64_t i = 0; i < 20; ++i)
    put(database,
        {sample("d1", i * kFine, 1.0 * static_cast<double>(i)), sample("d2", i * kFine, 99)});
  const auto points = chart(5 * kFine, 10 * kFine);
  ASSERT_EQ(points.size(), 5U);
  EXPECT_EQ(points.front().unix_ms, 5 * kFine);
  EXPECT_DOUBLE_EQ(points.front().sample.average(), 5);
  EXPECT_DOUBLE_EQ(points.back().sample.average(), 9);
}

TEST_F(SamplesTest, OfABetterClockAreNotOverwrittenByThoseOfAWorse) {
  Database database = Database::open(options).value();
  put(database, {sample("d1", 0, 1, domain::TimeQuality::kSynchronised)});
  put(database, {sample("d1", 0, 2, domain::TimeQuality::kFloor)});
  EXPECT_DOUBLE_EQ(chart(0, kFine).front().sample.average(), 1);
  put(database, {sample("d1", 0, 3, domain::TimeQuality::kSynchronised)});
  EXPECT_DOUBLE_EQ(chart(0, kFine).front().sample.average(), 3);
}

TEST_F(SamplesTest, GoByTheirAgeEachStepByItsOwn) {
  Database database = Database::open(options).value();
  constexpr std::int64_t kHour = domain::step_ms(domain::SampleStep::kCoarse);
  const std::int64_t fine_rows = domain::kept_ms(domain::SampleStep::kFine) / kFine;
  for (std::int64_t i = 0; i < 2 * fine_rows; ++i) {
    put(database, {sample("d1", i * kFine, 1)});
    if (i % 12 == 0) {
      put(database, {sample("d1", i * kFine / kHour * kHour, 1, domain::TimeQuality::kSynchronised,
                            domain::SampleStep::kCoarse)});
    }
  }
  const auto fine = static_cast<std::uint64_t>(fine_rows) + 1;
  EXPECT_EQ(count("sample WHERE step = 0"), fine);
  EXPECT_EQ(count("sample WHERE step = 1"), 50U);
}

TEST_F(SamplesTest, OfAWrongClockFarAheadAreForgotten) {
  Database database = Database::open(options).value();
  put(database, {sample("d1", 1'000'000 * kFine, 1)});
  put(database, {sample("d1", 10 * kFine, 2)});
  EXPECT_EQ(count("sample"), 1U);
  EXPECT_DOUBLE_EQ(chart(10 * kFine, 11 * kFine).front().sample.average(), 2);
}

TEST_F(SamplesTest, AskedForTooManyAreRefused) {
  Database database = Database::open(options).value();
  auto connection = Connection::open(options.path, {.read_only = true, .vfs = ""}).value();
  const auto read =
      read_samples(connection, {"d1", "t", domain::SampleStep::kFine, 0, (kMaxPoints + 2) * kFine});
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().code, base::Code::kInvalid);
}

}  // namespace
}  // namespace linli::storage
