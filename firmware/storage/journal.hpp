#pragma once

#include <cstdint>
#include <string>

#include "firmware/domain/envelope.hpp"
#include "firmware/ports/history.hpp"
#include "firmware/storage/sqlite.hpp"

namespace linli::storage {

// The events that the outbox was given, kept beside it, so that people can look back on them when
// the platform has them: everything but readings of properties. Bounded; the oldest go, a few with
// each commit. And the gaps, which say what is missing. Its writes are part of the database's
// transactions: begin() and settle() follow them. Storage thread only.
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

  std::uint64_t rows() const { return ends_.last - ends_.dropped; }
  std::uint64_t bytes() const { return ends_.upto - ends_.dropped_upto; }

 private:
  // Numbers rise without holes, so two ends say how many there are; each row knows what all up to
  // it came to, so two rows say how large they are.
  struct Ends {
    std::uint64_t last = 0;
    std::uint64_t upto = 0;
    std::uint64_t dropped = 0;  // the newest number that is gone
    std::uint64_t dropped_upto = 0;
    std::uint64_t last_gap = 0;
  };
  struct Statements {
    Statement keep, upto, drop, gap, drop_gaps;
  };

  std::uint64_t step_rows() const;
  base::Result<void> drop_through(std::uint64_t seq);

  Limits limits_;
  Statements sql_;
  Ends ends_;
  Ends before_;
};

}  // namespace linli::storage
