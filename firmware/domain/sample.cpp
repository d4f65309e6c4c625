#include "firmware/domain/sample.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "firmware/base/json.hpp"

namespace linli::domain {
namespace {

// A device has at most a few dozen properties; this is what a row of them may come to.
constexpr base::JsonLimits kRowLimits{.max_bytes = 256 * 1024, .max_values = 16 * 1024};

base::Result<Sample> sample_of(const base::Json& stored) {
  constexpr std::size_t kNumbers = 4;
  const bool whole = stored.is_array() && stored.size() == kNumbers &&
                     std::all_of(stored.begin(), stored.end(),
                                 [](const base::Json& each) { return each.is_number(); }) &&
                     stored[3].is_number_unsigned();
  if (!whole) return base::fail(base::Code::kCorrupt, "a sample is four numbers");
  return Sample{stored[0].get<double>(), stored[1].get<double>(), stored[2].get<double>(),
                stored[3].get<std::uint64_t>()};
}

}  // namespace

void Sample::add(double value) {
  add(Sample{value, value, value, 1});
}

void Sample::add(const Sample& other) {
  if (other.count == 0) return;
  min = count == 0 ? other.min : std::min(min, other.min);
  max = count == 0 ? other.max : std::max(max, other.max);
  sum += other.sum;
  count += other.count;
}

std::string sample_row(const NamedSamples& samples) {
  std::string row = "{";
  for (const auto& [name, sample] : samples) {
    if (sample.count == 0) continue;
    if (row.size() > 1) row.push_back(',');
    base::append_json_string(row, name);
    row += ":[";
    for (const double number : {sample.min, sample.max, sample.sum}) {
      base::append_json_number(row, number);
      row.push_back(',');
    }
    row += std::to_string(sample.count) + "]";
  }
  row.push_back('}');
  return row;
}

base::Result<NamedSamples> samples_from_row(std::string_view row) {
  auto json = base::parse_json(row, kRowLimits);
  if (!json) return base::fail(base::Code::kCorrupt, "samples: {}", json.error().what);
  if (!json->is_object()) return base::fail(base::Code::kCorrupt, "samples: expected an object");
  NamedSamples samples;
  for (const auto& [name, stored] : json->items()) {
    auto sample = sample_of(stored);
    if (!sample) return base::failure_of(std::move(sample), name);
    samples.emplace_back(name, *sample);
  }
  return samples;
}

}  // namespace linli::domain
