#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "drivers/coap/lwm2m_registration.hpp"
#include "firmware/base/time.hpp"
#include "firmware/domain/ids.hpp"
#include "firmware/domain/profile.hpp"
#include "firmware/net/coap_message.hpp"
#include "firmware/ports/device_driver.hpp"

namespace linli::drivers::coap {

// What a Write or Execute came to. 4.xx: the device did not do it; 5.xx: it could not.
base::Result<ports::ActionReply> outcome_of(const net::CoapAnswer& answer);

// The gateway's side of one registered LwM2M device: which resources are still to be asked for,
// which commands wait, what is on its way, and what an answer means. Pure: time is a parameter, and
// sending is the caller's business.
//
//   a resource:  wanted ──next()──▶ asked ──answer──▶ observed, or only read, or absent
//                  ▲                  │
//                  └──── lost ────────┘   and with each update, if it was silent since the last one
//   a command:   waiting ──next()──▶ sent ──answer──▶ gone
//
// At most one resource and one command are on their way (RFC 7252 §4.7): what is sent to an address
// that nobody has proved is one message until it answers. A device in queue mode is sent nothing
// unless it was heard within kAwake.
class Lwm2mPeer {
 public:
  // How long a device in queue mode is taken to listen after its last message: ACK_TIMEOUT. LwM2M
  // (1.1 Transport §6.5) recommends MAX_TRANSMIT_WAIT, 93 s, but binds nobody to it, and a battery
  // lasts longer without. So nobody is asked in vain, and a command that was never sent is known to
  // have moved nothing.
  static constexpr base::Duration kAwake = std::chrono::seconds(2);
  static constexpr std::size_t kMaxCommands = 16;  // that wait or are on their way

  // `tokens`: what the tokens of this registration begin with; its low 16 bits are 0. Another one
  // in each registration, so that no notification of an earlier one is taken for one of this.
  Lwm2mPeer(std::shared_ptr<const domain::Profile> profile, std::uint64_t tokens,
            Lwm2mRegistration registration, std::uint64_t session, base::TimePoint now);

  // The device has renewed its registration, perhaps from another address.
  void update(const Lwm2mUpdate& update, std::uint64_t session, base::TimePoint now);
  // Any message of the device: it is there, and awake.
  void heard(std::uint64_t session, base::TimePoint now);
  // Nothing can be sent to it until it is heard again.
  void end_session(std::uint64_t session);

  const Lwm2mRegistration& registration() const { return registration_; }
  std::uint64_t session() const { return session_; }
  // Resources of the profile that the device does not have.
  std::vector<domain::ObjectPath> missing() const;
  std::size_t observed() const;

  // False beyond kMaxCommands. `call` comes from command_call().
  bool add(const domain::CommandId& command, net::CoapCall call);
  // Takes it back. True if it was not sent yet, or is unknown.
  bool remove(const domain::CommandId& command);
  std::vector<domain::CommandId> commands() const;
  // Those that were not sent, in their order; the peer has them no longer.
  std::vector<std::pair<domain::CommandId, net::CoapCall>> take_waiting();
  // Write or Execute, as the form of this action says.
  base::Result<net::CoapCall> command_call(std::uint16_t action, std::string_view input) const;

  struct Outgoing {
    std::string token;
    net::CoapCall call;
  };
  // What is to be sent now, if anything; it counts as on its way. sent() or lost() follows.
  std::optional<Outgoing> next(base::TimePoint now);
  void sent(const std::string& token, std::uint16_t message_id);

  // Of the resource or the command that is asked with this token, as segments; empty for another.
  std::vector<std::string> path_of(const std::string& token) const;

  struct Answered {
    enum class Kind : std::uint8_t {
      kUnknown,  // of no call of ours
      kCommand,  // `command` is over
      kValue,    // `path` has the value in the payload
      kStale,    // of a state before the last one (RFC 7641 §3.4)
      kNothing,  // no value; what follows from it is noted
    };
    Kind kind = Kind::kUnknown;
    std::optional<domain::CommandId> command{};
    domain::ObjectPath path{};
    bool is_notification = false;  // nobody asked for that value just now
  };
  Answered answer(const net::CoapAnswer& answer, base::TimePoint now);

  struct Lost {
    bool is_ours = false;
    std::optional<domain::CommandId> command;  // over
  };
  // A message was not acknowledged, or not answered in time: the device is taken to be asleep.
  // `refused`: it was reset, and is not asked again before the device registers anew.
  Lost lose(std::uint16_t message_id, bool refused);
  Lost lose(const std::string& token, bool refused);

  // Its value is wanted once more, e.g. because the last one could not be stored.
  void want(const domain::ObjectPath& path);

 private:
  enum class State : std::uint8_t { kWanted, kAsked, kObserved, kRead, kAbsent };
  struct Watch {
    domain::ObjectPath path;
    domain::ResourceFormat format = domain::ResourceFormat::kChosen;
    std::string token;
    std::uint16_t message_id = 0;
    State state = State::kWanted;
    bool leaves_format_to_device = false;  // it does not have the one that we asked for
    bool was_heard = false;                // since the last update
    std::optional<std::uint32_t> sequence;
    base::TimePoint at;
  };
  struct Command {
    domain::CommandId id;
    net::CoapCall call;
    std::string token;
    std::uint16_t message_id = 0;
    bool is_sent = false;
  };

  void watch_objects();
  bool is_reachable(base::TimePoint now) const;
  std::string next_token();
  std::vector<std::string> segments(const domain::ObjectPath& path) const;
  net::CoapFormat format_of(domain::ResourceFormat format) const;
  Answered take(Watch& watch, const net::CoapAnswer& answer, base::TimePoint now);
  template <class Match>
  Lost lose_if(Match match, bool refused);

  std::shared_ptr<const domain::Profile> profile_;
  std::uint64_t tokens_;
  Lwm2mRegistration registration_;
  std::uint64_t session_;  // 0: none
  base::TimePoint heard_;
  bool is_silent_ = false;  // a message of ours was lost since it was heard
  std::vector<Watch> watches_;
  std::deque<Command> commands_;
};

}  // namespace linli::drivers::coap
