#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "drivers/osdp/command.hpp"
#include "drivers/osdp/frame.hpp"
#include "drivers/osdp/reply.hpp"
#include "drivers/osdp/secure_channel.hpp"
#include "firmware/base/time.hpp"

namespace linli::drivers::osdp {

struct PanelPace {
  base::Duration poll = std::chrono::milliseconds(50);  // from one exchange to the next
  base::Duration reply = std::chrono::milliseconds(200);
  base::Duration first_resend = std::chrono::milliseconds(50);  // after an unanswered command
  base::Duration resend = std::chrono::milliseconds(800);       // after each further one
  base::Duration busy = std::chrono::milliseconds(200);
  base::Duration offline = std::chrono::seconds(8);  // without an answer
  base::Duration first_retry = std::chrono::seconds(1);
  base::Duration last_retry = std::chrono::seconds(300);  // the pause doubles up to this
  base::Duration key_retry = std::chrono::seconds(600);   // after the reader refused our key
  base::Duration refresh = std::chrono::seconds(30);      // all states are asked for again
};

// The keys of one reader. `next` is one that was sent, and whose fate is unknown: the reader may
// have the one or the other.
struct ReaderKeys {
  base::SecretText current;
  base::SecretText next;

  bool any() const { return !current.empty() || !next.empty(); }
};

enum class Security : std::uint8_t {
  kClear,       // anyone on the wire can read and say anything
  kDefaultKey,  // no better than that: everybody knows the key
  kOwnKey,
};

struct CameOnline {
  Identity identity;
  Capabilities capabilities;
  Security security = Security::kClear;
};
struct WentOffline {
  base::Error reason;
};
// A state, a card, digits: what the reader said without being asked for an order.
struct Told {
  Reply reply;
};
// kTimeout: sent, and it may have been done; every other failure means that nothing moved.
struct OrderDone {
  std::uint64_t ticket = 0;
  base::Result<Reply> reply;
};
// The window is open and the reader can take a key: store a new one, then install_key().
struct WantsKey {};
// The reader has this key: it took it just now, or has proven it.
struct KeyTaken {
  base::SecretText key;
};
struct KeyRefused {
  std::string reason;
};
// Something that was dropped; says nothing of its content.
struct Dropped {
  std::string reason;
};
using PanelEvent =
    std::variant<CameOnline, WentOffline, Told, OrderDone, WantsKey, KeyTaken, KeyRefused, Dropped>;

struct PanelCounts {
  std::uint64_t sent = 0;
  std::uint64_t resent = 0;
  std::uint64_t silences = 0;
  std::uint64_t strays = 0;  // answers to nothing, or with another sequence number
  std::uint64_t naks = 0;
  std::uint64_t restarts = 0;  // of the sequence, after the reader fell out of step
};

// The panel's side of one reader: what to send next, given the time and what came in. Pure; who
// owns the line asks next(), sends, and says what came of it. The transitions are a table in
// panel.cpp.
class Panel {
 public:
  static constexpr std::size_t kMaxOrders = 16;

  // `random` gives 8 bytes that nobody can foretell for each handshake.
  Panel(std::uint8_t address, ReaderKeys keys, PanelPace pace,
        std::function<base::Result<std::string>()> random);

  std::uint8_t address() const { return address_; }
  // When next() will have something, if nothing happens before.
  base::TimePoint due() const;
  // The next frame; nothing before due(). After it comes on_frame() or on_silence().
  std::optional<std::string> next(base::TimePoint now);
  // False if the frame is no answer to what was sent: go on waiting.
  bool on_frame(base::TimePoint now, const Frame& frame);
  void on_silence(base::TimePoint now);
  // The wires are gone; once they are back it is tried again within a second.
  void on_line_lost(base::TimePoint now, const base::Error& reason);

  // Sent as soon as it is its turn, unless `deadline` has passed then. kOffline, kFull and kRefused
  // (a command that this reader must not be sent in clear): nothing will be sent.
  base::Result<void> order(std::uint64_t ticket, Message message, base::TimePoint deadline);

  // Until then the default key is good enough to hand over a key of its own. Only a person opens
  // this, each time anew.
  void open_window(base::TimePoint now, base::TimePoint until);
  // The answer to WantsKey. kConflict if the window has closed, the reader has gone, or another key
  // is on its way.
  base::Result<void> install_key(base::TimePoint now, const base::SecretText& key);

  std::vector<PanelEvent> take_events() { return std::exchange(events_, {}); }
  bool is_online() const { return is_online_; }
  Security security() const;
  const PanelCounts& counts() const { return counts_; }

