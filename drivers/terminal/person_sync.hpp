#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "drivers/terminal/terminal_codec.hpp"
#include "firmware/base/loop.hpp"
#include "firmware/domain/ids.hpp"
#include "firmware/ports/person_roster.hpp"
#include "firmware/ports/store.hpp"

namespace linli::drivers::terminal {

// Somebody as a terminal is to know them. `digest` changes whenever what is said to it would.
struct Wish {
  ports::RosterPerson person;
  std::string digest;
};

struct Order {
  enum class Kind : std::uint8_t { kPut, kRemove, kList };

  Kind kind = Kind::kPut;
  std::string message;  // its messageId, for ever this order's
  ports::RosterPerson person;
};

struct SyncCounts {
  std::size_t wanted = 0;
  std::size_t held = 0;       // of these: confirmed as they are wanted
  std::size_t to_remove = 0;  // still there, and not to be
  bool is_settled() const { return held == wanted && to_remove == 0; }
};

struct Refusal {
  std::string person;
  std::string why;
};

// 人员下发: whom one terminal knows, brought to whom it should know.
//
//   wanted ── put, on disk as "perhaps" ─▶ sent ── answer ok ─▶ held, on disk
//   no more wanted, perhaps or held ─────▶ sent ── answer ok ─▶ forgotten, on disk
//
// Whatever was sent is on disk before it leaves, so that nobody stays in a terminal because of a
// crash between the two. One order at a time, since the terminals drop what comes while they work;
// who must go comes before who comes in. No answer in kAnswerLimit: the same again after 5 s, then
// 10 … 300 s; who is refused is tried again after kRefusedPause. Loop thread only.
class PersonSync {
 public:
  static constexpr base::Duration kAnswerLimit = std::chrono::seconds(10);
  static constexpr base::Duration kFirstPause = std::chrono::seconds(5);
  static constexpr base::Duration kLongestPause = std::chrono::seconds(300);
  static constexpr base::Duration kRefusedPause = std::chrono::minutes(10);

  struct Dependencies {
    base::Loop& loop;
    ports::Store& store;
    std::string run;  // different at each start: no answer to an old order fits a new one
    bool can_list = false;
    std::function<void(const Order&, base::Done<void> sent)> send;
  };

  PersonSync(domain::DeviceId terminal, Dependencies dependencies);
  PersonSync(const PersonSync&) = delete;
  PersonSync& operator=(const PersonSync&) = delete;

  // A row of Space::kTerminalPerson at start.
  void restore(std::string person, std::string digest);
  static std::string key(const domain::DeviceId& terminal, std::string_view person);
  // The rows that there are, person and digest; and to be forgotten with the terminal.
  const std::map<std::string, std::string>& rows() const { return held_; }
  std::vector<ports::StateErase> erasures() const;

  // Whom it should know now.
  const std::map<std::string, Wish>& wishes() const { return wishes_; }
  // By id. What is on its way goes on.
  void want(std::map<std::string, Wish> wishes);
  // It is there, or not; coming back is tried at once.
  void set_reachable(bool is_reachable);
  // It may have lost what it knew: ask it, if it can say, before believing more.
  void doubt();
  // False: not an answer to an order of this sync.
  bool take(const Answer& answer);

  SyncCounts counts() const;
  // Also for the credentials of one holder: wanted, held.
  SyncCounts counts_of(std::string_view holder) const;
  std::vector<Refusal> refusals() const;

 private:
  // `digest` "?": it was sent, and nobody knows whether it arrived.
  struct Refused {
    std::string why;
    std::string digest;
    base::TimePoint until;
  };

  void step();
  std::optional<Order> next() const;
  bool is_refused(std::string_view person, std::string_view digest) const;
  void begin(Order order);
  void send(Order order);
  void no_answer();
  void end_pause();
  void refuse(const Order& order, const Answer& answer);
  void settle(const Order& order, const Answer& answer);
  // Commits, then changes the memory and goes on.
  void write(ports::Turn turn, base::Task applied);

  domain::DeviceId terminal_;
  Dependencies dependencies_;
  std::map<std::string, Wish> wishes_;
  std::map<std::string, std::string> held_;  // person → digest, as on disk
  std::map<std::string, Refused> refused_;
  std::optional<Order> order_;  // the last one, until it is answered
  std::string order_digest_;
  bool is_planned_ = false;  // until then nobody is known to be unwanted
  bool is_waiting_ = false;  // for its answer
  bool is_writing_ = false;
  bool is_reachable_ = false;
  bool must_list_ = false;
  bool is_paused_ = false;
  base::Duration pause_{0};  // the last one since there was an answer
  base::Handle timer_;       // answer limit or pause
  base::Handle refused_timer_;
  std::uint64_t last_ = 0;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace linli::drivers::terminal
