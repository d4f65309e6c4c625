#include <algorithm>
#include <utility>

#include "firmware/base/log.hpp"
#include "firmware/scenarios/access/presentation_desk.hpp"

// The decision about what was shown, what it uses up, and who guesses.
namespace linli::scenarios::access {
namespace {

using domain::access::Credential;
using domain::access::CredentialKind;
using domain::access::PassRefusal;
using domain::access::Reason;

// Each takes one use, writes it into the turn of the opening, and says how to give it back.
PassRefusal take_pass(AccessBooks& books, Writing& writing, const domain::access::PassToken& pass,
                      base::Task& give_back) {
  const auto taken = books.passes.take(pass, writing.now.unix_ms);
  if (taken.refusal != PassRefusal::kNone) return taken.refusal;
  writing.turn.puts.push_back(
      {ports::Space::kAccessPass, pass_key(taken.use.pass), domain::access::to_row(taken.use)});
  give_back = [&books, id = taken.use.pass] { books.passes.give_back(id); };
  return PassRefusal::kNone;
}

domain::access::VisitorCode* find_code(AccessBooks& books, std::string_view id) {
  const auto found = std::find_if(books.codes.begin(), books.codes.end(),
                                  [id](const auto& each) { return each.id == id; });
  return found == books.codes.end() ? nullptr : &*found;
}

void take_code(AccessBooks& books, Writing& writing, const std::string& id, base::Task& give_back) {
  domain::access::VisitorCode* const code = find_code(books, id);
  if (code == nullptr) return;
  ++code->uses;
  writing.turn.puts.push_back(
      {ports::Space::kAccessPass, code_key(id), domain::access::to_row(*code)});
  give_back = [&books, id] {
    domain::access::VisitorCode* const taken = find_code(books, id);
    if (taken != nullptr && taken->uses > 0) --taken->uses;
  };
}

void take_use(AccessBooks& books, Writing& writing, const Credential& credential,
              base::Task& give_back) {
  const std::string id = credential.id;
  const std::uint32_t uses = credential.uses + 1;
  books.credentials.set_uses(id, uses);
  writing.turn.puts.push_back({ports::Space::kAccessPass, uses_key(id), std::to_string(uses)});
  give_back = [&books, id] {
    const Credential* const taken = books.credentials.find(id);
    if (taken != nullptr && taken->uses > 0) books.credentials.set_uses(id, taken->uses - 1);
  };
}

bool is_wrong_secret(Reason reason) {
  return reason == Reason::kUnknownCredential || reason == Reason::kSecondFactorWrong ||
         reason == Reason::kForgedPass;
}

}  // namespace

bool PresentationDesk::is_active(std::string_view holder, const domain::EventTime& now) const {
  const auto home = books_.households.find_resident(holder);
  if (!home) return true;  // staff live nowhere here
  using domain::access::ValidityVerdict;
  const ValidityVerdict verdict = domain::access::judge(home->resident->term, now);
  return verdict == ValidityVerdict::kValid || verdict == ValidityVerdict::kUnknown;
}

Reason PresentationDesk::judge(const Writing& writing, const DoorDefinition& door, Case& shown) {
  const domain::access::Schedule always = domain::access::always();
  const domain::access::Right own;
  Rights rights;
  if (shown.credential != nullptr) {
    shown.attempt.credential = shown.credential->id;
    shown.attempt.holder = shown.credential->holder;
    shown.shown.holder_is_active = is_active(shown.credential->holder, writing.now);
    if (shown.has_right_itself) {
      rights.push_back({own, always});
    } else {
      rights =
          books_.rights.at_door(shown.credential->holder, door.id, door.group, books_.schedules);
    }
    const auto wait = limits_.wait({door.id, shown.shown.kind, shown.credential->id}, loop_.now());
    shown.shown.locked_for = std::max(shown.shown.locked_for, wait);
  }
  shown.shown.passback = doors_.judge_passback(door, shown.attempt);
  return domain::access::decide(
      shown.shown, shown.credential, rights, doors_.access_of(door), books_.schedules.calendar(),
      {writing.now, domain::access::civil_of(writing.now.unix_ms), loop_.now()});
}

void PresentationDesk::settle(Writing& writing, const DoorDefinition& door, Case shown) {
  Reason reason = judge(writing, door, shown);
  base::Task give_back;
  reason = take(writing, shown, reason, give_back);
  count(writing, door, shown, reason);
  if (is_granted(reason)) {
    doors_.grant(writing, door, std::move(shown.attempt), reason, std::move(give_back));
  } else {
    doors_.deny(writing, door, shown.attempt, reason);
  }
}

// A free passage uses nothing up.
Reason PresentationDesk::take(Writing& writing, const Case& shown, Reason reason,
                              base::Task& give_back) {
  if (!is_granted(reason) || reason == Reason::kFreePassage) return reason;
  if (shown.pass) {
    const PassRefusal refusal = take_pass(books_, writing, *shown.pass, give_back);
    return refusal == PassRefusal::kNone ? reason : domain::access::reason_of(refusal);
  }
  if (!shown.code.empty()) {
    take_code(books_, writing, shown.code, give_back);
  } else if (shown.credential != nullptr && shown.credential->max_uses) {
    take_use(books_, writing, *shown.credential, give_back);
  }
  if (shown.dynamic) take_step(writing, *shown.dynamic, give_back);
  return reason;
}

void PresentationDesk::count(Writing& writing, const DoorDefinition& door, const Case& shown,
                             Reason reason) {
  const bool has_second = shown.shown.second != domain::access::SecondFactor::kNotShown;
  const CredentialKind kind = has_second ? CredentialKind::kPin : shown.shown.kind;
  const domain::access::TryLimit::Try at{door.id, kind, shown.attempt.credential};
  if (is_granted(reason)) return limits_.succeeded(at);
  if (!is_wrong_secret(reason)) return;
  const auto counted = limits_.failed(at, loop_.now());
  if (!counted.begins) return;
  base::log::warn("access", "somebody guesses at a door",
                  {{"door", door.id},
                   {"kind", domain::access::name(kind)},
                   {"locked_s", base::to_ms(counted.locked) / 1'000}});
  auto envelope = door_envelope(door, "guessing", writing.now);
  envelope.stream = domain::Stream::kAlarm;
  writing.turn.envelopes.push_back(std::move(envelope));
}

}  // namespace linli::scenarios::access
