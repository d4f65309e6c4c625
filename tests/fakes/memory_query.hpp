#pragma once

#include <algorithm>
#include <tuple>

#include "firmware/ports/query.hpp"
#include "tests/fakes/memory_store.hpp"

namespace linli::fakes {

// ports::Query on what a MemoryStore holds, as a start reads it.
class MemoryQuery final : public ports::Query {
 public:
  explicit MemoryQuery(const MemoryStore& store) : store_(store) {}

  base::Result<std::optional<std::string>> get(ports::Space space,
                                               const std::string& key) override {
    const auto rows = store_.rows(space);
    const auto found = rows.find(key);
    return found == rows.end() ? std::nullopt : std::optional(found->second);
  }

  base::Result<std::vector<Row>> scan(ports::Space space, const std::string& after,
                                      std::size_t limit) override {
    std::vector<Row> found;
    for (const auto& row : store_.rows(space)) {
      if (row.first > after && found.size() < limit) found.emplace_back(row);
    }
    return found;
  }

  base::Result<std::vector<ports::SamplePut>> unfolded_samples(const ports::SamplePut& after,
                                                               std::size_t limit) override {
    std::int64_t folded = 0;
    for (const auto& [key, sample] : store_.samples()) {
      if (sample.step == domain::SampleStep::kCoarse) folded = std::max(folded, sample.bucket_ms);
    }
    std::vector<ports::SamplePut> found;
    for (const auto& [key, sample] : store_.samples()) {
      if (sample.step != domain::SampleStep::kFine || sample.bucket_ms < folded) continue;
      const bool is_behind =
          std::tie(sample.bucket_ms, sample.device) > std::tie(after.bucket_ms, after.device);
      if (is_behind && found.size() < limit) found.push_back(sample);
    }
    return found;
  }

  base::Result<std::vector<ports::InflightMark>> marks() override { return store_.marks(); }

 private:
  const MemoryStore& store_;
};

}  // namespace linli::fakes
