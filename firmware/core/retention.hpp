#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "firmware/domain/event_time.hpp"
#include "firmware/domain/stream.hpp"

// How long what is about people is kept, and what may go: decisions without clock and store. Days
// are days that the gateway has run, counted by its steady clock; no wall time decides anything
// here, so that a clock that is wrong deletes nothing early and keeps nothing for ever. A gateway
// that is off keeps longer.
namespace linli::core {

// Numbers are positions in RetentionDays; names are stored and shown.
enum class DataClass : std::uint8_t {
  kAccess = 0,   // 通行记录
  kAlarm = 1,    // 告警
  kCommand = 2,  // 指令
  kOther = 3,    // what else the journal holds: presence, payments, repairs, …
  // Rows of a room of floor 5, from when they serve nothing any more (RetentionShelf).
  kCredential = 4,  // 已注销的凭证
  kConsent = 5,     // 已撤回的同意: the proof that it was given and taken back
};
inline constexpr std::size_t kDataClassCount = 6;
inline constexpr std::array kDataClasses{DataClass::kAccess,     DataClass::kAlarm,
                                         DataClass::kCommand,    DataClass::kOther,
                                         DataClass::kCredential, DataClass::kConsent};
inline constexpr std::array kShelfClasses{DataClass::kCredential, DataClass::kConsent};

constexpr std::size_t index_of(DataClass data) {
  return static_cast<std::size_t>(data);
}
std::string_view name(DataClass data);
// What the journal calls it; none: it stands in no journal.
std::vector<domain::Stream> streams_of(DataClass data);

using RetentionDays = std::array<std::int64_t, kDataClassCount>;
inline constexpr RetentionDays kDefaultDays{90, 365, 180, 180, 30, 1'095};

inline constexpr std::int64_t kDayS = 86'400;

// A moment in the gateway's own time, and how far the journal had come by then.
struct RunMark {
  std::int64_t ran_s = 0;  // how long it had run
  std::uint64_t seq = 0;   // the newest number of the journal
  // For people only: what the clock said, and whether it was to be trusted.
  std::int64_t unix_ms = 0;
  domain::TimeQuality quality = domain::TimeQuality::kUnknown;

  friend bool operator==(const RunMark&, const RunMark&) = default;
};

// One mark for each day that the gateway ran, oldest first.
class RunMarks {
 public:
  // A day has passed since the newest, or there is none.
  bool is_due(std::int64_t ran_s) const;
  // Marks come in the order of time; one that does not is passed over.
  void add(const RunMark& mark);
  // The newest mark that is at least `days` of running old: all up to it may go. nullptr: none is.
  const RunMark* behind(std::int64_t ran_s, std::int64_t days) const;
  // Forgets the marks before the newest that is `days` old, and says which: a longer way back is
  // asked for by no class.
  std::vector<RunMark> forget_before(std::int64_t ran_s, std::int64_t days);
  const std::vector<RunMark>& all() const { return marks_; }

 private:
  std::vector<RunMark> marks_;
};

}  // namespace linli::core
