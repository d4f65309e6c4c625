#include "drivers/terminal/person_sync.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "firmware/base/log.hpp"

namespace linli::drivers::terminal {
namespace {

constexpr std::string_view kPerhaps = "?";

}  // namespace

PersonSync::PersonSync(domain::DeviceId terminal, Dependencies dependencies)
    : terminal_(std::move(terminal)), dependencies_(std::move(dependencies)) {}

std::string PersonSync::key(const domain::DeviceId& terminal, std::string_view person) {
  return fmt::format("{}/{}", terminal.str(), person);
}

void PersonSync::restore(std::string person, std::string digest) {
  held_[std::move(person)] = std::move(digest);
}

std::vector<ports::StateErase> PersonSync::erasures() const {
  std::vector<ports::StateErase> all;
  for (const auto& [person, digest] : held_)
    all.push_back({ports::Space::kTerminalPerson, key(terminal_, person)});
  return all;
}

void PersonSync::want(std::map<std::string, Wish> wishes) {
  wishes_ = std::move(wishes);
  is_planned_ = true;
  step();
}

void PersonSync::set_reachable(bool is_reachable) {
  const bool came_back = is_reachable && !is_reachable_;
  is_reachable_ = is_reachable;
  if (!came_back) return;
  is_waiting_ = false;
  end_pause();
  step();
}

void PersonSync::doubt() {
  must_list_ = dependencies_.can_list;
  step();
}

void PersonSync::step() {
  if (!is_planned_ || !is_reachable_ || is_waiting_ || is_writing_ || is_paused_) return;
  if (auto order = next()) begin(*std::move(order));
}

std::optional<Order> PersonSync::next() const {
  for (const auto& [person, digest] : held_) {
    if (wishes_.contains(person) || is_refused(person, "")) continue;
    Order order;
    order.kind = Order::Kind::kRemove;
    order.person.id = person;
    return order;
  }
  if (must_list_) return Order{Order::Kind::kList, "", {}};
  for (const auto& [person, wish] : wishes_) {
    const auto known = held_.find(person);
    const bool is_held = known != held_.end() && known->second == wish.digest;
    if (!is_held && !is_refused(person, wish.digest))
      return Order{Order::Kind::kPut, "", wish.person};
  }
  return std::nullopt;
}

bool PersonSync::is_refused(std::string_view person, std::string_view digest) const {
  const auto found = refused_.find(std::string(person));
  return found != refused_.end() && found->second.digest == digest &&
         found->second.until > dependencies_.loop.now();
}

void PersonSync::begin(Order order) {
  order.message = fmt::format("linli-{}-{}", dependencies_.run, ++last_);
  const std::string person = order.person.id;
  const auto wish = wishes_.find(person);
  order_digest_ =
      order.kind == Order::Kind::kPut && wish != wishes_.end() ? wish->second.digest : "";
  const auto known = held_.find(person);
  const bool is_noted = known != held_.end() && known->second == kPerhaps;
  if (order.kind != Order::Kind::kPut || is_noted) return send(std::move(order));
  ports::Turn turn;
  turn.puts.push_back(
      {ports::Space::kTerminalPerson, key(terminal_, person), std::string(kPerhaps)});
  write(std::move(turn), [this, order = std::move(order)]() mutable {
    held_[order.person.id] = kPerhaps;
    // What has changed meanwhile is seen when this is answered.
    send(std::move(order));
  });
}

void PersonSync::send(Order order) {
  order_ = std::move(order);
  is_waiting_ = true;
  timer_ = dependencies_.loop.after(kAnswerLimit, [this] { no_answer(); });
  dependencies_.send(*order_, [this, living = std::weak_ptr(alive_),
                               message = order_->message](const base::Result<void>& sent) {
    if (sent || living.expired() || !order_ || order_->message != message) return;
    if (is_waiting_) no_answer();
  });
}

void PersonSync::no_answer() {
  is_waiting_ = false;
  is_paused_ = true;
  pause_ = pause_ == base::Duration{0} ? kFirstPause : std::min(2 * pause_, kLongestPause);
  timer_ = dependencies_.loop.after(pause_, [this] {
    is_paused_ = false;
    step();
  });
}

void PersonSync::end_pause() {
  is_paused_ = false;
  pause_ = base::Duration{0};
  timer_ = {};
}

// An answer may come late: as long as nothing else was asked, it counts.
bool PersonSync::take(const Answer& answer) {
  if (!order_ || answer.message != order_->message) return false;
  const Order order = *std::exchange(order_, std::nullopt);
  is_waiting_ = false;
  end_pause();
  if (order.kind == Order::Kind::kList) must_list_ = false;
  if (!answer.ok) {
    refuse(order, answer);
  } else {
    settle(order, answer);
  }
  return true;
}

void PersonSync::refuse(const Order& order, const Answer& answer) {
  if (order.kind == Order::Kind::kList) return step();
  base::log::warn("terminal", "a person was refused",
                  {{"device", terminal_}, {"person", order.person.id}, {"why", answer.problem}});
  refused_[order.person.id] = {answer.problem, order_digest_,
                               dependencies_.loop.now() + kRefusedPause};
  refused_timer_ = dependencies_.loop.after(kRefusedPause, [this] { step(); });
  // Terminals refuse to forget whom they do not know: their list tells the two apart.
  if (order.kind == Order::Kind::kRemove) must_list_ = dependencies_.can_list;
  step();
}

void PersonSync::settle(const Order& order, const Answer& answer) {
  ports::Turn turn;
  refused_.erase(order.person.id);
  if (order.kind == Order::Kind::kPut) {
    turn.puts.push_back(
        {ports::Space::kTerminalPerson, key(terminal_, order.person.id), order_digest_});
    return write(std::move(turn), [this, person = order.person.id, digest = order_digest_] {
      held_[person] = digest;
      step();
    });
  }
  std::vector<std::string> gone;
  if (order.kind == Order::Kind::kRemove) {
    gone.push_back(order.person.id);
  } else if (answer.persons) {
    const std::set<std::string> there(answer.persons->begin(), answer.persons->end());
    for (const auto& [person, digest] : held_)
      if (!there.contains(person)) gone.push_back(person);
  }
  if (gone.empty()) return step();
  for (const std::string& person : gone)
    turn.erasures.push_back({ports::Space::kTerminalPerson, key(terminal_, person)});
  write(std::move(turn), [this, gone = std::move(gone)] {
    for (const std::string& person : gone) {
      held_.erase(person);
      refused_.erase(person);
    }
    step();
  });
}

void PersonSync::write(ports::Turn turn, base::Task applied) {
  is_writing_ = true;
  dependencies_.store.commit(
      std::move(turn), [this, living = std::weak_ptr(alive_),
                        applied = std::move(applied)](const base::Result<void>& stored) mutable {
        if (living.expired()) return;
        is_writing_ = false;
        if (stored) return std::move(applied)();
        no_answer();
      });
  dependencies_.store.flush();
}

SyncCounts PersonSync::counts() const {
  return counts_of("");
}

SyncCounts PersonSync::counts_of(std::string_view holder) const {
  SyncCounts counts;
  for (const auto& [person, wish] : wishes_) {
    if (!holder.empty() && wish.person.holder != holder) continue;
    ++counts.wanted;
    const auto known = held_.find(person);
    if (known != held_.end() && known->second == wish.digest) ++counts.held;
  }
  // Whose it was is not known of those who are to go.
  if (holder.empty())
    counts.to_remove = static_cast<std::size_t>(
        std::count_if(held_.begin(), held_.end(),
                      [this](const auto& each) { return !wishes_.contains(each.first); }));
  return counts;
}

std::vector<Refusal> PersonSync::refusals() const {
  std::vector<Refusal> all;
  for (const auto& [person, refused] : refused_) {
    const auto wish = wishes_.find(person);
    const bool is_current =
        wish == wishes_.end() ? refused.digest.empty() : refused.digest == wish->second.digest;
    if (is_current) all.push_back({person, refused.why});
  }
  return all;
}

}  // namespace linli::drivers::terminal
