#pragma once

#include <functional>
#include <string>
#include <vector>

#include "firmware/base/once.hpp"
#include "firmware/base/time.hpp"
#include "firmware/domain/command.hpp"
#include "firmware/ports/store.hpp"

namespace linli::ports {

// What a link tells the house. All on the loop's thread.
struct LinkEvents {
  std::function<void()> on_up;                      // connected and ready to send
  std::function<void(const base::Error&)> on_down;  // lost or refused, with the reason
  // The platform durably holds all of `stream` up to `seq` of this epoch.
  std::function<void(domain::Stream, std::uint64_t seq)> on_accepted;
  std::function<void(domain::Command)> on_command;
};

struct LinkStatus {
  bool up = false;
  std::string peer;        // "mqtts://host:8883"
  std::string last_error;  // with the way out; empty if there was none
  int attempts = 0;        // failed ones since the last success
  std::uint64_t sent_batches = 0;
  std::uint64_t sent_events = 0;
};

// The way north, in one platform's dialect. Loop thread only.
class PlatformLink {
 public:
  PlatformLink() = default;
  PlatformLink(const PlatformLink&) = delete;
  PlatformLink& operator=(const PlatformLink&) = delete;
  virtual ~PlatformLink() = default;

  // Begins to connect and to stay connected until destroyed. Once.
  virtual void start(LinkEvents events) = 0;

  // Sends chunks of one stream in order as one batch. done(ok): the other side has the bytes (not
  // yet: has accepted them; that is on_accepted). kNotFound: the same, but nobody
  // listens there (yet). kOffline: the link is down; kRefused: the
  // platform said no, with its reason code; send again later.
  virtual void send(std::vector<ChunkPtr> chunks, base::Done<void> done) = 0;

  virtual LinkStatus status() const = 0;
};

}  // namespace linli::ports
