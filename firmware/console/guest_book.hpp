#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "firmware/console/server_counts.hpp"

namespace linli::console {

// Who is connected, and who has to go when a place is needed. Connections that do not say anything
// make room for new ones, the oldest first, so that nobody locks the others out by silence.
//
//   kHandshake, kWaiting, kBody   may be asked to go, in this order
//   kBusy, kStream                stay
class GuestBook {
 public:
  enum class Phase { kHandshake, kWaiting, kBody, kBusy, kStream };

  struct Admission {
    std::uint64_t guest = 0;
    bool is_turned_away = false;  // let in only to be told that there are too many
  };
  using Counted = std::function<void(Refused, const std::string& address)>;

  // `count` learns of everybody who is refused or has to go.
  explicit GuestBook(Counted count) : count_(std::move(count)) {}
  GuestBook(const GuestBook&) = delete;
  GuestBook& operator=(const GuestBook&) = delete;
  ~GuestBook() = default;

  // A new connection, in kHandshake; nothing if there is no place. `cut` ends it, later than its
  // call; the guest still leaves by leave().
  std::optional<Admission> admit(const std::string& address, std::function<void()> cut);
  // Nothing happens if the guest has left.
  void set_phase(std::uint64_t guest, Phase phase);
  void set_cut(std::uint64_t guest, std::function<void()> cut);
  void leave(std::uint64_t guest);

  // Also those who were asked to go and have not left yet.
  // From any thread.
  std::size_t size() const { return size_; }

 private:
  struct Guest {
    std::string address;
    std::function<void()> cut;
    Phase phase = Phase::kHandshake;
    bool is_going = false;  // was cut and has not left yet
  };

  bool make_room(const std::string* address);
  std::size_t staying(const std::string* address) const;

  Counted count_;
  std::map<std::uint64_t, Guest> guests_;  // in the order in which they came
  std::atomic<std::size_t> size_ = 0;
  std::uint64_t next_ = 1;
};

// One guest's place, given up when it is destroyed.
class Seat {
 public:
  Seat(GuestBook& book, std::uint64_t guest) : book_(&book), guest_(guest) {}
  Seat(Seat&& other) noexcept : book_(std::exchange(other.book_, nullptr)), guest_(other.guest_) {}
  Seat(const Seat&) = delete;
  Seat& operator=(const Seat&) = delete;
  Seat& operator=(Seat&&) = delete;
  ~Seat() {
    if (book_ != nullptr) book_->leave(guest_);
  }

  // Not after it was moved from.
  void set_phase(GuestBook::Phase phase) { book_->set_phase(guest_, phase); }
  void set_cut(std::function<void()> cut) { book_->set_cut(guest_, std::move(cut)); }

 private:
  GuestBook* book_;
  std::uint64_t guest_;
};

}  // namespace linli::console
