#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "firmware/base/result.hpp"
#include "firmware/platform/cloud_event.hpp"
#include "firmware/platform/down_messages.hpp"
#include "firmware/ports/platform_link.hpp"
#include "firmware/ports/wall_clock.hpp"

namespace linli::platform {

// What arrived and was not believed.
struct LinkCounts {
  std::uint64_t foreign_accepted = 0;  // of another epoch, e.g. from before the store was restored
  std::uint64_t invalid_accepted = 0;
  std::uint64_t invalid_commands = 0;
  std::uint64_t corrupt_events = 0;  // stored records that could not be read; sent as gaps
};

// What the ways north have in common: batches are written, and what comes down is believed or not,
// whatever carries it. Loop thread only.
class LinkContract {
 public:
  // `gateway` is an id (base::is_id), `epoch` the store's. `clock` must outlive it.
  LinkContract(const ports::WallClock& clock, std::string_view gateway, std::string epoch);

  void start(ports::LinkEvents events) { events_ = std::move(events); }
  const ports::LinkEvents& events() const { return events_; }

  // The batch as JSON, counted as sent; empty if there is nothing in it.
  std::string render(const std::vector<ports::ChunkPtr>& chunks);

  // Tells the pump, if it can be read and is of our epoch.
  void take_accepted(const base::Result<AcceptedMessage>& accepted);
  // Tells the command door, if it can be read.
  void take_command(std::string_view json);
  void reject_command(const base::Error& why);

  const LinkCounts& counts() const { return counts_; }
  // Fills what was sent.
  void describe(ports::LinkStatus& status) const;

 private:
  const ports::WallClock& clock_;
  std::string epoch_;
  CloudEventRenderer renderer_;
  ports::LinkEvents events_;
  LinkCounts counts_;
  std::uint64_t sent_batches_ = 0;
  std::uint64_t sent_events_ = 0;
};

}  // namespace linli::platform
