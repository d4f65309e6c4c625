#include "firmware/console/server_counts.hpp"

namespace linli::console {
namespace {

constexpr std::array<std::string_view, kRefusedCount> kNames{
    "too_many",  "too_many_of_address", "made_room",   "handshake", "handshake_slow", "header_slow",
    "body_slow", "reader_slow",         "answer_late", "malformed", "header_bytes",   "body_bytes",
    "host",      "cross_origin",        "method",      "busy"};

}  // namespace

std::string_view name(Refused reason) {
  return kNames.at(static_cast<std::size_t>(reason));
}

ServerCounts ServerCounters::snapshot() const {
  ServerCounts counts{accepted, requests, files, 0, streams, {}};
  for (std::size_t i = 0; i < kRefusedCount; ++i) counts.refused.at(i) = refused_.at(i);
  return counts;
}

}  // namespace linli::console
