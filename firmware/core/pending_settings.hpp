#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "firmware/base/handle.hpp"
#include "firmware/base/loop.hpp"
#include "firmware/base/once.hpp"
#include "firmware/ports/query.hpp"
#include "firmware/ports/store.hpp"

namespace linli::core {

// A change of settings that could cut off whoever made it. It is applied, and goes back by itself
// after kLimit unless the same actor confirms it (who can, still reaches the gateway). One at a
// time. The state is a row in the store: after a crash or a power cut, what was not confirmed goes
// back.
//
//   kNone ── begin ──▶ kBeginning ── row stored, text written ──▶ kWaiting ── confirm ──▶ kEnding
//     ▲                     │ failed                                 │ time over, revert    │
//     └─────────────────────┴──────────── kGoingBack ◀───────────────┘      row erased ─────┘
//
// Loop thread only.
class PendingSettings {
 public:
  static constexpr base::Duration kLimit = std::chrono::seconds(120);
  static constexpr const char* kRow = "pending_settings";  // in Space::kMeta

  struct Dependencies {
    // Writes the text durably and makes it effective. `done` once, later. Called again and again
    // with the old text if it fails while going back.
    std::function<void(std::string text, base::Done<void> done)> use;
  };
  struct Pending {
    std::string actor;                 // core::issuer_of, or "local:uid=0"
    std::vector<std::string> changes;  // paths, for people
    std::string before;                // the settings as they were
    friend bool operator==(const Pending&, const Pending&) = default;
  };

  PendingSettings(base::Loop& loop, ports::Store& store, Dependencies dependencies)
      : loop_(loop), store_(store), dependencies_(std::move(dependencies)) {}

  // The row as it stands in the store; for whoever starts before the loop runs.
  static base::Result<std::optional<Pending>> stored(ports::Query& query);
  static base::Result<Pending> from_row(std::string_view row);
  static std::string to_row(const Pending& pending);

  // At start, with what stored() gave: it goes back, and is no longer noted.
  void take_back(Pending stored);

  // `after`: the new settings. kConflict while another change waits.
  void begin(Pending pending, std::string after, base::Done<void> done);
  // The change stays. kDenied for another actor than the one who began; kNotFound if none waits.
  void confirm(const std::string& actor, base::Done<void> done);
  // The change goes back now, whoever asks. kNotFound if none waits.
  void revert(base::Done<void> done);

  // What waits to be confirmed, and for how long.
  const Pending* pending() const { return state_ == State::kWaiting ? &pending_ : nullptr; }
  base::Duration time_left() const;
  bool is_busy() const { return state_ != State::kNone; }

 private:
  enum class State { kNone, kBeginning, kWaiting, kGoingBack, kEnding };

  void after_row(std::string after, base::Done<void> done, const base::Result<void>& stored);
  void after_use(base::Done<void> done, const base::Result<void>& used);
  void go_back(base::Done<void> done);
  void after_back(base::Done<void> done, const base::Result<void>& used);
  void erase_row(base::Done<void> done);
  void after_erase(base::Done<void> done, const base::Result<void>& erased);
  void wait();
  void later(base::Done<void> done, base::Result<void> result);

  base::Loop& loop_;
  ports::Store& store_;
  Dependencies dependencies_;
  State state_ = State::kNone;
  bool is_confirming_ = false;
  Pending pending_;
  base::TimePoint ends_{};
  base::Handle timer_;
};

}  // namespace linli::core
