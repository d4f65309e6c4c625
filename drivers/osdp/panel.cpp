#include "drivers/osdp/panel.hpp"

#include <algorithm>
#include <utility>

namespace linli::drivers::osdp {
namespace {

using base::Code;

constexpr int kMaxRestarts = 3;  // without having been online in between

base::Error no_channel() {
  return {Code::kOffline, "its secure channel is being made anew: again in a moment"};
}

}  // namespace

struct Panel::Transition {
  Phase phase;
  Signal signal;
  Phase next;
  void (Panel::*action)(base::TimePoint now);  // may end in another phase, with a reason
};

// All that moves a reader from one phase to another. A signal that has no row changes nothing.
const std::vector<Panel::Transition>& Panel::transitions() {
  using P = Phase;
  using S = Signal;
  static const std::vector<Transition> kTable{
      // from          on                 to             doing
      {P::kAway, S::kContact, P::kIdentify, &Panel::begin},
      {P::kIdentify, S::kIdentity, P::kDescribe, &Panel::describe},
      {P::kDescribe, S::kCapabilities, P::kOnline, &Panel::choose},  // or kChallenge
      {P::kChallenge, S::kCryptogram, P::kProve, nullptr},
      {P::kProve, S::kInitialMac, P::kOnline, &Panel::come_online},
      {P::kChallenge, S::kKeyWrong, P::kIdentify, &Panel::try_next_key},  // or kAway
      {P::kProve, S::kKeyWrong, P::kIdentify, &Panel::try_next_key},      // or kAway
      {P::kIdentify, S::kOutOfStep, P::kIdentify, &Panel::fall_out},      // or kAway
      {P::kDescribe, S::kOutOfStep, P::kIdentify, &Panel::fall_out},
      {P::kChallenge, S::kOutOfStep, P::kIdentify, &Panel::fall_out},
      {P::kProve, S::kOutOfStep, P::kIdentify, &Panel::fall_out},
      {P::kOnline, S::kOutOfStep, P::kIdentify, &Panel::fall_out},
      {P::kIdentify, S::kSilence, P::kIdentify, &Panel::fail_contact},  // kAway, if it was away
      {P::kIdentify, S::kGone, P::kAway, &Panel::go_away},
      {P::kDescribe, S::kGone, P::kAway, &Panel::go_away},
      {P::kChallenge, S::kGone, P::kAway, &Panel::go_away},
      {P::kProve, S::kGone, P::kAway, &Panel::go_away},
      {P::kOnline, S::kGone, P::kAway, &Panel::go_away},
  };
  return kTable;
}

Panel::Panel(std::uint8_t address, ReaderKeys keys, PanelPace pace,
             std::function<base::Result<std::string>()> random)
    : address_(address), keys_(std::move(keys)), pace_(pace), random_(std::move(random)) {}

void Panel::signal(base::TimePoint now, Signal signal) {
  const auto& table = transitions();
  const auto row = std::find_if(table.begin(), table.end(), [this, signal](const Transition& t) {
    return t.phase == phase_ && t.signal == signal;
  });
  if (row == table.end()) return;
  phase_ = row->next;
  if (row->action != nullptr) (this->*row->action)(now);
}

void Panel::begin(base::TimePoint now) {
  abandon_flight();
  handshake_.reset();
  proof_.reset();
  session_.reset();
  sequence_ = 0;  // which makes the reader begin anew, too
  if (keys_.any()) check_ = Check::kCrc;
  next_at_ = now;
  last_heard_ = now;
}

void Panel::describe(base::TimePoint /*now*/) {
  capabilities_ = {};
}

// A reader with a key of its own is never spoken to in clear; one without is, unless a person has
// opened the window for a key.
void Panel::choose(base::TimePoint now) {
  const std::vector<Candidate> keys = candidates(now);
  const bool can_encrypt = (capabilities_.compliance(Function::kSecurity) & 1U) != 0;
  if (keys.empty()) return come_online(now);
  if (!can_encrypt && !keys_.any()) {
    events_.emplace_back(KeyRefused{"it has no secure channel; it stays in clear"});
    window_until_ = now;
    return come_online(now);
  }
  if (candidate_ >= keys.size()) candidate_ = 0;
  auto random = random_();
  if (!random) return leave(now, random.error(), pace_.first_retry);
  check_ = Check::kCrc;
  session_kind_ = keys[candidate_].kind;
  session_key_ = keys[candidate_].key;
  handshake_.emplace(session_key_, session_kind_, *std::move(random));
  phase_ = Phase::kChallenge;
}

void Panel::come_online(base::TimePoint now) {
  handshake_.reset();
  proof_.reset();
  candidate_ = 0;
  restarts_ = 0;
  retry_ = base::Duration{0};
  // What is asked costs a reader that refuses it its channel: not anew at each return from that.
  if (!is_online_) refresh_at_ = now;
  if (session_ && session_kind_ == KeyKind::kInstalled && !keys_.next.empty()) {
    keys_ = {session_key_, {}};
    events_.emplace_back(KeyTaken{session_key_});
  }
  if (!is_trusted()) return;
  is_online_ = true;
  told_.reset();
  events_.emplace_back(CameOnline{identity_, capabilities_, security()});
}

// Each key has a sequence of its own, from 0: readers that refused one key refuse what would
// follow.
void Panel::try_next_key(base::TimePoint now) {
  ++candidate_;
  if (candidate_ < candidates(now).size()) return begin(now);
  candidate_ = 0;
  if (!keys_.any()) {
    window_until_ = now;
    events_.emplace_back(KeyRefused{
        "it does not take the default key: reset it to that, and open the window again"});
    return begin(now);
  }
  leave(now,
        {Code::kDenied,
         "the reader does not have the key that we have for it: if it was exchanged or reset, "
         "reset it to its default key and open the window for a new key: linlictl osdp key"},
        pace_.key_retry);
}

void Panel::fall_out(base::TimePoint now) {
  ++counts_.restarts;
  if (++restarts_ <= kMaxRestarts) return begin(now);
  leave(now, trouble_, pace_.first_retry);
}

void Panel::fail_contact(base::TimePoint now) {
  if (is_online_) return;  // it is repeated until it is gone
  if (!keys_.any()) check_ = check_ == Check::kCrc ? Check::kChecksum : Check::kCrc;
  phase_ = Phase::kAway;
  leave(now,
        {Code::kOffline,
         fmt::format("nobody answers at address {}: check power, the A and B wires, the address "
                     "and the speed of the reader",
                     address_)},
        base::Duration{0});
}

void Panel::go_away(base::TimePoint now) {
  leave(now, {Code::kOffline, "the reader no longer answers: check its power and the bus"},
        base::Duration{0});
}

void Panel::on_line_lost(base::TimePoint now, const base::Error& reason) {
  leave(now, reason, pace_.first_retry);
  retry_ = base::Duration{0};
}

// `pause` zero: the next step of the back-off.
void Panel::leave(base::TimePoint now, base::Error reason, base::Duration pause) {
  phase_ = Phase::kAway;
  if (pause == base::Duration{0}) {
    retry_ =
        retry_ == base::Duration{0} ? pace_.first_retry : std::min(2 * retry_, pace_.last_retry);
    pause = retry_;
  }
  next_at_ = now + pause;
  abandon_flight();
  for (const Order& order : orders_) {
    if (order.ticket != 0)
      events_.emplace_back(OrderDone{order.ticket, base::fail(reason.code, "{}", reason.what)});
  }
  orders_.clear();
  session_.reset();
  handshake_.reset();
  refused_.clear();
  const bool is_news = is_online_ || !told_ || *told_ != reason.code;
  is_online_ = false;
  trouble_ = reason;
  told_ = reason.code;
  if (is_news) events_.emplace_back(WentOffline{std::move(reason)});
}

// What was sent and has no answer yet: nobody will know what became of it. A key that still waited
// for its turn goes with it, and is asked for anew: what the reader took later would be a key that
// nobody here remembers.
void Panel::abandon_flight() {
  if (!installing_.empty()) {
    installing_ = {};
    asked_for_key_ = false;
    std::erase_if(orders_,
                  [](const Order& order) { return order.message.code == CommandCode::kKeySet; });
  }
  if (flight_ && flight_->order && flight_->order->ticket != 0) {
    events_.emplace_back(
        OrderDone{flight_->order->ticket,
                  base::fail(Code::kTimeout, "sent, and the reader did not confirm it")});
  }
  flight_.reset();
}

std::vector<Panel::Candidate> Panel::candidates(base::TimePoint now) const {
  std::vector<Candidate> keys;
  if (!keys_.current.empty()) keys.push_back({keys_.current, KeyKind::kInstalled});
  if (!keys_.next.empty()) keys.push_back({keys_.next, KeyKind::kInstalled});
  if (is_window_open(now)) keys.push_back({default_key(), KeyKind::kDefault});
  return keys;
}

Security Panel::security() const {
  if (!session_) return Security::kClear;
  return session_kind_ == KeyKind::kInstalled ? Security::kOwnKey : Security::kDefaultKey;
}

// A reader that once had a key of its own is believed under that key only.
bool Panel::is_trusted() const {
  return !keys_.current.empty() ? security() == Security::kOwnKey : true;
}

base::TimePoint Panel::due() const {
  return flight_ ? flight_->resend_at : next_at_;
}

std::optional<std::string> Panel::next(base::TimePoint now) {
  if (now < due()) return std::nullopt;
  if (phase_ == Phase::kAway) signal(now, Signal::kContact);
  if (flight_) {
    ++counts_.resent;
    flight_->resend_at = now + pace_.resend;
    return flight_->bytes;
  }
  auto message = message_of(now);
  if (!message) return std::nullopt;
  Flight flight;
  flight.bytes = encoded(*message);
  flight.message = *std::move(message);
  flight.order = std::exchange(ordered_, std::nullopt);
  flight.first_sent = now;
  flight.resend_at = now + pace_.resend;
  flight_ = std::move(flight);
  ++counts_.sent;
  return flight_->bytes;
}

bool Panel::may_send(CommandCode code) const {
  return !keys_.any() || security() == Security::kOwnKey || may_go_in_clear(code);
}

std::optional<Message> Panel::message_of(base::TimePoint now) {
  switch (phase_) {
    case Phase::kIdentify:
      return identify();
    case Phase::kDescribe:
      return ask_capabilities();
    case Phase::kChallenge:
      return handshake_->challenge();
    case Phase::kProve:
      return proof_;
    case Phase::kOnline:
      return next_order(now);
    case Phase::kAway:
      break;
  }
  return std::nullopt;
}

// Between two orders stands a POLL, so that a card is not kept waiting by many orders.
std::optional<Message> Panel::next_order(base::TimePoint now) {
  const bool is_over = session_ && session_kind_ == KeyKind::kDefault && !is_window_open(now);
  if (is_over || std::exchange(restart_for_window_, false)) {
    begin(now);
    phase_ = Phase::kIdentify;
    return identify();
  }
  if (session_ && is_window_open(now) && !asked_for_key_) {
    asked_for_key_ = true;
    events_.emplace_back(WantsKey{});
  }
  if (now >= refresh_at_ && is_trusted()) ask_states(now);
  while (!orders_.empty() && !was_order_) {
    Order order = std::move(orders_.front());
    orders_.pop_front();
    if (order.ticket != 0 && !may_send(order.message.code)) {
      events_.emplace_back(OrderDone{order.ticket, base::Failure(no_channel())});
      continue;
    }
    if (now < order.deadline) {
      was_order_ = true;
      Message message = order.message;
      ordered_ = std::move(order);
      return message;
    }
    events_.emplace_back(OrderDone{
        order.ticket, base::fail(Code::kOffline, "its time was over before the reader's turn")});
  }
  was_order_ = false;
  return poll();
}

void Panel::ask_states(base::TimePoint now) {
  refresh_at_ = now + pace_.refresh;
  std::vector<CommandCode> states{CommandCode::kLocalStatus};
  if (capabilities_.count(Function::kInputs) > 0) states.push_back(CommandCode::kInputStatus);
  if (capabilities_.count(Function::kOutputs) > 0) states.push_back(CommandCode::kOutputStatus);
  if (capabilities_.count(Function::kReaders) > 0) states.push_back(CommandCode::kReaderStatus);
  for (const CommandCode state : states) {
    const bool is_refused = std::find(refused_.begin(), refused_.end(), state) != refused_.end();
    if (!is_refused) orders_.push_back({0, ask(state), now + pace_.refresh});
  }
}

std::string Panel::encoded(const Message& message) {
  Frame frame;
  frame.address = address_;
  frame.sequence = sequence_;
  frame.check = check_;
  frame.code = static_cast<std::uint8_t>(message.code);
  frame.data = message.data;
  if (session_) {
    session_->seal(frame);
  } else if (message.code == CommandCode::kChallenge) {
    frame.security = handshake_->block(Scb::kChallenge);
  } else if (message.code == CommandCode::kServerCryptogram) {
    frame.security = handshake_->block(Scb::kProof);
  }
  return encode(frame);
}

base::Result<void> Panel::order(std::uint64_t ticket, Message message, base::TimePoint deadline) {
  if (!is_online_)
    return base::fail(Code::kOffline, "{}",
                      trouble_.what.empty() ? "the reader has not answered yet" : trouble_.what);
  // While a reader that fell out of step is being picked up again, an order waits for it.
  if (phase_ == Phase::kOnline && !may_send(message.code)) return base::Failure(no_channel());
  if (orders_.size() >= kMaxOrders)
    return base::fail(Code::kFull, "{} orders wait for this reader already", orders_.size());
  orders_.push_back({ticket, std::move(message), deadline});
  return {};
}

void Panel::open_window(base::TimePoint now, base::TimePoint until) {
  window_until_ = until;
  asked_for_key_ = false;
  candidate_ = 0;
  // A reader that is away for its key, or speaks in clear, is to be asked at once.
  if (phase_ == Phase::kAway) next_at_ = now;
  restart_for_window_ = phase_ == Phase::kOnline && !session_;
}

base::Result<void> Panel::install_key(base::TimePoint now, const base::SecretText& key) {
  if (!is_window_open(now) || !session_ || phase_ != Phase::kOnline)
    return base::fail(Code::kConflict,
                      "the window for a key has closed, or the reader has gone: open it again");
  if (!installing_.empty()) {
    if (installing_.reveal() == key.reveal()) return {};
    return base::fail(Code::kConflict, "another key is on its way to the reader: wait for it");
  }
  auto message = key_set(key);
  if (!message) return base::failure_of(std::move(message));
  keys_.next = key;  // from now on nobody knows for sure which one it has
  installing_ = key;
  orders_.push_front({0, *std::move(message), window_until_});
  return {};
}

}  // namespace linli::drivers::osdp
