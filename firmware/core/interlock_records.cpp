#include <algorithm>
#include <utility>

#include "firmware/base/json.hpp"
#include "firmware/base/log.hpp"
#include "firmware/core/interlock_desk.hpp"

// How what the desk did gets to the disk, later than it happened; and resets, which are the other
// way round.
namespace linli::core {
namespace {

namespace access = domain::access;
using base::Code;

constexpr const char* kStateKey = "state";
constexpr const char* kToldKey = "told";
constexpr auto kWriteAgain = std::chrono::seconds(1);
constexpr auto kResetLife = std::chrono::seconds(10);
// Beyond that the oldest news is given up: the state itself is one row, and is not among it.
constexpr std::size_t kMostNews = 1'024;

}  // namespace

base::Result<void> InterlockDesk::restore(ports::Query& query) {
  auto row = query.get(ports::Space::kInterlock, kStateKey);
  if (!row) return base::failure_of(std::move(row));
  if (*row) {
    const bool was_dirty = is_dirty_;
    auto state = access::interlock_state_from_row(**row);
    if (state) {
      carry_over(*state);
      is_dirty_ = was_dirty;
    } else {
      base::log::error("interlock",
                       "what fire rules had released cannot be read: look at the doors",
                       {{"why", state.error()}});
    }
  }
  auto told = query.get(ports::Space::kInterlock, kToldKey);
  if (!told) return base::failure_of(std::move(told));
  if (*told) watch_.restore(**std::move(told));
  return {};
}

void InterlockDesk::add_to(ports::Turn& turn) {
  if (!std::exchange(is_for_turn_, false)) return;
  // A reset stands on the disk by its own turn or not at all; this row is older than that.
  if (!leaving_.empty()) is_dirty_ = true;
  turn.puts.push_back({ports::Space::kInterlock, kStateKey, access::to_row(held_state())});
}

InterlockDesk::News InterlockDesk::news_of(std::string_view state, std::string_view rule,
                                           const Cause& cause, const std::vector<Release>& releases,
                                           const domain::EventTime& now) {
  std::string data = fmt::format("{{\"state\":\"{}\",\"rule\":", state);
  base::append_json_string(data, rule);
  data += ",\"by\":";
  base::append_json_string(data, cause.by);
  data += ",\"what\":";
  base::append_json_string(data, cause.what);
  data += ",\"doors\":[";
  for (const Release& release : releases) {
    if (data.back() != '[') data.push_back(',');
    base::append_json_string(data, release.door);
  }
  News news{{.stream = domain::Stream::kAlarm,
             .type = std::string(domain::kInterlockEvent),
             .subject = "gateway",
             .time = now,
             .data = data + "]}",
             .device = cause.device,
             .place = cause.place}};
  if (cause.is_person)
    news.audit = {now, cause.by, fmt::format("interlock.{}", state),
                  fmt::format("interlock:{}", rule)};
  return news;
}

void InterlockDesk::tell(News news) {
  if (news_.size() >= kMostNews) {
    // The front may be on its way to the disk.
    base::log::error("interlock", "too much news waits for the disk: this one is only here",
                     {{"data", news.envelope.data}});
    return;
  }
  news_.push_back(std::move(news));
}

void InterlockDesk::tell_doubt(const Release& release, bool is_open, const std::string& why) {
  std::string data =
      fmt::format("{{\"state\":\"{}\",\"door\":", is_open ? "confirmed" : "unconfirmed");
  base::append_json_string(data, release.door);
  data += ",\"device\":";
  base::append_json_string(data, release.device.str());
  data += ",\"why\":";
  base::append_json_string(data, why);
  const Device* const device = devices_.find(release.device);
  tell({{.stream = domain::Stream::kAlarm,
         .type = std::string(domain::kInterlockEvent),
         .subject = "gateway",
         .time = clock_.now(),
         .data = data + "}",
         .device = release.device.str(),
         .place = device == nullptr ? "" : device->registration.place}});
  write();
}

void InterlockDesk::tell_picture(std::string picture) {
  tell({{.stream = domain::Stream::kAlarm,
         .type = std::string(domain::kInterlockEvent),
         .subject = "gateway",
         .time = clock_.now(),
         .data = picture}});
  picture_ = std::move(picture);
  write();
}

// One turn at a time: what comes meanwhile goes into the next, and the row is always the newest.
void InterlockDesk::write() {
  const bool is_nothing = !is_dirty_ && !picture_ && news_.empty() && leaving_.empty();
  if (is_writing_ || is_nothing) return;
  retry_.reset();
  ports::Turn turn;
  turn.puts.push_back({ports::Space::kInterlock, kStateKey, access::to_row(state_)});
  if (picture_) turn.puts.push_back({ports::Space::kInterlock, kToldKey, *picture_});
  const auto add = [&turn](const News& news) {
    turn.envelopes.push_back(news.envelope);
    if (news.audit) turn.audits.push_back(*news.audit);
  };
  for (const News& each : news_) add(each);
  for (auto& [rule, leaving] : leaving_) {
    add(leaving.news);
    leaving.is_written = true;
  }
  is_dirty_ = false;
  is_writing_ = true;
  picture_.reset();
  store_.commit(std::move(turn), [this, news = news_.size()](const base::Result<void>& stored) {
    after_write(news, stored);
  });
}

void InterlockDesk::after_write(std::size_t news, const base::Result<void>& stored) {
  is_writing_ = false;
  if (stored) {
    news_.erase(news_.begin(), news_.begin() + static_cast<std::ptrdiff_t>(news));
  } else {
    if (!is_failing_) {
      base::log::warn("interlock", "what a fire rule did could not be stored yet: tried again",
                      {{"why", stored.error()}, {"news", news_.size()}});
    }
    is_dirty_ = true;
  }
  is_failing_ = !stored;
  finish_resets(stored);
  if (stored) return write();
  retry_ = loop_.after(kWriteAgain, [this] { write(); });
}

void InterlockDesk::reset(std::string_view rule, const std::string& by, base::Done<void> done) {
  const auto refuse = [this, &done](base::Error why) {
    loop_.post([done = std::move(done), why = std::move(why)]() mutable {
      std::move(done)(base::Failure(std::move(why)));
    });
  };
  if (leaving_.contains(rule))
    return refuse({Code::kConflict, "somebody is just resetting this fire rule: wait for the end"});
  forget_gone_detectors();
  const auto active = state_.active.find(std::string(rule));
  std::vector<Release> own;
  if (active != state_.active.end()) own = active->second;
  if (auto freed = access::reset(state_, rule); !freed) return refuse(std::move(freed).error());
  News news = news_of("reset", rule, {by, "by_hand", "", "", true}, own, clock_.now());
  leaving_.emplace(std::string(rule),
                   Leaving{std::move(own), std::move(news), std::move(done), loop_.now()});
  is_dirty_ = true;
  write();
}

// Those that stay first: what they hold is not let go by another.
void InterlockDesk::finish_resets(const base::Result<void>& stored) {
  std::vector<std::pair<std::string, Leaving>> written;
  for (auto next = leaving_.begin(); next != leaving_.end();) {
    const auto each = next++;
    if (!each->second.is_written) continue;
    written.emplace_back(each->first, std::move(each->second));
    leaving_.erase(each);
  }
  std::vector<std::pair<std::string, Leaving>> going;
  for (auto& [rule, leaving] : written) {
    auto why = why_stay(rule, leaving, stored);
    if (why) {
      stay(rule, leaving, *std::move(why));
    } else {
      going.emplace_back(rule, std::move(leaving));
    }
  }
  for (auto& [rule, leaving] : going) let_go(rule, leaving);
}

std::optional<base::Error> InterlockDesk::why_stay(const std::string& rule, const Leaving& leaving,
                                                   const base::Result<void>& stored) const {
  if (!stored) {
    return base::Error{stored.error().code, "the reset could not be stored, the doors stay open: " +
                                                stored.error().what};
  }
  if (state_.active.contains(rule)) {
    return base::Error{Code::kConflict,
                       "the fire rule was triggered again, the doors stay open: look for the fire"};
  }
  if (loop_.now() - leaving.asked <= kResetLife) return std::nullopt;
  return base::Error{Code::kTimeout,
                     "the reset took too long to be stored, the doors stay open: try again"};
}

void InterlockDesk::stay(const std::string& rule, Leaving& leaving, base::Error why) {
  // What is on the disk says that it was reset: it is told that it was not.
  if (why.code == Code::kTimeout)
    tell(news_of("released", rule, {"gateway", why.what, "", ""}, leaving.releases, clock_.now()));
  if (state_.active.emplace(rule, std::move(leaving.releases)).second) is_dirty_ = true;
  std::move(leaving.done)(base::Failure(std::move(why)));
}

void InterlockDesk::let_go(const std::string& rule, Leaving& leaving) {
  reset_at_.insert_or_assign(rule, loop_.now());
  const std::vector<Release> held = all_held();
  std::vector<Release> freed;
  for (const Release& each : leaving.releases) {
    const bool is_held = std::any_of(held.begin(), held.end(), [&each](const Release& other) {
      return other.door == each.door || other.device == each.device;
    });
    if (!is_held) freed.push_back(each);
  }
  drive_.hold(held);
  base::log::warn("interlock", "a fire rule was reset: its doors may lock again",
                  {{"rule", rule}, {"doors", freed.size()}});
  if (on_change_) on_change_(freed, false);
  std::move(leaving.done)({});
}

}  // namespace linli::core
