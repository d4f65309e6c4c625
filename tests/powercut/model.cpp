#include "tests/powercut/model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>

namespace linli::powercut {
namespace {

using domain::Stream;

constexpr std::size_t kSpaces = 7;

std::uint64_t count_of(const Row& row) {
  return row.gap > 0 ? row.gap : row.last - row.first + 1;
}

void apply_marks(World& world, const Batch& batch) {
  for (const ports::Turn& turn : batch.turns) {
    if (turn.forget_marks) world.marks.clear();
    world.marks.insert(world.marks.end(), turn.marks.begin(), turn.marks.end());
  }
}

void apply_state(World& world, const Batch& batch) {
  for (const ports::Turn& turn : batch.turns) {
    for (const auto& put : turn.puts) world.state[{put.space, put.key}] = put.value;
    for (const auto& erase : turn.erasures) world.state.erase({erase.space, erase.key});
  }
}

void append(World& world, const Batch& batch, Stream stream) {
  std::uint64_t& last = world.last.at(domain::index_of(stream));
  Row row{last + 1, last, {}, 0};
  for (const ports::Turn& turn : batch.turns) {
    for (const domain::Envelope& envelope : turn.envelopes) {
      if (envelope.stream != stream) continue;
      domain::append_record(row.records, envelope);
      row.last = ++last;
    }
  }
  if (!row.records.empty()) world.outbox.at(domain::index_of(stream)).push_back(std::move(row));
}

}  // namespace

void Model::apply(World& world, const Batch& batch) {
  apply_state(world, batch);
  apply_marks(world, batch);
  for (const Stream stream : domain::kStreams) append(world, batch, stream);
  for (const auto& [stream, upto] : batch.accepted) {
    const std::uint64_t limit = upto;
    std::erase_if(world.outbox.at(domain::index_of(stream)),
                  [limit](const Row& row) { return row.last <= limit; });
  }
}

bool Model::explain_drop(const Rows& rows, const Rows& seen, std::uint64_t& dropped) {
  if (rows == seen) return true;
  if (seen.empty() || seen.front().gap == 0 || seen.size() > rows.size()) return false;
  const auto kept = static_cast<std::ptrdiff_t>(seen.size() - 1);
  const auto first_kept = rows.end() - kept;
  if (!std::equal(first_kept, rows.end(), seen.begin() + 1)) return false;
  std::uint64_t count = 0;
  for (auto row = rows.begin(); row != first_kept; ++row) {
    count += count_of(*row);
    if (row->gap == 0) dropped += count_of(*row);
  }
  const Row& last_gone = *std::prev(first_kept);
  return seen.front() == Row{rows.front().first, last_gone.last, {}, count};
}

std::string Model::text(std::size_t about) {
  std::string value = fmt::format(R"({{"n":{},"pad":")", ++number_);
  value.append(about / 2 + below(random_, about), static_cast<char>('a' + number_ % 26));
  return value + "\"}";
}

std::pair<ports::Space, std::string> Model::place() {
  const std::size_t row = below(random_, traffic_.rows);
  return {static_cast<ports::Space>(row % kSpaces), fmt::format("key{}", row / kSpaces)};
}

void Model::add_state(ports::Turn& turn, const World& world) {
  for (std::size_t n = below(random_, 4); n > 0; --n) {
    const bool is_long = chance(random_, 0.1);  // longer than a page
    const auto [space, key] = place();
    turn.puts.push_back({space, key, text(is_long ? 2000 : traffic_.put_bytes)});
  }
  if (world.state.empty() || !chance(random_, 0.3)) return;
  const auto row = std::next(world.state.begin(),
                             static_cast<std::ptrdiff_t>(below(random_, world.state.size())));
  const auto is_it = [&row](const ports::StatePut& put) {
    return put.space == row->first.first && put.key == row->first.second;
  };
  // Within a turn nobody says whether a put or an erasure of the same key comes first.
  if (std::none_of(turn.puts.begin(), turn.puts.end(), is_it))
    turn.erasures.push_back({row->first.first, row->first.second});
}

// A turn that is not the last of its batch must be willing to wait for it.
void Model::add_envelopes(ports::Turn& turn, bool is_last) {
  const std::size_t count = is_last ? below(random_, 5) : 1 + below(random_, 3);
  for (std::size_t i = 0; i < count; ++i) {
    const std::array patient{Stream::kTelemetry, Stream::kTicket};
    const Stream stream = is_last ? domain::kStreams.at(below(random_, domain::kStreamCount))
                                  : patient.at(below(random_, 2));
    turn.envelopes.push_back({stream, "t", "device/d", {}, text(120)});
  }
}

ports::Turn Model::invent_turn(const World& world, bool is_last) {
  ports::Turn turn;
  add_state(turn, world);
  add_envelopes(turn, is_last);
  for (std::size_t n = below(random_, 3); n > 0; --n)
    turn.marks.push_back({static_cast<std::uint16_t>(below(random_, 65536)), random_()});
  turn.forget_marks = chance(random_, 0.05);
  if (turn.empty()) turn.puts.push_back({ports::Space::kMeta, "key0", text(traffic_.put_bytes)});
  return turn;
}

Batch Model::invent(const World& world) {
  Batch batch;
  const std::size_t turns = 1 + below(random_, 3);
  for (std::size_t i = 0; i < turns; ++i) batch.turns.push_back(invent_turn(world, i + 1 == turns));
  for (const Stream stream : domain::kStreams) {
    const Rows& rows = world.outbox.at(domain::index_of(stream));
    if (rows.empty() || !chance(random_, traffic_.accepting)) continue;
    const std::uint64_t first = rows.front().first;
    batch.accepted.emplace_back(stream, first + below(random_, rows.back().last - first + 1));
  }
  return batch;
}

}  // namespace linli::powercut
