#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace linli::domain {

// The classes of what goes up, the most important first. Each is one ordered stream with its own
// quota and sequence: alarms overtake telemetry, and order holds within a stream. The numbers are
// stored on disk.
enum class Stream : std::uint8_t {
  kAlarm = 0,      // 告警
  kAccess = 1,     // 通行
  kMoney = 2,      // 缴费
  kTicket = 3,     // 工单
  kCommand = 4,    // 指令
  kTelemetry = 5,  // 遥测
};

inline constexpr std::size_t kStreamCount = 6;
inline constexpr std::array kStreams{Stream::kAlarm,  Stream::kAccess,  Stream::kMoney,
                                     Stream::kTicket, Stream::kCommand, Stream::kTelemetry};

constexpr std::size_t index_of(Stream stream) {
  return static_cast<std::size_t>(stream);
}

// "alarm", "access", … as in event ids, configuration and metrics.
std::string_view name(Stream stream);
std::optional<Stream> stream_of(std::string_view name);

// Urgent classes are committed at once; the others may wait for the commit window.
constexpr bool is_urgent(Stream stream) {
  return stream != Stream::kTelemetry && stream != Stream::kTicket;
}

}  // namespace linli::domain
