#pragma once

#include <cstdint>
#include <string>

#include "firmware/domain/envelope.hpp"
#include "firmware/ports/history.hpp"
#include "firmware/ports/store.hpp"
#include "firmware/storage/sqlite.hpp"

namespace linli::storage {

// The events that the outbox was given, kept beside it, so that people can look back on them when
// the platform has them: everything but readings of properties. Bounded; the oldest go, a few with
// each commit, and of each class what nobody may look back on any longer. A number is given out
// once, also when all rows are gone. And the gaps, which say what is missing. Its writes are part
// of the database's transactions: begin() and settle() follow them. Storage thread only.
class Journal {
 public:
  // What a compound of a few hundred devices comes to in months, and a part of the disk that the
  // waiting events do not miss.
  static constexpr std::uint64_t kMaxRows = 200'000;
  static constexpr std::uint64_t kMaxBytes = 64ULL * 1024 * 1024;
  static constexpr std::uint64_t kMaxGaps = 1'000;

  struct Limits {
    std::uint64_t rows = kMaxRows;
    std::uint64_t bytes = kMaxBytes;  // of the rows, about
  };

  base::Result<void> open(Connection& connection, Limits limits);

  // A transaction begins; it ends, and what was counted in it stands or does not.
  void begin() { before_ = ends_; }
  void settle(bool is_written) {
    if (!is_written) ends_ = before_;
  }

  // One that has an origin was kept when it was new.
  base::Result<void> keep(const domain::Envelope& envelope, const std::string& id);
  base::Result<void> keep(const domain::Gap& gap, const std::string& epoch,
                          const domain::EventTime& time);
  // A row of another journal, behind what there is.
  base::Result<void> carry(const ports::KeptEvent& event);

  // Deletes the oldest that are too many: a few, so that a commit stays short.
  base::Result<void> keep_bounds();
  // Makes room: deletes the oldest rows of about that size. 0: there are none.
  base::Result<std::uint64_t> drop_oldest(std::uint64_t bytes);

  // Deletes what is of these classes in that stretch; `total` is not its business.
  base::Result<ports::Forgotten> forget(const ports::Forget& what);

  // The newest number that was ever given out.
  std::uint64_t last() const { return ends_.last; }
  std::uint64_t rows() const { return ends_.rows; }
  std::uint64_t bytes() const { return ends_.bytes; }

 private:
  // What there is, without counting it. It is written down where rows are deleted: from there on
  // only new ones come behind, without holes, and each row knows what all up to it came to. So the
  // newest row and what was written down say how many there are and how large they are.
  struct Ends {
    std::uint64_t last = 0;
    std::uint64_t upto = 0;
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
    std::uint64_t last_gap = 0;
  };
  struct Statements {
    Statement keep, oldest, drop, forget, note, gap, drop_gaps;
  };

  base::Result<void> load(Connection& connection);
  base::Result<void> load_gaps(Connection& connection);
  std::uint64_t step_rows() const;
  base::Result<void> drop_rows(std::uint64_t count);
  // Runs a statement that deletes and returns the size of each row; how many there were.
  base::Result<std::uint64_t> take_off(Statement& statement);
  base::Result<void> note_ends();
  static Ends ends_of(const std::string& note);

  Limits limits_;
  Statements sql_;
  Ends ends_;
  Ends before_;
};

}  // namespace linli::storage
