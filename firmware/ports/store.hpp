#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "firmware/base/once.hpp"
#include "firmware/domain/audit_line.hpp"
#include "firmware/domain/envelope.hpp"
#include "firmware/domain/sample.hpp"
#include "firmware/domain/stream.hpp"

namespace linli::ports {

// Which table of keys and values a state row belongs to. The numbers are stored on disk.
enum class Space : std::uint8_t {
  kMeta = 0,         // one row each: boot counter, saved time floor, …
  kDevice = 1,       // device id → registration (profile, place, driver, state)
  kProperty = 2,     // device id → last values
  kCommand = 3,      // command id → command and outcome
  kSeen = 4,         // device id#slot → one of the device's own message ids seen lately
  kBoot = 5,         // boot id → offset to wall time
  kSecret = 6,       // whose it is → sealed by ports::KeyStore
  kPerson = 7,       // person id → who may sign in, and as what
  kSession = 8,      // session id → whose it is, and the digest of its token
  kToken = 9,        // token id → an API token's scope, and its digest
  kInvitation = 10,  // invitation id → a one-time code's digest and what it is good for
  kPlace = 11,       // place id → {parent, kind, name}
  kPresence = 12,    // device id → online or not, and since when
  kInterlock = 13,   // "state" → which fire rules stand triggered, and what they hold open
  // The doors.
  kDoor = 14,            // door id → its devices and rules
  kDoorState = 15,       // door id → phase, contact, alarms, blocked or not
  kCredential = 16,      // credential id → whose card, PIN, code or face it is
  kAccessRight = 17,     // right id → who may pass which doors, and at which hours
  kAccessSchedule = 18,  // "schedule/<id>" and "calendar/<year>"
  kAccessPass = 19,      // uses of passes and credentials, revocations, visitor codes
  kHousehold = 20,       // household id → its place and its people, names and phones sealed
  kConsent = 21,         // "<person>/<purpose>" → what they agreed to, and whether it stands
  kDelegation = 22,      // delegation id → who may act for whom, in what and for how long
  kRetention = 23,       // how long the gateway has run, marks of it, what was deleted and when
  // Terminals.
  kTerminalPerson = 30,  // terminal id/person → as what they were confirmed; "?": perhaps
};

struct StatePut {
  Space space = Space::kMeta;
  std::string key;
  std::string value;
};

struct StateErase {
  Space space = Space::kMeta;
  std::string key;
};

// A device's samples of one stretch, for charts. Written over what stands there, unless that has a
// better time; kept for domain::kept_ms and thrown away first when the disk is full.
struct SamplePut {
  std::string device;
  domain::SampleStep step = domain::SampleStep::kFine;
  std::int64_t bucket_ms = 0;
  domain::TimeQuality quality = domain::TimeQuality::kUnknown;
  std::string row;  // domain::sample_row
};

// A broker's message that this turn consumes: stored with it, so that a redelivery after a crash is
// recognised (libmosquitto hides the DUP flag).
struct InflightMark {
  std::uint16_t message_id = 0;
  std::uint64_t digest = 0;  // of topic and payload
  friend bool operator==(const InflightMark&, const InflightMark&) = default;
};

// All that one turn of the loop wants written: together or not at all.
struct Turn {
  std::vector<StatePut> puts;
  std::vector<StateErase> erasures;
  std::vector<domain::Envelope> envelopes;
  std::vector<InflightMark> marks;
  std::vector<domain::AuditLine> audits;  // numbered and chained in the transaction
  std::vector<SamplePut> samples;
  bool forget_marks = false;  // a new broker session began: older marks mean nothing

