#include "firmware/core/retention.hpp"

#include <algorithm>
#include <iterator>

namespace linli::core {

using domain::Stream;

std::string_view name(DataClass data) {
  constexpr std::array<std::string_view, kDataClassCount> kNames{"access", "alarm",      "command",
                                                                 "other",  "credential", "consent"};
  return kNames.at(index_of(data));
}

std::vector<Stream> streams_of(DataClass data) {
  switch (data) {
    case DataClass::kAccess:
      return {Stream::kAccess};
    case DataClass::kAlarm:
      return {Stream::kAlarm};
    case DataClass::kCommand:
      return {Stream::kCommand};
    case DataClass::kOther:
      return {Stream::kMoney, Stream::kTicket, Stream::kTelemetry};
    case DataClass::kCredential:
    case DataClass::kConsent:
      return {};
  }
  return {};
}

bool RunMarks::is_due(std::int64_t ran_s) const {
  return marks_.empty() || ran_s - marks_.back().ran_s >= kDayS;
}

void RunMarks::add(const RunMark& mark) {
  const bool is_newer =
      marks_.empty() || (mark.ran_s > marks_.back().ran_s && mark.seq >= marks_.back().seq);
  if (is_newer) marks_.push_back(mark);
}

const RunMark* RunMarks::behind(std::int64_t ran_s, std::int64_t days) const {
  const RunMark* newest = nullptr;
  for (const RunMark& mark : marks_) {
    if (mark.ran_s > ran_s - days * kDayS) break;
    newest = &mark;
  }
  return newest;
}

std::vector<RunMark> RunMarks::forget_before(std::int64_t ran_s, std::int64_t days) {
  const RunMark* const newest = behind(ran_s, days);
  if (newest == nullptr) return {};
  const auto keep = marks_.begin() + (newest - marks_.data());
  std::vector<RunMark> spent(marks_.begin(), keep);
  marks_.erase(marks_.begin(), keep);
  return spent;
}

}  // namespace linli::core
