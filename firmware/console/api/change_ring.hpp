#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

namespace linli::console::api {

// What of the house changed.
struct Change {
  enum class Kind : std::uint8_t { kDevice, kCommand, kEvent };
  Kind kind = Kind::kDevice;
  std::string id = {};     // of the device or command; of the device of an event, or empty
  std::string place = {};  // of an event: where it was
  std::string text = {};   // one JSON object: a device's changed values, or the event
};

// The last changes, each with a number, so that a client that was gone for a moment misses nothing.
// Bounded: who was gone for too long is told to read anew.
class ChangeRing {
 public:
  static constexpr std::size_t kMaxChanges = 4096;
  static constexpr std::size_t kMaxBytes = 2 * 1024 * 1024;

  // `run` is new for each start: a token of another run says nothing.
  explicit ChangeRing(std::string run) : run_(std::move(run)) {}

  void add(Change change);
  void clear();  // nobody listens: what comes is not kept

  // The number that the next change gets.
  std::uint64_t next() const { return next_; }
  std::uint64_t first() const { return next_ - changes_.size(); }
  const Change& at(std::uint64_t number) const { return changes_[number - first()]; }

  // A token says: all before `number` is known.
  std::string token(std::uint64_t number) const;
  // nullopt: it is of another run, too old or no token at all.
  std::optional<std::uint64_t> position(std::string_view token) const;

 private:
  std::string run_;
  std::deque<Change> changes_;
  std::uint64_t next_ = 1;
  std::size_t bytes_ = 0;
};

}  // namespace linli::console::api