 private:
  enum class Phase : std::uint8_t { kAway, kIdentify, kDescribe, kChallenge, kProve, kOnline };
  enum class Signal : std::uint8_t {
    kContact,       // it is time to try
    kIdentity,      // it said what it is
    kCapabilities,  // it said what it can, or that it does not know the question
    kCryptogram,    // it proved its key
    kInitialMac,    // it took ours
    kKeyWrong,      // it did not, or has another one
    kOutOfStep,     // its sequence, session or MAC is not ours: begin anew
    kSilence,       // nothing came for this one frame
    kGone,          // nothing came for too long
  };
  struct Transition;
  static const std::vector<Transition>& transitions();

  struct Order {
    std::uint64_t ticket = 0;  // 0: our own question
    Message message;
    base::TimePoint deadline;
  };
  // The frame that waits for its answer, as it was sent: a repeat is the same, byte for byte.
  struct Flight {
    std::string bytes;
    Message message;
    std::optional<Order> order;
    base::TimePoint first_sent;
    base::TimePoint resend_at;
    int silences = 0;
  };
  struct Candidate {
    base::SecretText key;
    KeyKind kind = KeyKind::kInstalled;
  };

  void signal(base::TimePoint now, Signal signal);
  // What the table calls.
  void begin(base::TimePoint now);
  void describe(base::TimePoint now);
  void choose(base::TimePoint now);
  void come_online(base::TimePoint now);
  void try_next_key(base::TimePoint now);
  void fall_out(base::TimePoint now);
  void fail_contact(base::TimePoint now);
  void go_away(base::TimePoint now);

  void leave(base::TimePoint now, base::Error reason, base::Duration pause);
  void abandon_flight();
  std::vector<Candidate> candidates(base::TimePoint now) const;
  std::optional<Message> message_of(base::TimePoint now);
  std::optional<Message> next_order(base::TimePoint now);
  void ask_states(base::TimePoint now);
  std::string encoded(const Message& message);
  bool may_send(CommandCode code) const;
  bool is_window_open(base::TimePoint now) const { return now < window_until_; }
  bool is_trusted() const;

  bool is_answer(const Frame& frame) const;
  base::Result<base::SecretText> opened(const Frame& frame);
  void take(base::TimePoint now, const Frame& frame, const Reply& reply);
  void take_busy(base::TimePoint now, const Frame& frame);
  void take_nak(base::TimePoint now, const Frame& frame, const Nak& nak);
  void note_refused(const Nak& nak);
  void take_online_nak(base::TimePoint now, const Frame& frame, const Nak& nak);
  void take_unreadable(base::TimePoint now, base::Error problem);
  void take_cryptogram(base::TimePoint now, const Frame& frame, const Reply& reply);
  void take_initial_mac(base::TimePoint now, const Frame& frame, const Reply& reply);
  void take_online(base::TimePoint now, const Reply& reply);
  void finish_order(base::Result<Reply> reply);
  void finish_key(base::TimePoint now, const base::Result<Reply>& reply);
  void end_exchange(base::TimePoint now);
  void tell(const Reply& reply);

  const std::uint8_t address_;
  ReaderKeys keys_;
  const PanelPace pace_;
  const std::function<base::Result<std::string>()> random_;

  // Small ones beside each other: there is a panel for each reader.
  Phase phase_ = Phase::kAway;
  Check check_ = Check::kCrc;  // a reader in clear may know checksums only
  KeyKind session_kind_ = KeyKind::kInstalled;
  std::uint8_t sequence_ = 0;
  bool was_order_ = false;  // the last exchange: then the next one is a POLL
  bool is_online_ = false;
  bool asked_for_key_ = false;       // in this window
  bool restart_for_window_ = false;  // a handshake is to be tried with a reader in clear
  int restarts_ = 0;                 // since it was online

  std::optional<Flight> flight_;
  std::optional<Order> ordered_;  // becomes the flight's
  std::deque<Order> orders_;
  std::vector<CommandCode> refused_;  // questions that the reader does not know, until it is away
  base::TimePoint next_at_;
  base::TimePoint last_heard_;
  base::TimePoint refresh_at_;
  base::Duration retry_{0};
  base::Error trouble_;             // the last one
  std::optional<base::Code> told_;  // why it is offline, so that it is said once

  Identity identity_;
  Capabilities capabilities_;
  std::size_t candidate_ = 0;
  std::optional<Handshake> handshake_;
  std::optional<Message> proof_;  // SCRYPT
  std::optional<SecureSession> session_;
  base::SecretText session_key_;
  base::TimePoint window_until_;
  base::SecretText installing_;

  std::vector<PanelEvent> events_;
  PanelCounts counts_;
};

}  // namespace linli::drivers::osdp
