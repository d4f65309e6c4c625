// What every ports::Store must do: the SQLite one, and the fake that the stories trust.

#include <atomic>

#include "tests/contract/store/store_rigs.hpp"

namespace linli {
namespace {

using Rigs = testing::Types<MemoryRig, SqliteRig>;
TYPED_TEST_SUITE(StoreContract, Rigs);

TYPED_TEST(StoreContract, NumbersEachStreamFromOneWithoutHoles) {
  for (int i = 1; i <= 5; ++i) {
    ASSERT_TRUE(this->append(Stream::kAlarm, i));
    ASSERT_TRUE(this->append(Stream::kTelemetry, i));
  }
  for (const Stream stream : {Stream::kAlarm, Stream::kTelemetry}) {
    std::uint64_t expected = 1;
    for (const auto& chunk : this->read(stream, 1)) {
      EXPECT_EQ(chunk->first, expected);
      domain::RecordReader reader(chunk->records, stream);
      for (; !reader.at_end(); ++expected)
        EXPECT_EQ(reader.next().value(), envelope(stream, static_cast<int>(expected)));
      EXPECT_EQ(chunk->last, expected - 1);
    }
    EXPECT_EQ(expected, 6U);
  }
}

TYPED_TEST(StoreContract, AnswersCommitsInTheirOrderAndTellsOfEventsFirst) {
  std::vector<std::string> order;
  this->rig.store->on_appended([&order](const ports::ChunkPtr& chunk) {
    order.push_back("+" + std::to_string(chunk->last));
  });
  int done = 0;
  for (int i = 1; i <= 3; ++i) {
    ports::Turn turn;
    turn.envelopes.push_back(envelope(Stream::kAlarm, i));
    this->rig.store->commit(std::move(turn), [&order, &done, i](const base::Result<void>& result) {
      ASSERT_TRUE(result);
      order.push_back(std::to_string(i));
      ++done;
    });
  }
  EXPECT_TRUE(order.empty());
  ASSERT_TRUE(this->rig.run_until([&done] { return done == 3; }));
  EXPECT_EQ(order.front().front(), '+');
  std::erase_if(order, [](const std::string& entry) { return entry.front() == '+'; });
  EXPECT_EQ(order, (std::vector<std::string>{"1", "2", "3"}));
}

TYPED_TEST(StoreContract, ChainsTheAuditInTheOrderOfTheTurns) {
  for (int i = 1; i <= 3; ++i) {
    ports::Turn turn;
    turn.audits.push_back(audit_line(2 * i - 1));
    turn.audits.push_back(audit_line(2 * i));
    ASSERT_TRUE(this->commit(std::move(turn)));
  }
  domain::AuditCheck check(&fakes::MemoryStore::plain_digest);
  const auto rows = this->read_audit(1, 100);
  ASSERT_EQ(rows.size(), 6U);
  for (const domain::AuditRow& row : rows) {
    ASSERT_TRUE(check.take(row));
    EXPECT_EQ(domain::parse_audit_line(row.line).value().target,
              "device:" + std::to_string(row.seq));
  }
  EXPECT_EQ(this->rig.store->stats().audit_first, 1U);
  EXPECT_EQ(this->rig.store->stats().audit_last, 6U);
}

TYPED_TEST(StoreContract, ReadsTheAuditFromAnyNumberUpToALimit) {
  ports::Turn turn;
  for (int i = 1; i <= 5; ++i) turn.audits.push_back(audit_line(i));
  ASSERT_TRUE(this->commit(std::move(turn)));
  const auto page = this->read_audit(2, 3);
  ASSERT_EQ(page.size(), 3U);
  EXPECT_EQ(page.front().seq, 2U);
  EXPECT_TRUE(this->read_audit(6, 3).empty());
  EXPECT_TRUE(this->read_audit(1, 0).empty());
}

TYPED_TEST(StoreContract, ReadsFromAnyNumberWithTheChunkThatReachesIt) {
  ports::Turn turn;
  for (int i = 1; i <= 3; ++i) turn.envelopes.push_back(envelope(Stream::kAccess, i));
  ASSERT_TRUE(this->commit(std::move(turn)));
  ASSERT_TRUE(this->append(Stream::kAccess, 4));
  const auto from_two = this->read(Stream::kAccess, 2);
  ASSERT_EQ(from_two.size(), 2U);
  EXPECT_EQ(from_two[0]->first, 1U);
  const auto from_four = this->read(Stream::kAccess, 4);
  ASSERT_EQ(from_four.size(), 1U);
  EXPECT_EQ(from_four[0]->first, 4U);
  EXPECT_TRUE(this->read(Stream::kAccess, 5).empty());
  EXPECT_EQ(this->read(Stream::kAccess, 1, 1).size(), 1U);
}

TYPED_TEST(StoreContract, DeletesWhatWasAcceptedAndGoesOnCounting) {
  for (int i = 1; i <= 4; ++i) ASSERT_TRUE(this->append(Stream::kMoney, i));
  this->rig.store->accept(Stream::kMoney, 3);
  ASSERT_TRUE(this->append(Stream::kMoney, 5));
  const auto rest = this->read(Stream::kMoney, 1);
  ASSERT_EQ(rest.size(), 2U);
  EXPECT_EQ(rest[0]->first, 4U);
  EXPECT_EQ(rest[1]->last, 5U);
  EXPECT_EQ(this->rig.store->stats().streams.at(domain::index_of(Stream::kMoney)).first, 4U);
}

TYPED_TEST(StoreContract, KeepsAChunkUntilAllOfItIsAccepted) {
  ports::Turn turn;
  for (int i = 1; i <= 3; ++i) turn.envelopes.push_back(envelope(Stream::kAlarm, i));
  ASSERT_TRUE(this->commit(std::move(turn)));
  this->rig.store->accept(Stream::kAlarm, 2);
  ASSERT_TRUE(this->append(Stream::kAlarm, 4));
  EXPECT_EQ(this->read(Stream::kAlarm, 1).front()->first, 1U);
}

TYPED_TEST(StoreContract, LetsPeopleLookBackOnWhatThePlatformHas) {
  ports::Turn turn;
  turn.envelopes.push_back(envelope(Stream::kAlarm, 1));
  turn.envelopes.push_back(envelope(Stream::kTelemetry, 2));
  turn.envelopes.back().type = domain::kPropertyEvent;
  turn.envelopes.push_back(envelope(Stream::kAccess, 3));
  turn.envelopes.back().subject = "command/c1";
  turn.envelopes.back().device = "door1";
  turn.envelopes.back().place = "gate";
  ASSERT_TRUE(this->commit(std::move(turn)));
  this->rig.store->accept(Stream::kAlarm, 1);
  ASSERT_TRUE(this->append(Stream::kTicket, 4));
  const auto history = this->rig.history();
  const auto newest = this->events(*history, {.limit = 2});
  ASSERT_EQ(newest.items.size(), 2U);
  EXPECT_EQ(newest.items[0].id, this->rig.store->epoch() + "-ticket-1");
  EXPECT_EQ(newest.items[1].device, "door1");
  EXPECT_EQ(newest.items[1].place, "gate");
  const auto older = this->events(*history, {.before = newest.next, .limit = 2});
  ASSERT_EQ(older.items.size(), 1U);
  EXPECT_EQ(older.items[0].id, this->rig.store->epoch() + "-alarm-1");
  EXPECT_EQ(older.next, 0U);
  EXPECT_EQ(this->events(*history, {.classes = {Stream::kAlarm}}).items.size(), 1U);
  EXPECT_EQ(this->events(*history, {.places = {{"gate"}}}).items.size(), 1U);
  EXPECT_EQ(this->events(*history, {.from_ms = 3, .to_ms = 4}).items.size(), 1U);
}

TYPED_TEST(StoreContract, KeepsSamplesOverAWorseClock) {
  for (const auto& [value, quality] :
       {std::pair{1.0, domain::TimeQuality::kSynchronised}, {2.0, domain::TimeQuality::kFloor}}) {
    ports::Turn turn;
    turn.samples.push_back({"d1", domain::SampleStep::kFine, 300'000, quality,
                            domain::sample_row({{"t", {value, value, value, 1}}})});
    ASSERT_TRUE(this->commit(std::move(turn)));
  }
  const auto history = this->rig.history();
  std::optional<std::vector<domain::SamplePoint>> points;
  history->samples(
      {"d1", "t", domain::SampleStep::kFine, 0, 600'000},
      [&points](base::Result<std::vector<domain::SamplePoint>> got) { points = std::move(*got); });
  ASSERT_TRUE(this->rig.run_until([&points] { return points.has_value(); }));
  ASSERT_EQ(points->size(), 1U);
  EXPECT_EQ(points->front().unix_ms, 300'000);
  EXPECT_EQ(points->front().sample.max, 1);
}

TYPED_TEST(StoreContract, RefusesAPageThatIsTooLong) {
  const auto history = this->rig.history();
  std::optional<base::Code> code;
  history->gaps(0, ports::History::kMaxItems + 1,
                [&code](const base::Result<ports::GapPage>& got) { code = got.error().code; });
  EXPECT_FALSE(code.has_value());
  ASSERT_TRUE(this->rig.run_until([&code] { return code.has_value(); }));
  EXPECT_EQ(*code, base::Code::kInvalid);
}

TYPED_TEST(StoreContract, AnswersAPing) {
  bool alive = false;
  this->rig.store->ping([&alive](const base::Result<void>& result) { alive = result.has_value(); });
  EXPECT_TRUE(this->rig.run_until([&alive] { return alive; }));
}

}  // namespace
}  // namespace linli
