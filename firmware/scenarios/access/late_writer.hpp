#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "firmware/base/loop.hpp"
#include "firmware/domain/envelope.hpp"
#include "firmware/ports/store.hpp"

namespace linli::scenarios::access {

// What happened at doors and could not be written when it happened: tried again every kPause until
// it is stored, in its order. Bounded: beyond kMostOwed the oldest goes, with a word in the log.
// Loop thread only.
class LateWriter {
 public:
  static constexpr base::Duration kPause = std::chrono::seconds(1);
  static constexpr std::size_t kMostOwed = 1'000;

  // The row of a door as it is now; nullopt: the door is gone.
  using RowOf = std::function<std::optional<std::string>(const std::string& door)>;

  LateWriter(base::Loop& loop, ports::Store& store, RowOf row_of);
  LateWriter(const LateWriter&) = delete;
  LateWriter& operator=(const LateWriter&) = delete;

  void owe(std::vector<domain::Envelope> envelopes);
  // The row of this door stands otherwise on disk than in memory.
  void touch(const std::string& door);

  bool is_idle() const { return !is_writing_ && owed_.empty() && doors_.empty(); }

 private:
  void write_soon(base::Duration delay);
  void write();
  void after_write(std::vector<domain::Envelope> envelopes, const std::set<std::string>& doors,
                   bool stored);

  base::Loop& loop_;
  ports::Store& store_;
  RowOf row_of_;
  std::deque<domain::Envelope> owed_;
  std::set<std::string> doors_;
  bool is_writing_ = false;
  base::Handle timer_;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace linli::scenarios::access
