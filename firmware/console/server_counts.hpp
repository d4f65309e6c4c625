#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace linli::console {

// Why the server ended a connection or refused a request itself.
enum class Refused {
  kTooMany,           // connections in all
  kTooManyOfAddress,  // connections of one address
  kMadeRoom,          // it was silent when another needed its place
  kHandshake,         // TLS failed
  kHandshakeSlow,
  kHeaderSlow,
  kBodySlow,
  kReaderSlow,   // did not take its answer or its stream
  kAnswerLate,   // ours, not theirs: 504
  kMalformed,    // no HTTP, or a path or query against the rules
  kHeaderBytes,  // 431
  kBodyBytes,    // 413
  kHost,         // 421
  kCrossOrigin,  // 403 csrf
  kMethod,       // TRACE, CONNECT and what nobody knows
  kBusy,         // too many uploads at once
};
inline constexpr std::size_t kRefusedCount = 16;
// The word for metrics and logs, e.g. "too_many".
std::string_view name(Refused reason);

// A snapshot.
struct ServerCounts {
  std::uint64_t accepted = 0;     // TCP connections since the start
  std::uint64_t requests = 0;     // with complete headers
  std::uint64_t files = 0;        // answered from the pages
  std::uint64_t connections = 0;  // now
  std::uint64_t streams = 0;      // WebSockets and event streams, now
  std::array<std::uint64_t, kRefusedCount> refused = {};

  std::uint64_t of(Refused reason) const { return refused.at(static_cast<std::size_t>(reason)); }
};

// Written by the server's thread, read by any.
class ServerCounters {
 public:
  std::atomic<std::uint64_t> accepted{0};
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> files{0};
  std::atomic<std::uint64_t> streams{0};

  void count(Refused reason) { ++refused_.at(static_cast<std::size_t>(reason)); }
  ServerCounts snapshot() const;

 private:
  std::array<std::atomic<std::uint64_t>, kRefusedCount> refused_ = {};
};

}  // namespace linli::console
