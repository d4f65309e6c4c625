#include <algorithm>
#include <array>
#include <utility>

#include "drivers/osdp/panel.hpp"

// What a reader's answers do.
namespace linli::drivers::osdp {
namespace {

using base::Code;

constexpr std::uint8_t kLastSequence = 3;

bool is_busy(const Frame& frame) {
  return frame.code == static_cast<std::uint8_t>(ReplyCode::kBusy);
}
bool is_nak(const Frame& frame) {
  return frame.code == static_cast<std::uint8_t>(ReplyCode::kNak);
}

}  // namespace

bool Panel::is_answer(const Frame& frame) const {
  if (!flight_ || !frame.is_reply || frame.address != address_) return false;
  // A reader that is out of step may say so with a number of its own.
  return frame.sequence == sequence_ || (is_nak(frame) && !frame.security);
}

bool Panel::on_frame(base::TimePoint now, const Frame& frame) {
  if (!is_answer(frame)) {
    ++counts_.strays;
    return false;
  }
  auto data = opened(frame);
  if (!data) {
    trouble_ = std::move(data).error();
    signal(now, Signal::kOutOfStep);
    return true;
  }
  last_heard_ = now;
  auto reply = decode_reply(frame.code, data->reveal());
  if (!reply) {
    take_unreadable(now, std::move(reply).error());
  } else if (std::holds_alternative<Busy>(*reply)) {
    take_busy(now, frame);
  } else if (const auto* const nak = std::get_if<Nak>(&*reply)) {
    take_nak(now, frame, *nak);
  } else {
    take(now, frame, *reply);
  }
  return true;
}

void Panel::on_silence(base::TimePoint now) {
  if (!flight_) return;
  ++counts_.silences;
  flight_->resend_at = now + (++flight_->silences == 1 ? pace_.first_resend : pace_.resend);
  signal(now, now - last_heard_ >= pace_.offline ? Signal::kGone : Signal::kSilence);
}

// Inside a session only BUSY and NAK may come without MAC, and neither is more than "not now": what
// else comes in clear was not said by the reader that has the key.
base::Result<base::SecretText> Panel::opened(const Frame& frame) {
  const bool is_clear = !frame.security;
  if (session_ && !(is_clear && (is_busy(frame) || is_nak(frame)))) return session_->open(frame);
  if (!is_clear && frame.security->has_mac())
    return base::fail(Code::kRefused, "it answered in a secure channel that has ended");
  return base::SecretText(frame.data);
}

void Panel::take_busy(base::TimePoint now, const Frame& frame) {
  if (session_ && frame.security) session_->reopen();
  flight_->resend_at = now + pace_.busy;
  if (now - flight_->first_sent >= pace_.offline) signal(now, Signal::kGone);
}

// The answer was whole, so that the sequence goes on; only its content is nothing that we know.
void Panel::take_unreadable(base::TimePoint now, base::Error problem) {
  trouble_ = problem;
  if (phase_ != Phase::kOnline) return signal(now, Signal::kOutOfStep);
  events_.emplace_back(Dropped{problem.what});
  finish_order(base::Failure(std::move(problem)));
  end_exchange(now);
}

void Panel::take_nak(base::TimePoint now, const Frame& frame, const Nak& nak) {
  ++counts_.naks;
  // It did not get our frame: the same again.
  if (nak.is(NakCode::kBadCheck)) return on_silence(now);
  trouble_ = {Code::kRefused,
              fmt::format("the reader refuses {}: {}", name(flight_->message.code), words_of(nak))};
  if (phase_ == Phase::kOnline) return take_online_nak(now, frame, nak);
  if (nak.is(NakCode::kBadSequence)) return signal(now, Signal::kOutOfStep);
  if (phase_ == Phase::kDescribe && nak.is(NakCode::kUnknownCommand)) {
    end_exchange(now);
    return signal(now, Signal::kCapabilities);
  }
  const bool is_handshake = phase_ == Phase::kChallenge || phase_ == Phase::kProve;
  signal(now, is_handshake ? Signal::kKeyWrong : Signal::kOutOfStep);
}

void Panel::take_online_nak(base::TimePoint now, const Frame& frame, const Nak& nak) {
  if (!session_ && nak.is(NakCode::kNotSecured)) {
    return leave(now,
                 {Code::kDenied,
                  "the reader speaks in a secure channel only, and has no key from us: open the "
                  "window for a new key: linlictl osdp key"},
                 pace_.key_retry);
  }
  note_refused(nak);
  const bool is_out_of_step = nak.is(NakCode::kBadSequence) || nak.is(NakCode::kNotSecured) ||
                              (session_ && !frame.security);
  if (flight_->message.code == CommandCode::kKeySet && !is_out_of_step)
    return finish_key(now, base::Failure(trouble_));
  // A clear NAK may be anybody's: then it is not known what the reader did.
  if (!session_ || frame.security) finish_order(base::Failure(trouble_));
  if (is_out_of_step) return signal(now, Signal::kOutOfStep);
  end_exchange(now);
}

// A reader that refuses a question in clear costs its secure channel each time it is asked. Whether
// it was opened is asked always: a NAK in clear may be anybody's.
void Panel::note_refused(const Nak& nak) {
  constexpr std::array kMayGoUnasked{CommandCode::kInputStatus, CommandCode::kOutputStatus,
                                     CommandCode::kReaderStatus};
  const CommandCode asked = flight_->message.code;
  const bool is_unknown = nak.is(NakCode::kUnknownCommand) || nak.is(NakCode::kBadRecord);
  if (is_unknown &&
      std::find(kMayGoUnasked.begin(), kMayGoUnasked.end(), asked) != kMayGoUnasked.end())
    refused_.push_back(asked);
}

void Panel::take(base::TimePoint now, const Frame& frame, const Reply& reply) {
  if (phase_ == Phase::kOnline) return take_online(now, reply);
  if (phase_ == Phase::kChallenge) return take_cryptogram(now, frame, reply);
  if (phase_ == Phase::kProve) return take_initial_mac(now, frame, reply);
  if (const auto* const identity = std::get_if<Identity>(&reply);
      identity != nullptr && phase_ == Phase::kIdentify) {
    identity_ = *identity;
    end_exchange(now);
    return signal(now, Signal::kIdentity);
  }
  if (const auto* const capabilities = std::get_if<Capabilities>(&reply);
      capabilities != nullptr && phase_ == Phase::kDescribe) {
    capabilities_ = *capabilities;
    end_exchange(now);
    return signal(now, Signal::kCapabilities);
  }
  trouble_ = {Code::kInvalid, "the reader answers something else than what it was asked"};
  signal(now, Signal::kOutOfStep);
}

void Panel::take_cryptogram(base::TimePoint now, const Frame& frame, const Reply& reply) {
  const auto* const cryptogram = std::get_if<ClientCryptogram>(&reply);
  if (cryptogram == nullptr) return signal(now, Signal::kKeyWrong);
  auto proof = handshake_->answer(frame, *cryptogram);
  end_exchange(now);
  if (!proof) {
    trouble_ = std::move(proof).error();
    return signal(now, Signal::kKeyWrong);
  }
  proof_ = *std::move(proof);
  signal(now, Signal::kCryptogram);
}

void Panel::take_initial_mac(base::TimePoint now, const Frame& frame, const Reply& reply) {
  const auto* const mac = std::get_if<InitialMac>(&reply);
  if (mac == nullptr) return signal(now, Signal::kKeyWrong);
  auto session = handshake_->finish(frame, *mac);
  end_exchange(now);
  if (!session) {
    trouble_ = std::move(session).error();
    return signal(now, Signal::kKeyWrong);
  }
  session_.emplace(*std::move(session));
  signal(now, Signal::kInitialMac);
}

void Panel::take_online(base::TimePoint now, const Reply& reply) {
  if (flight_->message.code == CommandCode::kKeySet) return finish_key(now, reply);
  finish_order(reply);
  end_exchange(now);
  next_at_ = now + pace_.poll;
  tell(reply);
}

void Panel::finish_order(base::Result<Reply> reply) {
  if (!flight_->order || flight_->order->ticket == 0) return;
  events_.emplace_back(OrderDone{flight_->order->ticket, std::move(reply)});
  flight_->order.reset();
}

void Panel::finish_key(base::TimePoint now, const base::Result<Reply>& reply) {
  if (!reply) {
    keys_.next = {};
    installing_ = {};
    events_.emplace_back(KeyRefused{reply.error().what});
    return end_exchange(now);
  }
  keys_ = {std::exchange(installing_, {}), {}};
  events_.emplace_back(KeyTaken{keys_.current});
  window_until_ = now;
  begin(now);  // and proves the new key
  phase_ = Phase::kIdentify;
}

void Panel::end_exchange(base::TimePoint now) {
  sequence_ =
      sequence_ == kLastSequence ? std::uint8_t{1} : static_cast<std::uint8_t>(sequence_ + 1);
  flight_.reset();
  next_at_ = now;
}

void Panel::tell(const Reply& reply) {
  if (!is_trusted()) return;
  const bool is_said =
      std::holds_alternative<LocalStatus>(reply) || std::holds_alternative<InputStatus>(reply) ||
      std::holds_alternative<OutputStatus>(reply) || std::holds_alternative<ReaderStatus>(reply) ||
      std::holds_alternative<RawCard>(reply) || std::holds_alternative<FormattedCard>(reply) ||
      std::holds_alternative<Keypad>(reply) || std::holds_alternative<Manufacturer>(reply);
  if (is_said) events_.emplace_back(Told{reply});
}

}  // namespace linli::drivers::osdp
