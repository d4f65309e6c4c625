#pragma once

#include "drivers/terminal/terminal_codec.hpp"
#include "firmware/domain/event_time.hpp"
#include "firmware/domain/observation.hpp"
#include "firmware/domain/profile.hpp"

// What a terminal said becomes reports. Pure.
namespace linli::drivers::terminal {

// How old what somebody showed may be for a door to be opened by it.
inline constexpr std::int64_t kLiveMs = 10'000;

struct Moment {
  domain::EventTime now;
  base::TimePoint at;  // of the loop
};

// Every record is an event; one that is live, that the terminal itself would let in, and at a
// terminal where the gateway decides, is a presentation too. Live is what was not sent again and is
// at most kLiveMs old by both clocks: a record that lay in a queue opens nothing, and neither does
// any while the time here is not known.
domain::Report report_of(const domain::Profile& profile, domain::DeviceId device,
                         const Record& record, const Moment& moment);
domain::Report report_of(const domain::Profile& profile, domain::DeviceId device,
                         const Snapshot& snapshot);
domain::Report report_of(const domain::Profile& profile, domain::DeviceId device, const Scan& scan,
                         const Moment& moment);

// "rec/8812/1763856062000": by what a record is known again. The time is in it because a
// terminal that was reset counts from 1 again.
std::string record_key(std::string_view kind, std::string_view id,
                       std::optional<std::int64_t> time_ms);
// The id in such a key, and which kind of push it was (1 snapshot, 2 record); nothing for another
// text.
struct Pushed {
  std::string id;
  int type = 0;
};
std::optional<Pushed> pushed_in(std::string_view key);

}  // namespace linli::drivers::terminal
