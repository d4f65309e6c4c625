#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "firmware/ports/store.hpp"
#include "firmware/storage/journal.hpp"
#include "firmware/storage/row_format.hpp"
#include "firmware/storage/sample_table.hpp"
#include "firmware/storage/sqlite.hpp"

namespace linli::storage {

struct DatabaseOptions {
  std::string path;
  std::uint64_t max_bytes = 1024ULL * 1024 * 1024;  // of the database file
  // Bytes of events that may wait in each stream.
  std::array<std::uint64_t, domain::kStreamCount> quota_bytes{};
  Journal::Limits journal{};
  std::uint64_t ballast_bytes = 8ULL * 1024 * 1024;  // 0: none
  domain::Digest digest;             // SHA-256, for the audit; without it none can be written
  std::string vfs;                   // tests only: a recording or failing file system
  std::string synchronous = "FULL";  // tests only: the negative control
};

// A group of turns, written as one transaction.
struct Group {
  std::vector<const ports::Turn*> turns;
  std::array<std::uint64_t, domain::kStreamCount> accepted{};  // delete up to here; 0: nothing
};

// One open database: the writing connection and what is known of its contents. Storage thread only.
class Database {
 public:
  // Opens or creates, checks settings, migrates. The epoch is made with the file.
  static base::Result<Database> open(const DatabaseOptions& options);

  Database() = default;
  Database(Database&&) = default;
  Database& operator=(Database&&) = default;

  // All or nothing. The chunks that were appended, in order; events beyond a quota are dropped,
  // oldest first, and leave a gap in their place.
  base::Result<std::vector<ports::ChunkPtr>> write(const Group& group,
                                                   const domain::EventTime& now);

  // The same; if there is no room, makes some and tries again.
  base::Result<std::vector<ports::ChunkPtr>> write_making_room(const Group& group,
                                                               const domain::EventTime& now);

  // Lines of the audit from `from` on.
  base::Result<std::vector<domain::AuditRow>> read_audit(std::uint64_t from, std::size_t limit);
  // Puts lines of another database here as they are, behind what there is.
  base::Result<void> carry_audit(const std::vector<domain::AuditRow>& rows);

  base::Result<std::vector<ports::ChunkPtr>> read_outbox(domain::Stream stream, std::uint64_t from,
                                                         std::size_t max_bytes);

  // As ports::Store::forget.
  base::Result<ports::Forgotten> forget(const ports::Forget& what);

  // Events of a database that is no more, into the journal; kFull if there is no more disk for
  // them.
  base::Result<void> carry_journal(const std::vector<ports::KeptEvent>& events);
  // A stretch that is missing, for the journal alone.
  base::Result<void> note_gaps(const std::vector<ports::KeptGap>& gaps);

  // Makes room after kFull: takes more of the disk, or drops what only people look back on, or the
  // oldest rows of the least important stream that holds any, with its gap. False if nothing can be
  // dropped.
  base::Result<bool> make_room(const domain::EventTime& now);

  base::Result<void> check();  // quick_check
  // Copies the WAL into the file and commits once more, to see that the disk does what it is told.
  base::Result<void> prove(const domain::EventTime& now);
  // How much of the WAL holds commits that did not fail; nullopt if that is not known.
  std::optional<std::uint64_t> good_wal_bytes() const;
  base::Result<void> checkpoint();
  void restore_ballast();
  bool ballast_is_gone() const { return ballast_is_gone_; }

  const std::string& epoch() const { return epoch_; }
  const std::array<ports::StreamStats, domain::kStreamCount>& streams() const { return streams_; }
  std::uint64_t audit_first() const { return audit_.first; }
  std::uint64_t audit_last() const { return audit_.last; }
  std::uint64_t journal_last() const { return journal_.last(); }
  std::uint64_t file_bytes() const;

 private:
  // Where the audit stands: its oldest and newest number, and the newest hash.
  struct AuditEnd {
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    std::string hash = domain::audit_origin();
  };
  struct Statements {
    Statement put, erase, append, stream, accept, range, read, drop_candidates, drop, gap, mark,
        prune_marks, forget_marks, audit, read_audit, prune_audit;
  };
  using Streams = std::array<ports::StreamStats, domain::kStreamCount>;

  base::Result<void> configure();
  base::Result<std::vector<ports::ChunkPtr>> try_to_write(const Group& group,
                                                          const domain::EventTime& now);
  void note_room(bool has_room);
  // `write` in a transaction of its own.
  base::Result<void> in_transaction(const std::function<base::Result<void>()>& write);
  base::Result<void> in_growing_file(const std::function<base::Result<void>()>& write);
  base::Result<void> open_history();
  base::Result<void> write_samples(const Group& group);
  base::Result<bool> drop_history();
  base::Result<std::uint64_t> count_up(const std::string& tally, std::uint64_t rows);
  void settle_size();
  bool take_more_disk();
  base::Result<bool> drop_least_important(const domain::EventTime& now);
  base::Result<std::uint64_t> drop_of(domain::Stream stream, const domain::EventTime& now);
  base::Result<void> load_identity();
  base::Result<void> load_streams();
  base::Result<void> prepare();
  base::Result<void> write_all(const Group& group, const domain::EventTime& now, Streams& streams,
                               std::vector<ports::ChunkPtr>& appended);
  base::Result<void> write_state(const Group& group);
  base::Result<void> load_audit();
  base::Result<void> write_audit(const Group& group, AuditEnd& end);
  base::Result<void> put_audit(const domain::AuditRow& row, AuditEnd& end);
  base::Result<void> write_marks(const Group& group);
  base::Result<void> append(const Group& group, Streams& streams,
                            std::vector<ports::ChunkPtr>& appended);
  base::Result<void> append_chunk(ports::OutboxChunk chunk, Streams& streams,
                                  std::vector<ports::ChunkPtr>& appended);
  base::Result<void> accept(const Group& group, Streams& streams);
  base::Result<void> keep_quota(const domain::EventTime& now, Streams& streams);
  base::Result<std::uint64_t> drop_oldest(domain::Stream stream, std::uint64_t at_least_bytes,
                                          const char* reason, const domain::EventTime& now,
                                          Streams& streams);
  base::Result<void> write_streams(const Streams& before, const Streams& after);
  ports::OutboxChunk chunk_from_row(domain::Stream stream, const Statement& row) const;

  DatabaseOptions options_;
  Connection connection_;
  Statements sql_;
  std::string epoch_;
  Streams streams_;
  AuditEnd audit_;
  Journal journal_;
  SampleTable samples_;
  std::int64_t next_mark_ = 1;
  std::uint64_t allocated_bytes_ = 0;  // of the file; its pages never go beyond
  bool has_room_ = true;
  bool ballast_is_gone_ = false;
};

}  // namespace linli::storage
