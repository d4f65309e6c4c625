#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "firmware/base/handle.hpp"
#include "firmware/base/loop.hpp"
#include "firmware/core/retention.hpp"
#include "firmware/core/retention_rows.hpp"
#include "firmware/core/retention_shelf.hpp"
#include "firmware/ports/query.hpp"
#include "firmware/ports/store.hpp"
#include "firmware/ports/wall_clock.hpp"

namespace linli::core {

// Does what core/retention.hpp decides: counts how long the gateway has run, marks each day of it
// with how far the journal had come, and deletes of each class what is older than it is kept. The
// count, the marks and what was done are rows; a crash loses at most kCountEvery of the count, so
// that things are kept for longer, never for less.
//
// Deleting goes in slices with a pause behind each, so that no door waits for it. A day's deletion
// of a class ends with a line of the audit, in the transaction that notes it as done; how many rows
// it says was counted by the store where they were deleted. What fails is tried again with the next
// count.
//
// Rows of a shelf have no place in the journal: when one is over is noted with the next count, and
// it goes when its days have passed since, kMostRows with each count, each time with a line of the
// audit. Loop thread only.
class RetentionKeeper {
 public:
  static constexpr base::Duration kCountEvery = std::chrono::minutes(15);
  static constexpr base::Duration kPause = std::chrono::milliseconds(200);
  static constexpr std::uint64_t kStretch = 512;  // of the journal's numbers, for one slice
  static constexpr std::size_t kMostRows = 256;

  struct ClassStatus {
    DataClass data = DataClass::kAccess;
    std::int64_t days = 0;
    std::optional<Deletion> last;  // nothing was old enough yet
  };
  struct Status {
    std::int64_t ran_s = 0;
    std::vector<ClassStatus> classes;
    std::string trouble;  // why the last attempt failed; empty: it did not
  };

  RetentionKeeper(base::Loop& loop, ports::Store& store, const ports::WallClock& clock,
                  RetentionDays days);
  RetentionKeeper(const RetentionKeeper&) = delete;
  RetentionKeeper& operator=(const RetentionKeeper&) = delete;

  // At start, before the loop runs. Marks of another database say nothing about this journal's
  // numbers: they go, and it is kept for its whole time once more.
  base::Result<void> restore(ports::Query& query);
  // Before start(), if there is one.
  void use_shelf(RetentionShelf& shelf) { shelf_ = &shelf; }
  void start();
  // For an orderly end: what was counted.
  void write_count();

  void set_days(const RetentionDays& days) { days_ = days; }
  Status status() const;

 private:
  struct Run {
    DataClass data = DataClass::kAccess;
    RunMark mark;
    std::uint64_t reached = 0;
    std::uint64_t total = 0;
  };

  // What a count has noted of the shelf: true once it is written.
  struct Notes {
    std::vector<std::string> over;   // keys of rows (over_key), of now
    std::vector<std::string> again;  // no longer over
  };

  void count();
  void tick();
  ports::StatePut clock_row() const;
  RunMark mark_now() const;
  void after_count(const base::Result<void>& stored, const std::optional<RunMark>& mark);
  Notes look_at_shelf(ports::Turn& turn) const;
  void take(const Notes& notes, std::int64_t ran_s);
  void clear_shelf(DataClass data);
  std::vector<std::string> due_at_shelf(DataClass data) const;
  void after_clearing(DataClass data, const std::vector<std::string>& keys,
                      const base::Result<void>& done);
  void work();
  std::optional<Run> next_run() const;
  void slice();
  void after_slice(base::Result<ports::Forgotten> gone);
  void finish();
  void after_finish(const base::Result<void>& stored, const Deletion& deletion);
  void give_up(const base::Error& error);
  void note_trouble(const base::Error& error);
  void restore_row(const std::string& key, const std::string& row, bool is_ours);

  base::Loop& loop_;
  ports::Store& store_;
  const ports::WallClock& clock_;
  RetentionDays days_;
  base::TimePoint counted_at_;
  base::Duration ran_{};
  RunMarks marks_;
  std::vector<std::string> spent_;  // keys of marks that nobody needs: erased with the next count
  std::array<std::optional<Deletion>, kDataClassCount> done_;
  std::optional<Run> run_;
  RetentionShelf* shelf_ = nullptr;
  std::map<std::string, std::int64_t, std::less<>> over_;  // over_key → ran_s
  bool is_counting_ = false;                               // a count is being written
  std::array<bool, kDataClassCount> is_clearing_{};
  std::string trouble_;
  base::Handle timer_;
  base::Handle pause_;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace linli::core
