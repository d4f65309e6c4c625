#include "tests/fakes/memory_history.hpp"

#include <algorithm>
#include <utility>

namespace linli::fakes {
namespace {

template <class T>
void answer(base::Loop& loop, base::Result<T> result, base::Done<T> done) {
  loop.post([result = std::move(result), done = std::move(done)]() mutable {
    std::move(done)(std::move(result));
  });
}

bool is_in(const std::vector<std::string>& places, const std::string& place) {
  return std::find(places.begin(), places.end(), place) != places.end();
}

bool is_wanted(const ports::EventQuery& query, const ports::KeptEvent& event) {
  if (query.before != 0 && event.seq >= query.before) return false;
  if (!query.device.empty() && event.device != query.device) return false;
  if (query.places && !is_in(*query.places, event.place)) return false;
  if (!query.type.empty() && event.type != query.type) return false;
  const bool has_class =
      query.classes.empty() ||
      std::find(query.classes.begin(), query.classes.end(), event.stream) != query.classes.end();
  return has_class && event.unix_ms >= query.from_ms.value_or(INT64_MIN) &&
         event.unix_ms < query.to_ms.value_or(INT64_MAX);
}

base::Failure bad_limit() {
  return base::fail(base::Code::kInvalid, "limit: expected 1 to {}", ports::History::kMaxItems);
}

// The newest rows first, up to a limit.
template <class Page, class Rows, class Wanted>
Page page_of(const Rows& rows, std::size_t limit, Wanted wanted) {
  Page page;
  for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
    if (!wanted(*row)) continue;
    page.items.push_back(*row);
    if (page.items.size() < limit) continue;
    if (row->seq > 1) page.next = row->seq;
    break;
  }
  return page;
}

}  // namespace

void MemoryHistory::events(ports::EventQuery query, base::Done<ports::EventPage> done) {
  base::Result<ports::EventPage> result = bad_limit();
  if (query.limit >= 1 && query.limit <= kMaxItems) {
    result = page_of<ports::EventPage>(
        store_.kept(), query.limit,
        [&query](const ports::KeptEvent& event) { return is_wanted(query, event); });
  }
  answer(loop_, std::move(result), std::move(done));
}

void MemoryHistory::gaps(std::uint64_t before, std::size_t limit, base::Done<ports::GapPage> done) {
  base::Result<ports::GapPage> result = bad_limit();
  if (limit >= 1 && limit <= kMaxItems) {
    result = page_of<ports::GapPage>(store_.gaps(), limit, [before](const ports::KeptGap& gap) {
      return before == 0 || gap.seq < before;
    });
  }
  answer(loop_, std::move(result), std::move(done));
}

void MemoryHistory::samples(ports::SampleQuery query,
                            base::Done<std::vector<domain::SamplePoint>> done) {
  std::vector<domain::SamplePoint> points;
  for (const auto& [key, put] : store_.samples()) {
    const bool is_wanted = put.device == query.device && put.step == query.step &&
                           put.bucket_ms >= query.from_ms && put.bucket_ms < query.to_ms;
    const auto samples = is_wanted ? domain::samples_from_row(put.row) : domain::NamedSamples{};
    if (!samples) continue;
    for (const auto& [property, sample] : *samples) {
      if (property == query.property) points.push_back({put.bucket_ms, put.quality, sample});
    }
  }
  answer(loop_, base::Result<std::vector<domain::SamplePoint>>(std::move(points)), std::move(done));
}

}  // namespace linli::fakes
