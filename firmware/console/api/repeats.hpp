#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <string>
#include <string_view>

#include "firmware/base/loop.hpp"
#include "firmware/console/message.hpp"

namespace linli::console::api {

// The answers to requests with an Idempotency-Key, so that a repeat is answered like the first.
// They are in memory: a restart forgets them, and a repeat after it is a request like any other
// (a device that the first one made answers "conflict"). Loop thread only.
class Repeats {
 public:
  static constexpr std::size_t kMaxOfActor = 256;
  static constexpr std::size_t kMax = 4096;
  static constexpr std::size_t kMaxBytes = 4 * 1024 * 1024;  // of all answers together
  static constexpr base::Duration kKept = std::chrono::hours(24);

  enum class Verdict : std::uint8_t {
    kFirst,      // do it, then call finish()
    kKnown,      // `answer` is the first one's
    kUnderWay,   // the first one is not answered yet
    kOtherBody,  // the same key for something else
  };
  struct Look {
    Verdict verdict = Verdict::kFirst;
    Response answer = {};
  };

  explicit Repeats(base::Loop& loop) : loop_(loop) {}

  // `id` is actor, route and key in one.
  Look begin(const std::string& actor, const std::string& id, std::string_view body);
  // A failure of ours (5xx) is forgotten, so that it may be tried again.
  void finish(const std::string& id, const Response& answer);

  std::size_t size() const { return entries_.size(); }

 private:
  struct Entry {
    std::string actor;
    std::string id;
    std::uint64_t digest = 0;
    std::size_t bytes = 0;
    base::TimePoint at;
    bool is_answered = false;
    Response answer = {};
  };
  using Entries = std::list<Entry>;  // oldest first

  void forget(Entries::iterator entry);
  void trim();
  void make_room(const std::string& actor);

  base::Loop& loop_;
  Entries entries_;
  std::map<std::string, Entries::iterator, std::less<>> by_id_;
  std::map<std::string, std::size_t, std::less<>> of_actor_;
  std::size_t bytes_ = 0;
};

}  // namespace linli::console::api
