#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "firmware/base/loop.hpp"
#include "firmware/core/device_table.hpp"
#include "firmware/core/interlock_watch.hpp"
#include "firmware/core/release_drive.hpp"
#include "firmware/domain/access/interlock.hpp"
#include "firmware/ports/query.hpp"
#include "firmware/ports/store.hpp"
#include "firmware/ports/wall_clock.hpp"

namespace linli::core {

// The layer before all others: what a fire opens (消防联动). It acts at once, with the store held,
// full or corrupt, and what it did is written as soon as that is possible: the one exception to
// "written before anything moves" (adr/0017). What a rule released stays released over restarts,
// whatever the detectors say later, until a person resets it; no command moves it until then. Loop
// thread only; it outlives the drivers.
class InterlockDesk {
 public:
  using Release = domain::access::Release;

  struct Dependencies {
    std::function<ports::DeviceDriver*(const Device&)> driver_of;
    std::string run;  // a word that no other start of the gateway has
    // Since when each word of a device has come to on_hearing at once; nullopt or no function: it
    // does not.
    std::function<std::optional<base::TimePoint>(const Device&)> heard_since{};
  };
  // Doors are released, or free again because a person reset the last rule that held them. Called
  // in the turn in which it happens, after the actuators were driven; in start() for what a restart
  // found released.
  using OnChange = std::function<void(const std::vector<Release>&, bool released)>;

  InterlockDesk(base::Loop& loop, ports::Store& store, const ports::WallClock& clock,
                const DeviceTable& devices, Dependencies dependencies);

  // The site's rules, at start and whenever the file was changed. What is released stays so.
  void use(domain::access::Interlocks interlocks);
  // Once, before start(): what was released before a restart. A row that cannot be read is an error
  // in the log, and all that it held is lost.
  base::Result<void> restore(ports::Query& query);
  // Before start(): what was released when the database was lost under a running gateway.
  void carry_over(const domain::access::InterlockState& state);
  // Devices and their last values are known, and drivers can be asked: drives all that must be
  // held, and what a property says that stands at its value.
  void start();
  // Set once, before start().
  void on_change(OnChange observer) { on_change_ = std::move(observer); }

  // See ReportIntake::Dependencies. The releases are driven before it returns.
  void on_arrival(const Device& device, const domain::Report& report, const domain::EventTime& now);
  // The same report's first coming, on a way that waits for no store: acts alike, and nothing of it
  // is for a turn. After a reset, what a device that is heard so had said before comes in late and
  // releases nothing again.
  void on_hearing(const Device& device, const domain::Report& report, const domain::EventTime& now);
  // In the same report's turn: while what detectors changed is not on the disk, the turn of a
  // detector's report carries it too, so that no crash can find the report consumed and its
  // consequence forgotten.
  void add_to(ports::Turn& turn);

  // CommandLedger's veto: kConflict while a rule holds the device.
  base::Result<void> may_move(const domain::DeviceId& device) const;
  // Is this the id of a command of its own? Nobody else waits for the answer.
  bool knows(const domain::CommandId& command) const { return drive_.knows(command); }
  // The way to the devices is open again.
  void on_reachable() { drive_.again_now(); }

  // A person releases a rule's doors by hand, also again. `by` is for the audit ("person:<id>").
  // Acts before it returns. kNotFound: there is no such rule.
  base::Result<void> release(std::string_view rule, const std::string& by);

  // A person ends a rule; whether they may is the caller's business. Nothing is let go before it is
  // stored. `done` runs once, later: kNotFound, the rule is not active; kConflict, a detector still
  // says fire, or has again meanwhile; kFull, kInternal, it could not be stored; kTimeout, not
  // within ten seconds. Whatever the failure, the doors stay open.
  void reset(std::string_view rule, const std::string& by, base::Done<void> done);

  // Whose words the rules wait for.
  std::set<domain::DeviceId> detectors() const;
  const domain::access::Interlocks& interlocks() const { return interlocks_; }
  // Which rules stand triggered, and what each has released.
  const domain::access::InterlockState& state() const { return state_; }
  std::vector<Release> unconfirmed() const { return drive_.unconfirmed(); }
  std::vector<domain::access::MissingActuator> missing() const { return watch_.missing(); }
  std::vector<base::Error> wrong() const { return watch_.wrong(); }

 private:
  // What a report may be about, so that all others cost one look into a table.
  struct Concern {
    std::vector<std::string> events;
    std::vector<std::string> properties;
  };
  struct News {
    domain::Envelope envelope;
    std::optional<domain::AuditLine> audit{};
  };
  // A rule whose reset is on its way to the disk: still held.
  struct Leaving {
    std::vector<Release> releases;
    News news;
    base::Done<void> done;
    base::TimePoint asked;
    bool is_written = false;
  };
  struct Cause {
    std::string by;  // "device/<id>", "person:<id>"
    std::string what;
    std::string device;
    std::string place;
    bool is_person = false;
  };

  using IsPast = domain::access::IsPast;

  void index();
  void look_into(const Device& device, const domain::Report& report, const domain::EventTime& now,
                 const IsPast& is_past);
  void look_at_properties();
  void observe(const domain::access::Observed& observed, const Device& device,
               const domain::EventTime& now, const IsPast& is_past = {});
  void take_effect(const std::vector<Release>& released, const std::vector<std::string>& rules,
                   const Cause& cause, const domain::EventTime& now);
  std::vector<std::string> active_rules() const;
  domain::access::InterlockState held_state() const;
  std::vector<Release> all_held() const;
  void forget_gone_detectors();
  static News news_of(std::string_view state, std::string_view rule, const Cause& cause,
                      const std::vector<Release>& releases, const domain::EventTime& now);
  void tell(News news);
  void tell_doubt(const Release& release, bool is_open, const std::string& why);
  void tell_picture(std::string picture);
  void write();
  void after_write(std::size_t news, const base::Result<void>& stored);
  void finish_resets(const base::Result<void>& stored);
  std::optional<base::Error> why_stay(const std::string& rule, const Leaving& leaving,
                                      const base::Result<void>& stored) const;
  void stay(const std::string& rule, Leaving& leaving, base::Error why);
  void let_go(const std::string& rule, Leaving& leaving);

  base::Loop& loop_;
  ports::Store& store_;
  const ports::WallClock& clock_;
  const DeviceTable& devices_;
  domain::access::Interlocks interlocks_;
  domain::access::InterlockState state_;
  std::unordered_map<domain::DeviceId, Concern, base::IdHash> concerns_;
  ReleaseDrive drive_;
  InterlockWatch watch_;
  std::function<std::optional<base::TimePoint>(const Device&)> heard_since_;
  std::map<std::string, base::TimePoint, std::less<>> reset_at_;  // in this run
  OnChange on_change_;
  std::map<std::string, Leaving, std::less<>> leaving_;
  std::deque<News> news_;
  std::optional<std::string> picture_;  // to be written
  bool is_dirty_ = false;               // the state, against its row
  bool is_writing_ = false;
  bool is_failing_ = false;   // the last write was not stored
  bool is_for_turn_ = false;  // a detector's report is being taken in
  base::Handle retry_;
};

}  // namespace linli::core
