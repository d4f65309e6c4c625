#include "firmware/core/retention_rows.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/json.hpp"
#include "firmware/base/json_reader.hpp"
#include "firmware/base/number.hpp"

namespace linli::core {
namespace {

using base::Code;
using base::Json;
using base::JsonReader;
using domain::TimeQuality;

constexpr std::int64_t kMaxInteger = std::int64_t{1} << 53;
constexpr std::size_t kMaxEpoch = 64;

Json quality_json(TimeQuality quality) {
  return static_cast<int>(quality);
}

TimeQuality quality_in(JsonReader& in) {
  return static_cast<TimeQuality>(in.integer("quality", {0, 2}));
}

Json json_of(const RunMark& mark) {
  return {{"ran_s", mark.ran_s},
          {"seq", mark.seq},
          {"ms", mark.unix_ms},
          {"quality", quality_json(mark.quality)}};
}

RunMark mark_in(JsonReader& in) {
  RunMark mark;
  mark.ran_s = in.integer("ran_s", {0, kMaxInteger});
  mark.seq = static_cast<std::uint64_t>(in.integer("seq", {0, kMaxInteger}));
  mark.unix_ms = in.integer("ms", {-kMaxInteger, kMaxInteger});
  mark.quality = quality_in(in);
  return mark;
}

}  // namespace

std::string to_row(const RunClock& clock) {
  return base::dump_json({{"epoch", clock.epoch}, {"ran_s", clock.ran_s}});
}

base::Result<RunClock> run_clock_from_row(std::string_view row) {
  auto json = base::parse_json(row);
  if (!json) return base::failure_of(std::move(json));
  JsonReader in(*json);
  RunClock clock{in.text("epoch", kMaxEpoch), in.integer("ran_s", {0, kMaxInteger})};
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  return clock;
}

std::string mark_key(const RunMark& mark) {
  return fmt::format("{}{:012}", kMarkPrefix, mark.ran_s);
}

std::string to_row(const RunMark& mark) {
  return base::dump_json(json_of(mark));
}

base::Result<RunMark> run_mark_from_row(std::string_view key, std::string_view row) {
  auto json = base::parse_json(row);
  if (!json) return base::failure_of(std::move(json));
  JsonReader in(*json);
  const RunMark mark = mark_in(in);
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  if (mark_key(mark) != key) return base::fail(Code::kCorrupt, "'{}' is no key of ours", key);
  return mark;
}

std::string done_key(DataClass data) {
  return std::string(kDonePrefix) + std::string(name(data));
}

std::string to_row(const Deletion& deletion) {
  Json json = json_of(deletion.mark);
  json["through"] = deletion.through;
  json["rows"] = deletion.rows;
  json["at_ms"] = deletion.at_ms;
  json["at_quality"] = quality_json(deletion.quality);
  return base::dump_json(json);
}

base::Result<Deletion> deletion_from_row(std::string_view row) {
  auto json = base::parse_json(row);
  if (!json) return base::failure_of(std::move(json));
  JsonReader in(*json);
  Deletion deletion;
  deletion.mark = mark_in(in);
  deletion.through = static_cast<std::uint64_t>(in.integer("through", {0, kMaxInteger}));
  deletion.rows = static_cast<std::uint64_t>(in.integer("rows", {0, kMaxInteger}));
  deletion.at_ms = in.integer("at_ms", {-kMaxInteger, kMaxInteger});
  deletion.quality = static_cast<TimeQuality>(in.integer("at_quality", {0, 2}));
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  return deletion;
}

std::string over_key(DataClass data, std::string_view key) {
  return fmt::format("{}{}/{}", kOverPrefix, name(data), key);
}

std::string tally_key(DataClass data) {
  return "tally/" + std::string(name(data));
}

}  // namespace linli::core
