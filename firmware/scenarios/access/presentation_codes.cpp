#include <utility>

#include "firmware/core/second_factor.hpp"
#include "firmware/scenarios/access/dynamic_code.hpp"
#include "firmware/scenarios/access/presentation_desk.hpp"

// Dynamic codes (动态码) at a keypad.
namespace linli::scenarios::access {
namespace {

using domain::access::Credential;
using domain::access::CredentialKind;
using domain::access::PassRefusal;

}  // namespace

// Nothing if it is wrong, was used, or the clock cannot say which codes hold now.
std::optional<PresentationDesk::SpentCode> PresentationDesk::right_code(
    const Credential& credential, const base::SecretText& code,
    const domain::EventTime& now) const {
  if (now.quality != domain::TimeQuality::kSynchronised) return std::nullopt;
  const base::SecretText seed = totp_seed(credential.secret_name, macs_.keypad_mac);
  if (seed.empty()) return std::nullopt;
  const auto step =
      core::step_of(crypto_, seed, code, now.unix_ms, books_.credentials.steps(credential.id));
  if (!step) return std::nullopt;
  return SpentCode{credential.id, *step};
}

// False for what is no such code, or a wrong one: then it is looked up as a PIN, takes as long as
// one, and counts as a wrong one at this keypad.
bool PresentationDesk::on_dynamic_code(Writing& writing, const DoorDefinition& door,
                                       const Attempt& attempt, std::string_view digits) {
  if (!door.access.takes.at(static_cast<std::size_t>(CredentialKind::kTotp))) return false;
  const auto typed = typed_code(digits);
  const Credential* const credential =
      typed ? books_.credentials.by_number(typed->number) : nullptr;
  if (credential == nullptr) return false;
  Case one{attempt};
  one.attempt.kind = CredentialKind::kTotp;
  one.shown.kind = CredentialKind::kTotp;
  one.credential = credential;
  if (writing.now.quality != domain::TimeQuality::kSynchronised) {
    one.shown.pass = PassRefusal::kClockUnknown;
  } else {
    one.dynamic = right_code(*credential, typed->code, writing.now);
    if (!one.dynamic) return false;
  }
  settle(writing, door, std::move(one));
  return true;
}

// With the opening's own transaction, so that a code lets in once also after a restart. Beside what
// else is used up.
void PresentationDesk::take_step(Writing& writing, const SpentCode& spent, base::Task& give_back) {
  std::vector<std::uint64_t> before = books_.credentials.steps(spent.credential);
  std::vector<std::uint64_t> steps = before;
  core::note_step(steps, spent.step);
  writing.turn.puts.push_back(
      {ports::Space::kAccessPass, steps_key(spent.credential), steps_to_row(steps)});
  books_.credentials.set_steps(spent.credential, std::move(steps));
  give_back = [&books = books_, id = spent.credential, before = std::move(before),
               others = std::move(give_back)]() mutable {
    books.credentials.set_steps(id, std::move(before));
    if (others) std::move(others)();
  };
}

}  // namespace linli::scenarios::access
