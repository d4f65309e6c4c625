#pragma once

#include <cstdint>
#include <string>

#include "firmware/domain/event_time.hpp"
#include "firmware/domain/stream.hpp"

// How rows of the outbox say what they hold.
namespace linli::storage {

// What a row costs beside its records, about.
inline constexpr std::uint64_t kRowOverhead = 64;

inline constexpr std::uint64_t kMaxSeq = (1ULL << 56) - 1;

// The row key of a stream's number.
constexpr std::int64_t position_of(domain::Stream stream, std::uint64_t seq) {
  return (static_cast<std::int64_t>(domain::index_of(stream)) << 56) |
         static_cast<std::int64_t>(seq);
}
constexpr std::uint64_t seq_of(std::int64_t position) {
  return static_cast<std::uint64_t>(position) & kMaxSeq;
}

// When a gap was made. What cannot be read is a time of unknown quality.
std::string time_blob(const domain::EventTime& time);
domain::EventTime time_from_blob(const std::string& blob);

}  // namespace linli::storage
