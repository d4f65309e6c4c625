#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "firmware/base/loop.hpp"
#include "firmware/core/device_table.hpp"
#include "firmware/core/settle.hpp"
#include "firmware/ports/query.hpp"
#include "firmware/ports/store.hpp"
#include "firmware/ports/wall_clock.hpp"
#include "firmware/scenarios/access/access_books.hpp"
#include "firmware/scenarios/access/access_record.hpp"
#include "firmware/scenarios/access/late_writer.hpp"
#include "firmware/scenarios/access/lock_drive.hpp"

namespace linli::scenarios::access {

// A turn that is being built, and what waits for its fate.
struct Writing {
  ports::Turn& turn;
  domain::EventTime now;
  std::vector<core::Settle> settles{};
};
// All of them as one; empty if there are none.
core::Settle settle_of(std::vector<core::Settle> settles);

// Every door, live: what its devices say becomes events of domain::access::step(), and what follows
// from that is written, and then done.
//
// A way in opens only after the transaction that holds its record; if that fails, nothing opens and
// nothing is used up. What opens later than kOpenLife after it was asked for does not open. A way
// out (出门按钮) waits for the store kExitPatience at most: nobody is kept inside by a disk. Fire
// waits for nothing: core's interlocks have driven the lock before the desk hears of it (on_fire),
// so the desk drives no release itself. What could not be written is written later. Loop thread
// only.
class DoorDesk {
 public:
  static constexpr base::Duration kExitPatience = std::chrono::milliseconds(200);

  DoorDesk(base::Loop& loop, ports::Store& store, const ports::WallClock& clock,
           const AccessBooks& books, LockDrive& drive);
  DoorDesk(const DoorDesk&) = delete;
  DoorDesk& operator=(const DoorDesk&) = delete;

  // At start, when the books are there: the stored states. A door without one is locked.
  base::Result<void> restore(ports::Query& query);
  // The book has this door anew, or otherwise, or no more.
  void refresh(const std::string& door);

  // What a device of some door said; cheap for all others.
  void on_device(Writing& writing, const core::Device& device, const domain::Report& report);
  // The interlocks released these doors, or a person reset them.
  void on_fire(const std::vector<domain::access::Release>& releases, bool released);

  // Lets somebody in, when `writing` is stored; `give_back` runs if it is not. `opened`, if there
  // is one, runs once, later: the lock has been told, or why nothing opens.
  void grant(Writing& writing, const DoorDefinition& door, Attempt attempt,
             domain::access::Reason reason, base::Task give_back, base::Done<void> opened = {});
  void deny(Writing& writing, const DoorDefinition& door, const Attempt& attempt,
            domain::access::Reason reason);
  // 封闭门: nobody but who passes a block gets in until it is taken away. Counts from this call.
  void block(Writing& writing, const DoorDefinition& door, bool is_blocked);
  // Ends an unlocking early.
  void lock_now(Writing& writing, const DoorDefinition& door);

  // A turn of its own: `fill` writes, and it is committed.
  void write(base::Once<void(Writing&)> fill);

  const domain::access::DoorState* state(std::string_view door) const;
  bool is_blocked(std::string_view door) const;
  // Since when phase and contact are what they are, Unix ms; nullopt if nobody can say: they were
  // so before the gateway started, or the clock was not right then.
  std::optional<std::int64_t> since_ms(std::string_view door) const;
  // The door's rules with what stands at this moment.
  domain::access::DoorAccess access_of(const DoorDefinition& door) const;
  domain::access::PassbackVerdict judge_passback(const DoorDefinition& door,
                                                 const Attempt& attempt) const;
  void reset_passback(const DoorDefinition& door);

 private:
  struct Live {
    domain::access::DoorState state;
    bool is_blocked = false;
    std::optional<std::int64_t> since_ms;
    std::string row;                 // as it was last given to the store
    std::set<std::string> silent;    // readers that are offline
    std::string driven;              // the last call of the lock, whose answer may still come
    std::optional<Attempt> passing;  // who was let in, and has not opened yet
    base::Handle timer;
    base::Handle exit_wait;
  };

  Live& live_of(const std::string& door) { return live_[door]; }
  void enter(Live& live, const domain::access::DoorState& state) const;
  static std::string row_of(const Live& live);
  void hear_presence(Writing& writing, const DoorDefinition& door, const core::Device& device,
                     const domain::Report& report);
  void hear_readings(Writing& writing, const DoorDefinition& door, const core::Device& device,
                     const domain::Report& report);
  void hear_events(Writing& writing, const DoorDefinition& door, const core::Device& device,
                   const domain::Report& report);
  void hear_results(Writing& writing, const DoorDefinition& door, const domain::Report& report);
  void apply(Writing& writing, const DoorDefinition& door, domain::access::DoorInput input);
  void keep(Writing& writing, const DoorDefinition& door, std::vector<domain::Envelope> envelopes,
            base::Task after);
  void note_passage(const DoorDefinition& door, Live& live, domain::access::DoorEvent event);
  void arm(const std::string& door, Live& live);
  void after_time(const std::string& door);
  base::Result<void> check_grant(const Attempt& attempt, base::Task give_back, bool stored);
  void open_way(const DoorDefinition& door, const Attempt& attempt, base::Done<void> opened);
  void open_exit(const std::string& door);
  void drive(const DoorDefinition& door, const Attempt& attempt, base::Duration unlock_for,
             base::Done<void> opened);
  void after_drive(const Attempt& attempt, base::Result<ports::ActionReply> reply,
                   base::Done<void> opened);
  void end_unlocking(const std::string& door);

  base::Loop& loop_;
  ports::Store& store_;
  const ports::WallClock& clock_;
  const AccessBooks& books_;
  LockDrive& drive_;
  std::map<std::string, Live, std::less<>> live_;
  domain::access::Passback passback_;
  LateWriter late_;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace linli::scenarios::access
