#pragma once

#include <memory>
#include <string>
#include <utility>

#include "firmware/console/front.hpp"
#include "firmware/console/front_door.hpp"
#include "firmware/console/guest_book.hpp"
#include "firmware/console/limits.hpp"
#include "firmware/console/refusal_log.hpp"
#include "firmware/console/server_counts.hpp"

namespace linli::console {

// What the connections of one server have in common. It outlives them. Server thread only.
struct Hub {
  const FrontDoor& door;
  const Timing& timing;
  FrontLink front;
  ServerCounters& counters;
  RefusalLog& log;
  std::size_t uploads = 0;  // now
};

// What a connection gives away when it becomes a stream.
template <class Stream>
struct StreamParts {
  StreamParts(Hub& its_hub, std::unique_ptr<Stream> its_stream, std::string its_peer, Seat its_seat,
              std::uint64_t its_number)
      : hub(its_hub),
        stream(std::move(its_stream)),
        peer(std::move(its_peer)),
        seat(std::move(its_seat)),
        number(its_number) {}

  Hub& hub;
  std::unique_ptr<Stream> stream;
  std::string peer;
  Seat seat;
  std::uint64_t number;  // the front's
};

}  // namespace linli::console
