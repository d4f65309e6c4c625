#pragma once

#include <vector>

#include "firmware/base/time.hpp"
#include "firmware/ports/history.hpp"
#include "firmware/storage/sqlite.hpp"

// The reads of the history over one connection. Blocking.
namespace linli::storage {

// Looks through the journal from the newest to the oldest in stretches of numbers, without an index
// that each event would have to pay for; at `enough` it answers with what it has and where it was.
base::Result<ports::EventPage> read_events(Connection& connection, const ports::EventQuery& query,
                                           base::TimePoint enough);

base::Result<ports::GapPage> read_gaps(Connection& connection, std::uint64_t before,
                                       std::size_t limit);

// kInvalid for more than kMaxPoints.
inline constexpr std::int64_t kMaxPoints = 600;
base::Result<std::vector<domain::SamplePoint>> read_samples(Connection& connection,
                                                            const ports::SampleQuery& query);

}  // namespace linli::storage
