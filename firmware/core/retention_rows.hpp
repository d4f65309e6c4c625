#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "firmware/base/result.hpp"
#include "firmware/core/retention.hpp"

// The rows of ports::Space::kRetention.
namespace linli::core {

// "clock": how long the gateway has run since this database was made, as of the last note.
struct RunClock {
  std::string epoch;  // of the journal whose numbers the marks tell
  std::int64_t ran_s = 0;
};
inline constexpr std::string_view kRunClockKey = "clock";
std::string to_row(const RunClock& clock);
base::Result<RunClock> run_clock_from_row(std::string_view row);

// "mark/<ran_s, 12 digits>"
inline constexpr std::string_view kMarkPrefix = "mark/";
std::string mark_key(const RunMark& mark);
std::string to_row(const RunMark& mark);
base::Result<RunMark> run_mark_from_row(std::string_view key, std::string_view row);

// "done/<class>": what was deleted last, and up to where.
struct Deletion {
  std::uint64_t through = 0;  // of the journal: nothing of the class is left up to here
  std::uint64_t rows = 0;     // by the last run
  RunMark mark;               // what was written before it went
  std::int64_t at_ms = 0;     // when that was, as the clock had it
  domain::TimeQuality quality = domain::TimeQuality::kUnknown;
};
inline constexpr std::string_view kDonePrefix = "done/";
std::string done_key(DataClass data);
std::string to_row(const Deletion& deletion);
base::Result<Deletion> deletion_from_row(std::string_view row);

// "over/<class>/<key>": how long the gateway had run, in seconds, when that was over first.
inline constexpr std::string_view kOverPrefix = "over/";
std::string over_key(DataClass data, std::string_view key);

// "tally/<class>": ports::Forget::tally.
std::string tally_key(DataClass data);

}  // namespace linli::core