  bool empty() const {
    return puts.empty() && erasures.empty() && envelopes.empty() && marks.empty() &&
           audits.empty() && samples.empty() && !forget_marks;
  }
  bool urgent() const;
};

// Consecutive events of one stream as they are stored, or the gap where such events were dropped.
struct OutboxChunk {
  domain::Stream stream = domain::Stream::kTelemetry;
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::string records;  // domain::RecordReader walks them; empty if this is a gap
  std::optional<domain::Gap> gap;
  domain::EventTime gap_time;  // when the gap was made
};

using ChunkPtr = std::shared_ptr<const OutboxChunk>;

// Events that nobody may look back on any longer: those of some classes in a stretch of the
// journal.
struct Forget {
  std::vector<domain::Stream> classes;
  std::uint64_t after = 0;    // KeptEvent::seq; not included
  std::uint64_t through = 0;  // included
  // How many numbers of the journal one call walks over at most, so that nobody waits for it.
  std::uint64_t stretch = 512;
  std::string tally;  // key in Space::kRetention: the row counts what was deleted
};
struct Forgotten {
  std::uint64_t reached = 0;  // all up to here is done; `through`, or where to go on
  std::uint64_t rows = 0;     // deleted by this call
  std::uint64_t total = 0;    // what the tally says now
};

struct StreamStats {
  std::uint64_t first = 0;  // the oldest number still stored; last + 1 if nothing waits
  std::uint64_t last = 0;   // the newest number given out; 0: none yet
  std::uint64_t bytes = 0;
  std::uint64_t dropped = 0;  // since the database was made
};
// A number that the store gave out and that the platform has not accepted yet waits; those that
// were dropped no longer do.
std::uint64_t waiting(const StreamStats& stream);

enum class StoreHealth : std::uint8_t {
  kOk,
  kFull,      // telemetry is refused or dropped; urgent classes still fit the reserve
  kReadOnly,  // an I/O error: nothing is acknowledged until the store was reopened and verified
};
std::string_view name(StoreHealth health);  // "ok", "full", "read_only"

struct StoreStats {
  std::array<StreamStats, domain::kStreamCount> streams;
  StoreHealth health = StoreHealth::kOk;
  std::string trouble;            // why, when health is not kOk
  std::uint64_t commits = 0;      // transactions since start
  std::uint64_t turns = 0;        // turns in them
  std::uint64_t file_bytes = 0;   // database and WAL
  std::uint64_t audit_first = 0;  // the oldest line of the audit that is kept; 0: none
  std::uint64_t audit_last = 0;   // the newest one
  // The newest number that the journal ever gave out (KeptEvent::seq); it rises, also when the
  // event itself is gone. 0: none.
  std::uint64_t journal_last = 0;
};

// The durable side of everything. All members are called on the loop's thread and return at once;
// `done` runs on the loop's thread later, exactly once (kInternal if the store is closed first).
class Store {
 public:
  Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;
  virtual ~Store() = default;

  // Writes `turn` in one transaction, in the order of the calls. Turns that wait together share a
  // transaction (group commit); a turn with an urgent envelope makes it start at once, others wait
  // up to the commit window. After done(ok) the turn survives a power cut. kFull: not written, and
  // what may be dropped has been; kInternal: I/O error, nothing is certain. On failure none of the
  // turn is stored.
  virtual void commit(Turn turn, base::Done<void> done) = 0;

  // Starts the commit of what waits now, without waiting for the window.
  virtual void flush() = 0;

  // Called on the loop after each commit, with the new events of each stream in order, before the
  // `done`s of its turns. Set once, at start.
  virtual void on_appended(std::function<void(ChunkPtr)> observer) = 0;

  // Chunks of `stream` from number `from` on, oldest first, up to about `max_bytes` (at least one
  // if there is any). Chunks that begin before `from` but reach it are included whole.
  virtual void read_outbox(domain::Stream stream, std::uint64_t from, std::size_t max_bytes,
                           base::Done<std::vector<ChunkPtr>> done) = 0;

  // Lines of the audit from number `from` on, oldest first, at most `limit` (and 1,000). The newest
  // page begins at stats().audit_last - limit + 1.
  virtual void read_audit(std::uint64_t from, std::size_t limit,
                          base::Done<std::vector<domain::AuditRow>> done) = 0;

  // The platform has durably accepted all of `stream` up to and including `seq`: delete it. Written
  // with one of the next commits; a crash before only sends again.
  virtual void accept(domain::Stream stream, std::uint64_t seq) = 0;

  // Deletes from the journal, in a transaction of its own that also adds to the tally. What waits
  // for the platform stands in the outbox and is not touched. On failure nothing is deleted and
  // nothing is counted.
  virtual void forget(Forget what, base::Done<Forgotten> done) = 0;

  // A round trip through the storage thread and a real (small) transaction, for the watchdog.
  virtual void ping(base::Done<void> done) = 0;

  // As of the last commit.
  virtual StoreStats stats() const = 0;

  // The part of event ids that is new for each database ever made.
  virtual const std::string& epoch() const = 0;
};

}  // namespace linli::ports
