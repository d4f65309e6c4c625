#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/json.hpp"
#include "firmware/core/second_factor.hpp"
#include "firmware/scenarios/access/access_commands.hpp"
#include "firmware/scenarios/access/dynamic_code.hpp"

// Cards, PINs, dynamic codes and faces: given out, and taken back.
namespace linli::scenarios::access {
namespace {

using base::Code;
using core::ScenarioAnswer;
using domain::Command;
using domain::access::Credential;
using domain::access::CredentialKind;
using domain::access::CredentialState;
using ports::Space;

constexpr std::uint64_t kNumbers = 10'000;

}  // namespace

// The first that is free from a drawn one on; who has one keeps it.
base::Result<std::string> AccessCommands::draw_number(std::string_view credential) const {
  const Credential* const known = books_.credentials.find(credential);
  if (known != nullptr && !known->number.empty()) return known->number;
  auto drawn = random_number();
  if (!drawn) return base::failure_of(std::move(drawn));
  for (std::uint64_t next = 0; next < kNumbers; ++next) {
    std::string number = fmt::format("{:04}", (*drawn + next) % kNumbers);
    if (books_.credentials.by_number(number) == nullptr) return number;
  }
  return base::fail(Code::kFull, "all 10000 numbers of dynamic codes are taken: revoke old ones");
}

// Each time anew: whoever has an older picture of the QR code has nothing.
base::Result<ScenarioAnswer> AccessCommands::make_dynamic_code(Credential& credential) const {
  if (credential.number.empty()) {
    auto number = draw_number(credential.id);
    if (!number) return base::failure_of(std::move(number));
    credential.number = *std::move(number);
  }
  auto first = random_number();
  auto second = random_number();
  if (!first) return base::failure_of(std::move(first));
  if (!second) return base::failure_of(std::move(second));
  credential.secret_name = domain::access::hex64(*first) + domain::access::hex64(*second);
  const base::SecretText seed = totp_seed(credential.secret_name, macs_.keypad_mac);
  if (seed.empty())
    return base::fail(Code::kInternal, "there is no key to make codes with: see the log");
  const base::SecretText uri = core::factor_uri(seed, credential.id, macs_.site);
  return ScenarioAnswer::secret(
      base::dump_json({{"number", credential.number}, {"uri", uri.reveal()}}));
}

base::Result<Change> AccessCommands::plan_credential(const Command& command,
                                                     IssueCredentialForm form) const {
  const Credential& credential = form.credential;
  std::string tag;
  if (credential.kind == CredentialKind::kPin) {
    tag = pin_tag(form.pin.reveal(), macs_.keypad_mac);
    if (tag.empty())
      return base::fail(Code::kInternal, "there is no key to look PINs up with: see the log");
  }
  core::ScenarioAnswer answer;
  if (credential.kind == CredentialKind::kTotp) {
    auto made = make_dynamic_code(form.credential);
    if (!made) return base::failure_of(std::move(made));
    answer = *std::move(made);
  }
  const bool needs_consent = credential.kind == CredentialKind::kFace;
  if (needs_consent && !has_consent(books_.consents, credential.holder, kFacePurpose)) {
    return base::fail(Code::kDenied,
                      "'{}' has not agreed that a face is used: record the consent first, or give "
                      "a card",
                      credential.holder);
  }
  const Credential* const known = books_.credentials.find(credential.id);
  if (known != nullptr && known->state == CredentialState::kRevoked) {
    return base::fail(Code::kConflict, "credential '{}' was revoked for ever: give a new id",
                      credential.id);
  }
  if (known != nullptr && known->holder != credential.holder) {
    return base::fail(Code::kConflict, "credential '{}' is another person's: give a new id",
                      credential.id);
  }
  if (auto checked = books_.credentials.check(credential, tag); !checked)
    return base::failure_of(std::move(checked));
  Change change = begin_change(command, "credential:" + credential.id);
  change.answer = std::move(answer);
  change.turn.puts.push_back({Space::kCredential, credential.id, to_row(credential)});
  change.turn.erasures.push_back({Space::kAccessPass, uses_key(credential.id)});
  change.turn.erasures.push_back({Space::kAccessPass, steps_key(credential.id)});
  if (!tag.empty())
    change.turn.puts.push_back({Space::kAccessPass, pin_tag_key(credential.id), tag});
  change.apply = [&books = books_, credential = std::move(form.credential),
                  tag = std::move(tag)]() mutable {
    books.credentials.set_steps(credential.id, {});
    books.credentials.put(std::move(credential), std::move(tag));
  };
  return change;
}

void AccessCommands::issue_credential(const Command& command, Done done) {
  auto form = issue_credential_form(command.input);
  if (!form) return refuse(std::move(form).error(), std::move(done));
  if (form->credential.kind != CredentialKind::kPin) {
    return changes_.add(
        [this, command, form = *std::move(form)]() mutable {
          return plan_credential(command, std::move(form));
        },
        std::move(done));
  }
  base::SecretText pin = form->pin;
  needs_.hash.hash(std::move(pin),
                   [this, living = std::weak_ptr(alive_), command, form = *std::move(form),
                    done = std::move(done)](base::Result<std::string> hash) mutable {
                     if (living.expired()) return;
                     if (!hash) return std::move(done)(base::failure_of(std::move(hash)));
                     form.credential.pin_hash = *std::move(hash);
                     changes_.add(
                         [this, command, form = std::move(form)]() mutable {
                           return plan_credential(command, std::move(form));
                         },
                         std::move(done));
                   });
}

base::Result<Change> AccessCommands::plan_revocation(const Command& command) const {
  auto form = revoke_credential_form(command.input);
  if (!form) return base::failure_of(std::move(form));
  const Credential* const known = books_.credentials.find(form->id);
  if (known == nullptr) return base::fail(Code::kNotFound, "there is no credential '{}'", form->id);
  if (known->state == CredentialState::kRevoked && form->state != CredentialState::kRevoked) {
    return base::fail(Code::kConflict, "credential '{}' was revoked for ever: give a new id",
                      form->id);
  }
  Credential credential = *known;
  credential.state = form->state;
  Change change = begin_change(command, "credential:" + form->id);
  change.turn.puts.push_back({Space::kCredential, credential.id, to_row(credential)});
  change.apply = [&books = books_, id = form->id, state = form->state] {
    const Credential* const current = books.credentials.find(id);
    if (current == nullptr) return;
    Credential changed = *current;
    changed.state = state;
    books.credentials.put(std::move(changed), books.credentials.pin_tag(id));
  };
  return change;
}

void AccessCommands::revoke_credential(const Command& command, Done done) {
  changes_.add([this, command] { return plan_revocation(command); }, std::move(done));
}

}  // namespace linli::scenarios::access
