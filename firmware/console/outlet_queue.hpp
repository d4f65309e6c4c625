#pragma once

#include <deque>
#include <mutex>
#include <optional>
#include <string>

namespace linli::console {

// What waits for one reader of a stream: filled by the loop's thread, emptied by the server's.
class OutletQueue {
 public:
  enum class Pushed {
    kQueued,
    kFirst,  // queued, and the writer must be woken
    kOver,   // the stream is over, or has just been given up because too much waits
  };

  // Loop thread.
  Pushed push(std::string text);
  // What waits is still sent. True the first time: the writer must be woken.
  bool close();

  // Server thread. The next text; nothing if there is none now: the next push() is kFirst.
  std::optional<std::string> pop();
  bool is_closed() const;       // by close(), and all has been popped
  bool has_overflowed() const;  // what waited is gone
  // The other side is gone.
  void break_off();

 private:
  mutable std::mutex mutex_;
  std::deque<std::string> waiting_;
  std::size_t bytes_ = 0;  // with the text that was popped last, as it is being written
  std::size_t writing_bytes_ = 0;
  bool is_writing_ = false;
  bool is_closed_ = false;
  bool is_broken_ = false;
  bool has_overflowed_ = false;
};

}  // namespace linli::console
