#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "firmware/base/once.hpp"
#include "firmware/base/time.hpp"
#include "firmware/domain/envelope.hpp"
#include "firmware/domain/sample.hpp"

namespace linli::ports {

// An event as the journal keeps it, also after the platform has it.
struct KeptEvent {
  std::uint64_t seq = 0;  // of the journal, rising; the cursor of a list
  std::string id;         // "<epoch>-<stream>-<seq>", as the platform knows it
  domain::Stream stream = domain::Stream::kTelemetry;
  std::string type;    // "linli.thing.event", …
  std::string device;  // empty: of no device
  std::string place;   // of the device at that time; empty: none
  std::int64_t unix_ms = 0;
  domain::TimeQuality quality = domain::TimeQuality::kUnknown;
  std::string data;  // one JSON object
  // Where the clock was not right then: with them ports::WallClock::corrected may know better.
  std::uint64_t boot = 0;
  std::int64_t monotonic_ms = 0;
};

struct EventQuery {
  std::string device{};                              // empty: all
  std::optional<std::vector<std::string>> places{};  // nullopt: all, also without a place
  std::vector<domain::Stream> classes{};             // empty: all
  std::string type{};                                // empty: all
  std::optional<std::int64_t> from_ms{};             // the event's time, included
  std::optional<std::int64_t> to_ms{};               // not included
  std::uint64_t before = 0;                          // KeptEvent::seq; 0: from the newest
  std::size_t limit = 50;                            // 1..History::kMaxItems
};

// Newest first. `next` continues as `before` of the next query; 0: that was all. A page may hold
// fewer than `limit`, even none, and still have a `next`: the time of the query was over.
struct EventPage {
  std::vector<KeptEvent> items;
  std::uint64_t next = 0;
};

struct KeptGap {
  std::uint64_t seq = 0;
  domain::Gap gap;
  std::string epoch;  // whose numbers they are
  std::int64_t unix_ms = 0;
  domain::TimeQuality quality = domain::TimeQuality::kUnknown;
};
struct GapPage {
  std::vector<KeptGap> items;
  std::uint64_t next = 0;
};

struct SampleQuery {
  std::string device{};
  std::string property{};
  domain::SampleStep step = domain::SampleStep::kFine;
  std::int64_t from_ms = 0;  // the beginning of a bucket, included
  std::int64_t to_ms = 0;    // not included
};

// What the gateway can look back on, read beside the writing store over a connection of its own.
// All members are called on the loop's thread and return at once; `done` runs on the loop's thread
// later, exactly once (never, if the history is destroyed first). kFull: kMaxWaiting queries wait
// already; kOffline: the database is being put right, or is not there; kTimeout: it took longer
// than kLimit; kInvalid: a limit out of range.
class History {
 public:
  static constexpr std::size_t kMaxWaiting = 64;
  static constexpr std::size_t kMaxItems = 200;
  static constexpr base::Duration kLimit = std::chrono::seconds(2);

  History() = default;
  History(const History&) = delete;
  History& operator=(const History&) = delete;
  virtual ~History() = default;

  virtual void events(EventQuery query, base::Done<EventPage> done) = 0;
  // Stretches of events that were dropped or lost, newest first.
  virtual void gaps(std::uint64_t before, std::size_t limit, base::Done<GapPage> done) = 0;
  // In the order of time. Buckets without readings are left out.
  virtual void samples(SampleQuery query, base::Done<std::vector<domain::SamplePoint>> done) = 0;
};

}  // namespace linli::ports
