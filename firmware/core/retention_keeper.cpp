#include "firmware/core/retention_keeper.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "firmware/base/json.hpp"
#include "firmware/base/log.hpp"
#include "firmware/base/number.hpp"

namespace linli::core {
namespace {

using ports::Space;

constexpr std::size_t kScanRows = 1'000;

std::int64_t seconds_of(base::Duration duration) {
  return std::chrono::duration_cast<std::chrono::seconds>(duration).count();
}

// What is left in the audit of a deletion: which class, how many, and what was written before when.
domain::AuditLine line_of(DataClass data, std::int64_t days, const Deletion& deletion,
                          const domain::EventTime& now) {
  return {now, "gateway", "retention.delete", "class:" + std::string(name(data)),
          base::dump_json({{"rows", deletion.rows},
                           {"days", days},
                           {"before", domain::rfc3339(deletion.mark.unix_ms)},
                           {"clock", domain::name(deletion.mark.quality)}})};
}

}  // namespace

RetentionKeeper::RetentionKeeper(base::Loop& loop, ports::Store& store,
                                 const ports::WallClock& clock, RetentionDays days)
    : loop_(loop), store_(store), clock_(clock), days_(days), counted_at_(loop.now()) {}

base::Result<void> RetentionKeeper::restore(ports::Query& query) {
  auto row = query.get(Space::kRetention, std::string(kRunClockKey));
  if (!row) return base::failure_of(std::move(row));
  auto clock = *row ? run_clock_from_row(**row) : RunClock{store_.epoch(), 0};
  if (!clock) {
    base::log::error("retention", "how long the gateway has run cannot be read: counted anew",
                     {{"why", clock.error()}});
    clock = RunClock{};
  }
  ran_ = std::chrono::seconds(clock->ran_s);
  const bool is_ours = clock->epoch == store_.epoch();
  std::string after;
  for (;;) {
    auto rows = query.scan(Space::kRetention, after, kScanRows);
    if (!rows) return base::failure_of(std::move(rows));
    for (const auto& [key, value] : *rows) restore_row(key, value, is_ours);
    if (rows->size() < kScanRows) return {};
    after = rows->back().first;
  }
}

void RetentionKeeper::restore_row(const std::string& key, const std::string& row, bool is_ours) {
  if (key.starts_with(kMarkPrefix)) {
    auto mark = run_mark_from_row(key, row);
    if (mark && is_ours) return marks_.add(*mark);
    spent_.push_back(key);
  }
  if (key.starts_with(kOverPrefix)) {
    over_[key] = base::parse_number<std::int64_t>(row).value_or(seconds_of(ran_));
    return;
  }
  for (const DataClass data : kDataClasses) {
    if (key != done_key(data)) continue;
    auto deletion = deletion_from_row(row);
    if (!deletion) continue;
    if (!is_ours) deletion->through = 0;
    done_.at(index_of(data)) = *deletion;
  }
}

void RetentionKeeper::start() {
  counted_at_ = loop_.now();
  tick();
}

void RetentionKeeper::count() {
  ran_ += loop_.now() - counted_at_;
  counted_at_ = loop_.now();
}

ports::StatePut RetentionKeeper::clock_row() const {
  return {Space::kRetention, std::string(kRunClockKey),
          to_row(RunClock{store_.epoch(), seconds_of(ran_)})};
}

RunMark RetentionKeeper::mark_now() const {
  const domain::EventTime now = clock_.now();
  return {seconds_of(ran_), store_.stats().journal_last, now.unix_ms, now.quality};
}

void RetentionKeeper::write_count() {
  count();
  ports::Turn turn;
  turn.puts.push_back(clock_row());
  store_.commit(std::move(turn), [](const base::Result<void>& /*a crash would lose it too*/) {});
}

void RetentionKeeper::tick() {
  timer_ = loop_.after(kCountEvery, [this] { tick(); });
  count();
  if (is_counting_) return;
  is_counting_ = true;
  ports::Turn turn;
  turn.puts.push_back(clock_row());
  for (const std::string& key : spent_) turn.erasures.push_back({Space::kRetention, key});
  std::optional<RunMark> mark;
  if (marks_.is_due(seconds_of(ran_))) {
    mark = mark_now();
    turn.puts.push_back({Space::kRetention, mark_key(*mark), to_row(*mark)});
  }
  Notes notes = look_at_shelf(turn);
  store_.commit(std::move(turn),
                [this, living = std::weak_ptr(alive_), mark, notes = std::move(notes),
                 ran_s = seconds_of(ran_)](const base::Result<void>& stored) {
                  if (living.expired()) return;
                  if (stored) take(notes, ran_s);
                  after_count(stored, mark);
                });
}

void RetentionKeeper::after_count(const base::Result<void>& stored,
                                  const std::optional<RunMark>& mark) {
  is_counting_ = false;
  if (!stored) return note_trouble(stored.error());
  spent_.clear();
  if (!run_) trouble_.clear();
  if (mark) marks_.add(*mark);
  std::int64_t longest = 0;
  for (const DataClass data : kDataClasses)
    if (!streams_of(data).empty()) longest = std::max(longest, days_.at(index_of(data)));
  for (const RunMark& each : marks_.forget_before(seconds_of(ran_), longest))
    spent_.push_back(mark_key(each));
  for (const DataClass data : kShelfClasses) clear_shelf(data);
  work();
}

// One class after the other, until nothing is too old.
void RetentionKeeper::work() {
  if (run_) return;
  run_ = next_run();
  if (run_) slice();
}

std::optional<RetentionKeeper::Run> RetentionKeeper::next_run() const {
  for (const DataClass data : kDataClasses) {
    if (streams_of(data).empty()) continue;
    const RunMark* const mark = marks_.behind(seconds_of(ran_), days_.at(index_of(data)));
    const auto& last = done_.at(index_of(data));
    const std::uint64_t reached = last ? last->through : 0;
    if (mark != nullptr && mark->seq > reached) return Run{data, *mark, reached, 0};
  }
  return std::nullopt;
}

void RetentionKeeper::slice() {
  store_.forget(
      {streams_of(run_->data), run_->reached, run_->mark.seq, kStretch, tally_key(run_->data)},
      [this, living = std::weak_ptr(alive_)](base::Result<ports::Forgotten> gone) {
        if (!living.expired()) after_slice(std::move(gone));
      });
}

void RetentionKeeper::after_slice(base::Result<ports::Forgotten> gone) {
  if (!gone) return give_up(gone.error());
  run_->reached = gone->reached;
  run_->total = gone->total;
  if (run_->reached >= run_->mark.seq) return finish();
  pause_ = loop_.after(kPause, [this] { slice(); });
}

void RetentionKeeper::finish() {
  const domain::EventTime now = clock_.now();
  const std::size_t index = index_of(run_->data);
  const Deletion deletion{run_->reached, run_->total, run_->mark, now.unix_ms, now.quality};
  ports::Turn turn;
  turn.puts.push_back({Space::kRetention, done_key(run_->data), to_row(deletion)});
  turn.erasures.push_back({Space::kRetention, tally_key(run_->data)});
  if (deletion.rows > 0) turn.audits.push_back(line_of(run_->data, days_.at(index), deletion, now));
  store_.commit(std::move(turn),
                [this, living = std::weak_ptr(alive_), deletion](const base::Result<void>& stored) {
                  if (!living.expired()) after_finish(stored, deletion);
                });
}

void RetentionKeeper::after_finish(const base::Result<void>& stored, const Deletion& deletion) {
  if (!stored) return give_up(stored.error());
  done_.at(index_of(run_->data)) = deletion;
  if (deletion.rows > 0) {
    base::log::info("retention", "what was kept long enough is deleted",
                    {{"class", name(run_->data)}, {"rows", deletion.rows}});
  }
  trouble_.clear();
  run_.reset();
  work();
}

// Tried again with the next count, from where the last line stands.
void RetentionKeeper::give_up(const base::Error& error) {
  run_.reset();
  note_trouble(error);
}

void RetentionKeeper::note_trouble(const base::Error& error) {
  trouble_ = error.what;
  base::log::warn("retention", "what was kept long enough cannot be deleted now: tried again",
                  {{"why", error}});
}

// What is over is noted, what is so no longer is forgotten, a few with each count.
RetentionKeeper::Notes RetentionKeeper::look_at_shelf(ports::Turn& turn) const {
  Notes notes;
  if (shelf_ == nullptr) return notes;
  std::set<std::string> over;
  for (const DataClass data : kShelfClasses)
    for (const std::string& key : shelf_->over(data)) over.insert(over_key(data, key));
  for (const std::string& key : over)
    if (!over_.contains(key) && notes.over.size() < kMostRows) notes.over.push_back(key);
  for (const auto& [key, since] : over_)
    if (!over.contains(key) && notes.again.size() < kMostRows) notes.again.push_back(key);
  for (const std::string& key : notes.over)
    turn.puts.push_back({Space::kRetention, key, std::to_string(seconds_of(ran_))});
  for (const std::string& key : notes.again) turn.erasures.push_back({Space::kRetention, key});
  return notes;
}

void RetentionKeeper::take(const Notes& notes, std::int64_t ran_s) {
  for (const std::string& key : notes.over) over_.emplace(key, ran_s);
  for (const std::string& key : notes.again) over_.erase(key);
}

std::vector<std::string> RetentionKeeper::due_at_shelf(DataClass data) const {
  const std::int64_t last = seconds_of(ran_) - days_.at(index_of(data)) * kDayS;
  std::vector<std::string> due;
  for (const std::string& key : shelf_->over(data)) {
    const auto since = over_.find(over_key(data, key));
    if (since != over_.end() && since->second <= last && due.size() < kMostRows) due.push_back(key);
  }
  return due;
}

void RetentionKeeper::clear_shelf(DataClass data) {
  if (shelf_ == nullptr || is_clearing_.at(index_of(data))) return;
  std::vector<std::string> keys = due_at_shelf(data);
  if (keys.empty()) return;
  is_clearing_.at(index_of(data)) = true;
  const domain::EventTime now = clock_.now();
  const std::int64_t days = days_.at(index_of(data));
  const RunMark mark{seconds_of(ran_) - days * kDayS, 0, now.unix_ms, now.quality};
  const Deletion deletion{0, keys.size(), mark, now.unix_ms, now.quality};
  ports::Turn turn;
  for (const std::string& key : keys)
    turn.erasures.push_back({Space::kRetention, over_key(data, key)});
  turn.puts.push_back({Space::kRetention, done_key(data), to_row(deletion)});
  turn.audits.push_back({now, "gateway", "retention.delete", "class:" + std::string(name(data)),
                         base::dump_json({{"rows", keys.size()}, {"days", days}})});
  shelf_->erase(
      data, keys, std::move(turn),
      [this, living = std::weak_ptr(alive_), data, keys, deletion](const base::Result<void>& done) {
        if (living.expired()) return;
        if (done) done_.at(index_of(data)) = deletion;
        after_clearing(data, keys, done);
      });
}

void RetentionKeeper::after_clearing(DataClass data, const std::vector<std::string>& keys,
                                     const base::Result<void>& done) {
  is_clearing_.at(index_of(data)) = false;
  if (!done) return note_trouble(done.error());
  for (const std::string& key : keys) over_.erase(over_key(data, key));
}

RetentionKeeper::Status RetentionKeeper::status() const {
  Status status;
  status.ran_s = seconds_of(ran_ + (loop_.now() - counted_at_));
  status.trouble = trouble_;
  for (const DataClass data : kDataClasses)
    status.classes.push_back({data, days_.at(index_of(data)), done_.at(index_of(data))});
  return status;
}

}  // namespace linli::core
