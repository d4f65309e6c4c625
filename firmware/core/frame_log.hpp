#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/base/json.hpp"
#include "firmware/base/loop.hpp"
#include "firmware/domain/event_time.hpp"
#include "firmware/ports/frame_tap.hpp"
#include "firmware/ports/wall_clock.hpp"

namespace linli::core {

// A frame with its number and time. Numbers begin at 1 with each start and are never used twice.
struct LoggedFrame {
  std::uint64_t seq = 0;
  std::string driver = {};
  domain::EventTime time = {};
  base::TimePoint at = {};
  std::size_t bytes = 0;  // of the payload before it was cut
  ports::Frame frame = {};
};

struct FrameFilter {
  std::string driver = {};  // empty: all
  std::string device = {};
  bool matches(const LoggedFrame& logged) const;
};

// The last frames of each driver: at most kMaxBytes and kMaxAge, so that what went wrong a moment
// ago can be looked at without having been waited for. Always on. Loop thread only.
class FrameLog final : public ports::FrameTap {
 public:
  static constexpr std::size_t kMaxBytes = 1024 * 1024;  // of each driver
  static constexpr base::Duration kMaxAge = std::chrono::minutes(5);
  static constexpr std::size_t kMaxPayload = 4096;  // longer ones are cut

  FrameLog(base::Loop& loop, const ports::WallClock& clock) : loop_(loop), clock_(clock) {}

  void frame(std::string_view driver, ports::Frame frame) override;

  // Up to `limit` frames with a number above `after`, oldest first. The pointers are good until the
  // next turn of the loop.
  std::vector<const LoggedFrame*> list(const FrameFilter& filter, std::uint64_t after,
                                       std::size_t limit);
  std::uint64_t last() const { return last_; }

  // Called with each new frame until it returns false; of more than 16 the oldest is forgotten.
  void follow(std::function<bool(const LoggedFrame&)> follower);

 private:
  struct Ring {
    std::deque<LoggedFrame> frames;
    std::size_t bytes = 0;
  };
  void trim(Ring& ring);

  base::Loop& loop_;
  const ports::WallClock& clock_;
  std::map<std::string, Ring, std::less<>> rings_;  // by driver
  std::uint64_t last_ = 0;
  std::vector<std::function<bool(const LoggedFrame&)>> followers_;
};

// {"seq","time","driver","direction":"in|out","device","peer","bytes","summary","decoded":{…}}, as
// in the API.
base::Json frame_json(const LoggedFrame& logged);
// "property temperature=21.5" in one line for people.
std::string frame_summary(const LoggedFrame& logged);

// A table for spreadsheets (RFC 4180), with a heading; a cell that a spreadsheet would take for a
// formula begins with an apostrophe.
std::string frames_csv(const std::vector<const LoggedFrame*>& frames);

// A capture file for Wireshark (pcap, LINKTYPE_RAW). Addresses are made up: 10.0.0.1 is the
// gateway, each device has one of 10.64.0.0/10. CoAP stands in UDP as it was; MQTT is a PUBLISH
// made anew in a TCP stream that begins with it. What was cut in the log is left out.
std::string frames_pcap(const std::vector<const LoggedFrame*>& frames);

}  // namespace linli::core
