#pragma once

#include <mutex>

#include "firmware/base/time.hpp"

namespace linli::net {

// Messages that were read from a broker and wait for their release, after which they may be
// acknowledged. The library writes all waiting acknowledgements or none, so they are written only
// when nothing is open; to get there, reading pauses now and then. Read by the client's thread,
// released from the loop's.
class AckWindow {
 public:
  // At most `limit` open messages; no acknowledgement waits longer than `longest_wait` while we
  // read on.
  AckWindow(int limit, base::Duration longest_wait) : limit_(limit), longest_wait_(longest_wait) {}

  void add(int count);
  // True if the client's thread has something to do: nothing is open any more, or something failed.
  // True if the client's thread has something to do: nothing is open any more, or something failed.
  bool release(int count, bool stored);

  int open() const;
  // A release said that its messages were not stored: the connection must go, unacknowledged. Once.
  bool take_failure();
  bool may_write() const;

  // Begins a pause if it is time for one; true when it does.
  bool begin_pause();
  // A store that is slow or held must not blind the interlocks: after a while reading goes on in
  // spite of the pause, up to the limit.
  bool is_paused() const;
  // A new connection begins with nothing open.
  void reset();

  static constexpr auto kLongestPause = std::chrono::milliseconds(250);

 private:
  const int limit_;
  const base::Duration longest_wait_;
  mutable std::mutex mutex_;
  int open_ = 0;
  bool failed_ = false;
  bool paused_ = false;
  base::TimePoint oldest_;
  base::TimePoint paused_since_;
};

}  // namespace linli::net
