#include "firmware/scenarios/access/terminal_roster.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace linli::scenarios::access {

using domain::access::Credential;
using domain::access::CredentialKind;
using domain::access::Validity;

// From when to when somebody may pass at least one of the doors.
struct TerminalRoster::Term {
  std::string holder;
  Validity validity;
  bool at_all_hours = false;
};

namespace {

// An end that is absent is open, so it is the widest.
Validity either(const Validity& one, const Validity& other) {
  Validity wide;
  if (one.from_ms && other.from_ms) wide.from_ms = std::min(*one.from_ms, *other.from_ms);
  if (one.until_ms && other.until_ms) wide.until_ms = std::max(*one.until_ms, *other.until_ms);
  return wide;
}

Validity both(const Validity& one, const Validity& other) {
  Validity narrow = one;
  if (other.from_ms)
    narrow.from_ms = std::max(one.from_ms.value_or(*other.from_ms), *other.from_ms);
  if (other.until_ms)
    narrow.until_ms = std::min(one.until_ms.value_or(*other.until_ms), *other.until_ms);
  return narrow;
}

// A clock that is only a floor proves that an end has passed; nothing else takes somebody away.
bool is_over(const Validity& validity, const domain::EventTime& now) {
  const bool is_empty =
      validity.from_ms && validity.until_ms && *validity.until_ms <= *validity.from_ms;
  return is_empty ||
         domain::access::judge(validity, now) == domain::access::ValidityVerdict::kExpired;
}

bool is_reader_of(const DoorDefinition& door, const domain::DeviceId& terminal) {
  return std::any_of(door.readers.begin(), door.readers.end(),
                     [&terminal](const ReaderPoint& reader) { return reader.device == terminal; });
}

bool is_told(const Credential& credential, const ConsentBook& consents) {
  if (credential.state != domain::access::CredentialState::kActive || credential.is_used_up())
    return false;
  return credential.kind == CredentialKind::kCard ||
         (credential.kind == CredentialKind::kFace &&
          has_consent(consents, credential.holder, kFacePurpose));
}

}  // namespace

std::vector<TerminalRoster::Term> TerminalRoster::terms_at(const domain::DeviceId& terminal) const {
  std::map<std::string_view, Term> terms;  // by holder
  for (const std::string& id : books_.doors.of_device(terminal.str())) {
    const DoorDefinition& door = *books_.doors.find(id);
    if (!is_reader_of(door, terminal)) continue;
    for (const auto& [right_id, right] : books_.rights.all()) {
      if (!covers(right, door.id, door.group) || is_over(right.right.validity, clock_.now()))
        continue;
      const bool at_all_hours = right.schedule.empty();
      const auto [term, is_new] =
          terms.try_emplace(right.holder, Term{right.holder, right.right.validity, at_all_hours});
      if (is_new) continue;
      term->second.validity = either(term->second.validity, right.right.validity);
      term->second.at_all_hours = term->second.at_all_hours || at_all_hours;
    }
  }
  std::vector<Term> all;
  all.reserve(terms.size());
  for (auto& [holder, term] : terms) all.push_back(std::move(term));
  return all;
}

void TerminalRoster::add_credentials(const Term& term,
                                     std::vector<ports::RosterPerson>& persons) const {
  for (const Credential* credential : books_.credentials.of_holder(term.holder)) {
    if (!is_told(*credential, books_.consents)) continue;
    const Validity validity = both(term.validity, credential->validity);
    if (is_over(validity, clock_.now())) continue;
    const bool is_card = credential->kind == CredentialKind::kCard;
    ports::RosterPerson person;
    person.id = is_card ? credential->id : credential->face_id;
    person.holder = term.holder;
    if (is_card) person.card_bits = base::SecretText(credential->card.bits_hex);
    person.card_bit_count = is_card ? credential->card.bit_count : 0;
    person.from_ms = validity.from_ms;
    person.until_ms = validity.until_ms;
    person.at_all_hours = term.at_all_hours;
    persons.push_back(std::move(person));
  }
}

std::vector<ports::RosterPerson> TerminalRoster::persons_at(
    const domain::DeviceId& terminal) const {
  std::vector<ports::RosterPerson> persons;
  for (Term& term : terms_at(terminal)) {
    if (const auto home = books_.households.find_resident(term.holder))
      term.validity = both(term.validity, home->resident->term);
    add_credentials(term, persons);
  }
  return persons;
}

}  // namespace linli::scenarios::access
