#include "firmware/scenarios/access/presentation_desk.hpp"

#include <algorithm>

#include "firmware/base/log.hpp"

namespace linli::scenarios::access {
namespace {

using domain::Presentation;
using domain::access::Credential;
using domain::access::CredentialKind;
using domain::access::PassRefusal;
using domain::access::Reason;
using domain::access::SecondFactor;

constexpr std::int64_t kMsPerS = 1'000;

const ReaderPoint* find_reader(const DoorDefinition& door, const Presentation& shown) {
  const auto found =
      std::find_if(door.readers.begin(), door.readers.end(), [&shown](const ReaderPoint& reader) {
        return reader.device == shown.reader && reader.head == shown.head;
      });
  return found == door.readers.end() ? nullptr : &*found;
}

// Not known from Wiegand's forms is not broken: only a parity that is wrong is.
bool is_readable(const Presentation& shown) {
  return !shown.wiegand || shown.wiegand->parity_ok;
}

// Passes and codes of visitors are no rows of the book.
Credential visitor(std::string id, CredentialKind kind, std::string holder) {
  Credential credential;
  credential.id = std::move(id);
  credential.kind = kind;
  credential.holder = std::move(holder);
  return credential;
}

}  // namespace

PresentationDesk::PresentationDesk(base::Loop& loop, DoorDesk& doors, AccessBooks& books,
                                   ports::PasswordHash& hash, ports::Crypto& crypto,
                                   AccessMacs macs)
    : loop_(loop),
      doors_(doors),
      books_(books),
      hash_(hash),
      crypto_(crypto),
      macs_(std::move(macs)) {}

void PresentationDesk::on_presentations(Writing& writing, const domain::Report& report) {
  for (const Presentation& shown : report.presentations) {
    for (const std::string& id : books_.doors.of_device(shown.reader.str())) {
      const DoorDefinition& door = *books_.doors.find(id);
      const ReaderPoint* const reader = find_reader(door, shown);
      if (reader == nullptr) continue;
      Attempt attempt;
      attempt.door = door.id;
      attempt.reader = reader->device;
      attempt.head = reader->head;
      attempt.direction = reader->direction;
      attempt.at = shown.at == base::TimePoint{} ? loop_.now() : shown.at;
      switch (shown.kind) {
        case Presentation::Kind::kCard:
          on_card(writing, door, std::move(attempt), shown);
          break;
        case Presentation::Kind::kKeypad:
          on_keys(writing, door, attempt, shown);
          break;
        case Presentation::Kind::kQr:
          on_pass(writing, door, std::move(attempt), shown.text.reveal());
          break;
        case Presentation::Kind::kFace:
          on_face(writing, door, std::move(attempt), shown.text.reveal());
          break;
      }
    }
  }
}

void PresentationDesk::on_card(Writing& writing, const DoorDefinition& door, Attempt attempt,
                               const Presentation& shown) {
  Case one{std::move(attempt)};
  one.attempt.kind = CredentialKind::kCard;
  one.shown.kind = CredentialKind::kCard;
  const auto card = domain::access::card_of(shown.card_bits.reveal(), shown.bit_count);
  one.shown.is_readable = card.has_value() && is_readable(shown);
  if (card) one.credential = books_.credentials.by_card(*card);
  if (one.shown.is_readable && one.credential != nullptr && door.access.needs_second_factor) {
    Case with_second = one;
    with_second.shown.second = SecondFactor::kRight;
    const Reason reason = judge(writing, door, with_second);
    if (is_granted(reason) && reason != Reason::kFreePassage) {
      const Head head{one.attempt.reader.str(), one.attempt.head};
      return await_second_factor(head, one);
    }
    one.shown.second = SecondFactor::kRight;  // what stands in the way is told, not the PIN
  }
  settle(writing, door, std::move(one));
}

void PresentationDesk::on_face(Writing& writing, const DoorDefinition& door, Attempt attempt,
                               std::string_view text) {
  Case one{std::move(attempt)};
  one.attempt.kind = CredentialKind::kFace;
  one.shown.kind = CredentialKind::kFace;
  one.credential = books_.credentials.by_face(text);
  settle(writing, door, std::move(one));
}

void PresentationDesk::on_pass(Writing& writing, const DoorDefinition& door, Attempt attempt,
                               std::string_view text) {
  // The gateway makes its passes itself, and so knows of each that was taken back.
  if (writing.now.quality == domain::TimeQuality::kSynchronised)
    books_.revocations.confirm(writing.now.unix_ms / kMsPerS);
  std::vector<std::uint16_t> groups;
  if (door.group != 0) groups.push_back(door.group);
  const auto check = domain::access::verify(
      text, {macs_.site, groups, writing.now, books_.revocations}, macs_.pass_mac);
  Case one{std::move(attempt)};
  one.attempt.kind = CredentialKind::kQr;
  one.shown.kind = CredentialKind::kQr;
  one.shown.pass = check.refusal;
  if (check.refusal != PassRefusal::kNone && check.refusal < PassRefusal::kBadRules)
    return settle(writing, door, std::move(one));
  const std::string subject = domain::access::hex64(check.token.subject);
  one.pass = check.token;
  if (check.token.kind == domain::access::PassKind::kResident) {
    one.credential = books_.credentials.by_subject(subject);
    return settle(writing, door, std::move(one));
  }
  const Credential own =
      visitor("pass-" + domain::access::hex64(check.token.id), CredentialKind::kQr, subject);
  one.credential = &own;
  one.has_right_itself = true;
  settle(writing, door, std::move(one));
}

void PresentationDesk::on_keys(Writing& writing, const DoorDefinition& door, const Attempt& attempt,
                               const Presentation& shown) {
  const std::string reader = attempt.reader.str();
  for (const base::SecretText& digits :
       keypad_.add(reader, attempt.head, shown.digits, loop_.now())) {
    const auto waiting = waiting_.find({reader, attempt.head});
    if (waiting != waiting_.end()) {
      Waiting card = std::move(waiting->second);
      waiting_.erase(waiting);
      on_second_factor(writing, door, std::move(card), digits);
    } else {
      on_pin(writing, door, attempt, digits);
    }
  }
}

void PresentationDesk::on_pin(Writing& writing, const DoorDefinition& door, Attempt attempt,
                              const base::SecretText& digits) {
  attempt.kind = CredentialKind::kPin;
  Case one{attempt};
  one.shown.kind = CredentialKind::kPin;
  one.shown.locked_for = limits_.wait({door.id, CredentialKind::kPin, ""}, loop_.now());
  const bool is_locked = one.shown.locked_for > base::Duration{0};
  if (proving_.contains(door.id)) one.shown.pass = PassRefusal::kBusy;
  if (is_locked || one.shown.pass != PassRefusal::kNone)
    return settle(writing, door, std::move(one));
  if (on_dynamic_code(writing, door, attempt, digits.reveal())) return;
  const bool is_taken = door.access.takes.at(static_cast<std::size_t>(CredentialKind::kPin));
  if (!is_taken) return settle(writing, door, std::move(one));
  if (on_visitor_code(writing, door, attempt, digits.reveal())) return;
  const std::string tag = pin_tag(digits.reveal(), macs_.keypad_mac);
  const Credential* const credential = tag.empty() ? nullptr : books_.credentials.by_pin_tag(tag);
  std::vector<std::string> candidates;
  if (credential != nullptr) candidates.push_back(credential->id);
  proving_.insert(door.id);
  prove(digits, std::move(candidates),
        [this, attempt = std::move(attempt)](const std::optional<std::string>& found,
                                             bool is_busy) { after_pin(attempt, found, is_busy); });
}

bool PresentationDesk::on_visitor_code(Writing& writing, const DoorDefinition& door,
                                       const Attempt& attempt, std::string_view digits) {
  if (door.group == 0 || writing.now.quality != domain::TimeQuality::kSynchronised) return false;
  const std::string tag =
      domain::access::visitor_tag(macs_.code_key, door.group, digits, macs_.pass_mac);
  if (tag.empty()) return false;
  const auto* const code =
      domain::access::find_live(books_.codes, door.group, tag, writing.now.unix_ms / kMsPerS);
  if (code == nullptr) return false;
  Credential own = visitor(code->id, CredentialKind::kPin, code->issuer);
  own.validity = {code->from_s * kMsPerS, code->until_s * kMsPerS};
  Case one{attempt};
  one.shown.kind = CredentialKind::kPin;
  one.credential = &own;
  one.code = code->id;
  one.has_right_itself = true;
  settle(writing, door, std::move(one));
  return true;
}

void PresentationDesk::after_pin(const Attempt& attempt,
                                 const std::optional<std::string>& credential, bool is_busy) {
  proving_.erase(attempt.door);
  doors_.write([this, &attempt, &credential, is_busy](Writing& writing) {
    const DoorDefinition* const door = books_.doors.find(attempt.door);
    if (door == nullptr) return;
    Case one{attempt};
    one.shown.kind = CredentialKind::kPin;
    if (is_busy) one.shown.pass = PassRefusal::kBusy;
    if (credential) one.credential = books_.credentials.find(*credential);
    settle(writing, *door, std::move(one));
  });
}

void PresentationDesk::await_second_factor(const Head& head, const Case& shown) {
  Waiting& waiting = waiting_[head];
  waiting.credential = shown.credential->id;
  waiting.attempt = shown.attempt;
  waiting.timer = loop_.after(kSecondFactorWait, [this, head] { give_up_second_factor(head); });
}

void PresentationDesk::give_up_second_factor(const Head& head) {
  const auto found = waiting_.find(head);
  if (found == waiting_.end()) return;
  const Attempt attempt = found->second.attempt;
  const std::string credential = found->second.credential;
  waiting_.erase(found);
  doors_.write([this, &attempt, &credential](Writing& writing) {
    const DoorDefinition* const door = books_.doors.find(attempt.door);
    if (door == nullptr) return;
    Case one{attempt};
    one.credential = books_.credentials.find(credential);
    settle(writing, *door, std::move(one));
  });
}

void PresentationDesk::on_second_factor(Writing& writing, const DoorDefinition& door,
                                        Waiting waiting, const base::SecretText& digits) {
  Case one{waiting.attempt};
  one.credential = books_.credentials.find(waiting.credential);
  one.shown.locked_for =
      limits_.wait({door.id, CredentialKind::kPin, waiting.credential}, loop_.now());
  if (proving_.contains(door.id)) one.shown.pass = PassRefusal::kBusy;
  if (one.shown.locked_for > base::Duration{0} || one.shown.pass != PassRefusal::kNone ||
      one.credential == nullptr)
    return settle(writing, door, std::move(one));
  std::vector<std::string> pins;
  for (const Credential* each : books_.credentials.of_holder(one.credential->holder)) {
    if (each->state != domain::access::CredentialState::kActive) continue;
    if (each->kind == CredentialKind::kPin) pins.push_back(each->id);
    if (each->kind != CredentialKind::kTotp) continue;
    one.dynamic = right_code(*each, digits, writing.now);
    if (!one.dynamic) continue;
    one.shown.second = SecondFactor::kRight;
    one.attempt.at = loop_.now();
    return settle(writing, door, std::move(one));
  }
  proving_.insert(door.id);
  waiting.attempt.at = loop_.now();
  prove(digits, std::move(pins),
        [this, attempt = std::move(waiting.attempt), card = std::move(waiting.credential)](
            const std::optional<std::string>& found, bool is_busy) {
          after_second_factor(attempt, card, found.has_value(), is_busy);
        });
}

void PresentationDesk::after_second_factor(const Attempt& attempt, const std::string& credential,
                                           bool is_right, bool is_busy) {
  proving_.erase(attempt.door);
  doors_.write([this, &attempt, &credential, is_right, is_busy](Writing& writing) {
    const DoorDefinition* const door = books_.doors.find(attempt.door);
    if (door == nullptr) return;
    Case one{attempt};
    one.credential = books_.credentials.find(credential);
    one.shown.second = is_right ? SecondFactor::kRight : SecondFactor::kWrong;
    if (is_busy) one.shown.pass = PassRefusal::kBusy;
    settle(writing, *door, std::move(one));
  });
}

void PresentationDesk::prove(base::SecretText digits, std::vector<std::string> credentials,
                             Found done) {
  const Credential* const credential =
      credentials.empty() ? nullptr : books_.credentials.find(credentials.front());
  std::string stored = credential == nullptr ? "" : credential->pin_hash;
  base::SecretText shown = digits;
  hash_.verify(std::move(shown), std::move(stored),
               [this, living = std::weak_ptr(alive_), digits = std::move(digits),
                credentials = std::move(credentials),
                done = std::move(done)](const base::Result<bool>& is_right) mutable {
                 if (living.expired()) return;
                 if (!is_right) return std::move(done)(std::nullopt, true);
                 if (credentials.empty()) return std::move(done)(std::nullopt, false);
                 if (*is_right) return std::move(done)(std::move(credentials.front()), false);
                 credentials.erase(credentials.begin());
                 if (credentials.empty()) return std::move(done)(std::nullopt, false);
                 prove(std::move(digits), std::move(credentials), std::move(done));
               });
}

void PresentationDesk::unlock_keypad(const DoorDefinition& door) {
  limits_.unlock({door.id, CredentialKind::kPin, ""});
}

}  // namespace linli::scenarios::access
