#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/bytes.hpp"
#include "firmware/base/id.hpp"
#include "firmware/base/json.hpp"
#include "firmware/scenarios/access/access_commands.hpp"

// Who lives where.
namespace linli::scenarios::access {
namespace {

using base::Code;
using domain::Command;
using domain::access::Credential;
using domain::access::CredentialKind;
using domain::access::CredentialState;
using ports::Space;

// The ids of what somebody gets by moving in begin with the person's.
std::string phone_of(std::string_view person) {
  return std::string(person) + ".phone";
}
std::string home_right_of(std::string_view person) {
  return std::string(person) + ".home";
}

Credential phone_credential(const Resident& resident) {
  Credential credential;
  credential.id = phone_of(resident.id);
  credential.holder = resident.id;
  credential.kind = CredentialKind::kQr;
  credential.secret_name = domain::access::hex64(resident.subject);
  return credential;
}

std::vector<std::string> people_of(const Household& household) {
  std::vector<std::string> people;
  people.reserve(household.residents.size());
  for (const Resident& each : household.residents) people.push_back(each.id);
  return people;
}

std::vector<Credential> credentials_of(const NewResident& person, const Resident& resident) {
  std::vector<Credential> credentials{phone_credential(resident)};
  for (const domain::access::Card& card : person.cards) {
    Credential credential;
    credential.id = person.id + ".card" + std::to_string(credentials.size());
    credential.holder = person.id;
    credential.card = card;
    credentials.push_back(std::move(credential));
  }
  return credentials;
}

}  // namespace

base::Result<Resident> AccessCommands::resident_of(const NewResident& person,
                                                   const Household& home) const {
  if (!base::is_id(person.id + ".card99"))
    return base::fail(Code::kInvalid, "people: the id '{}' is too long", person.id);
  Resident resident;
  resident.id = person.id;
  resident.role = person.role;
  resident.term = person.term;
  auto sealed = needs_.keys.seal(resident_secret_name(person.id), person.contact);
  if (!sealed) return base::failure_of(std::move(sealed));
  resident.sealed = *std::move(sealed);
  const auto known = std::find_if(home.residents.begin(), home.residents.end(),
                                  [&person](const Resident& each) { return each.id == person.id; });
  if (known != home.residents.end()) {
    resident.subject = known->subject;
    return resident;
  }
  auto subject = random_number();
  if (!subject) return base::failure_of(std::move(subject));
  resident.subject = *subject;
  return resident;
}

// What one person brings along: the phone, the cards, and the right for the doors.
base::Result<void> AccessCommands::add_resident(const MoveInForm& form, const NewResident& person,
                                                Arrival& arrival) const {
  auto resident = resident_of(person, arrival.home);
  if (!resident) return base::failure_of(std::move(resident));
  auto& puts = arrival.change.turn.puts;
  for (Credential& each : credentials_of(person, *resident)) {
    if (auto checked = books_.credentials.check(each, ""); !checked)
      return base::failure_of(std::move(checked), person.id);
    puts.push_back({Space::kCredential, each.id, to_row(each)});
    arrival.credentials.push_back(std::move(each));
  }
  std::erase_if(arrival.home.residents,
                [&person](const Resident& each) { return each.id == person.id; });
  arrival.home.residents.push_back(*std::move(resident));
  if (form.groups.empty()) return {};
  AccessRight right;
  right.right.id = home_right_of(person.id);
  right.right.validity = person.term;
  right.holder = person.id;
  right.groups = form.groups;
  right.schedule = form.schedule;
  if (auto checked = books_.rights.check(right, books_.schedules); !checked) return checked;
  puts.push_back({Space::kAccessRight, right.right.id, to_row(right)});
  arrival.rights.push_back(std::move(right));
  return {};
}

base::Result<Change> AccessCommands::plan_move_in(const Command& command) const {
  auto form = move_in_form(command.input);
  if (!form) return base::failure_of(std::move(form));
  if (needs_.places.find(form->place) == nullptr)
    return base::fail(Code::kNotFound, "place: there is no place '{}'", form->place);
  const Household* const known = books_.households.find(form->household);
  Arrival arrival;
  arrival.change = begin_change(command, "household:" + form->household);
  if (known != nullptr) arrival.home = *known;
  arrival.home.id = form->household;
  arrival.home.place = form->place;
  for (const NewResident& person : form->people) {
    if (auto added = add_resident(*form, person, arrival); !added)
      return base::failure_of(std::move(added));
  }
  if (auto checked = books_.households.check(arrival.home); !checked)
    return base::failure_of(std::move(checked));
  Change change = std::move(arrival.change);
  change.turn.puts.push_back({Space::kHousehold, arrival.home.id, to_row(arrival.home)});
  change.apply = [&books = books_, arrival = std::move(arrival)]() mutable {
    apply(books, std::move(arrival));
  };
  return change;
}

void AccessCommands::apply(AccessBooks& books, Arrival arrival) {
  books.households.put(std::move(arrival.home));
  for (Credential& each : arrival.credentials) books.credentials.put(std::move(each));
  for (AccessRight& each : arrival.rights) books.rights.put(std::move(each));
}

void AccessCommands::move_in(const Command& command, Done done) {
  changes_.add([this, command] { return plan_move_in(command); }, std::move(done));
}

// All that somebody could open with ends in the transaction in which they leave the book.
base::Result<void> AccessCommands::take_resident(const std::string& person,
                                                 Departure& departure) const {
  const auto home = books_.households.find_resident(person);
  if (!home || home->household->id != departure.rest.id) {
    return base::fail(Code::kNotFound, "'{}' does not live in household '{}'", person,
                      departure.rest.id);
  }
  if (!departure.revocations.revoke_subject(home->resident->subject))
    return base::fail(Code::kFull, "the list of people whose passes were taken back is full");
  ports::Turn& turn = departure.change.turn;
  for (const Credential* each : books_.credentials.of_holder(person)) {
    Credential revoked = *each;
    revoked.state = CredentialState::kRevoked;
    turn.puts.push_back({Space::kCredential, revoked.id, to_row(revoked)});
    if (revoked.kind == CredentialKind::kPin)
      turn.erasures.push_back({Space::kAccessPass, pin_tag_key(revoked.id)});
    departure.credentials.push_back(std::move(revoked));
  }
  for (const AccessRight* each : books_.rights.of_holder(person)) {
    turn.erasures.push_back({Space::kAccessRight, each->right.id});
    departure.rights.push_back(each->right.id);
  }
  for (const domain::access::VisitorCode& each : books_.codes) {
    if (each.issuer != person) continue;
    turn.erasures.push_back({Space::kAccessPass, code_key(each.id)});
    departure.codes.push_back(each.id);
  }
  for (const IssuedPass* each : books_.issued.of_issuer(person)) {
    turn.erasures.push_back({Space::kAccessPass, issued_key(each->id)});
    departure.passes.push_back(each->id);
  }
  for (const auto& [id, each] : books_.delegations) {
    if (each.from != person && each.to != person) continue;
    turn.erasures.push_back({Space::kDelegation, id});
    departure.delegations.push_back(id);
  }
  std::erase_if(departure.rest.residents,
                [&person](const Resident& each) { return each.id == person; });
  return {};
}

// What was ended, for the page that says so.
std::string AccessCommands::departure_json(const Departure& left) const {
  std::array<std::size_t, domain::access::kCredentialKinds> kinds{};
  for (const Credential& each : left.credentials) ++kinds.at(static_cast<std::size_t>(each.kind));
  const auto of = [&kinds](CredentialKind kind) {
    return kinds.at(static_cast<std::size_t>(kind));
  };
  return base::dump_json({{"people", left.people.size()},
                          {"cards", of(CredentialKind::kCard)},
                          {"pins", of(CredentialKind::kPin)},
                          {"dynamic_codes", of(CredentialKind::kTotp)},
                          {"faces", of(CredentialKind::kFace)},
                          {"phones", of(CredentialKind::kQr)},
                          {"rights", left.rights.size()},
                          {"passes", left.passes.size()},
                          {"codes", left.codes.size()},
                          {"delegations", left.delegations.size()}});
}

base::Result<Change> AccessCommands::plan_move_out(const Command& command) const {
  auto form = move_out_form(command.input);
  if (!form) return base::failure_of(std::move(form));
  const Household* const known = books_.households.find(form->household);
  if (known == nullptr)
    return base::fail(Code::kNotFound, "there is no household '{}'", form->household);
  const std::vector<std::string> leaving =
      form->people.empty() ? people_of(*known) : std::move(form->people);
  Departure departure{begin_change(command, "household:" + known->id),
                      *known,
                      leaving,
                      {},
                      {},
                      books_.revocations,
                      {},
                      {},
                      {}};
  for (const std::string& person : leaving) {
    if (auto taken = take_resident(person, departure); !taken)
      return base::failure_of(std::move(taken));
  }
  Change change = std::move(departure.change);
  change.answer = departure_json(departure);
  change.turn.puts.push_back(
      {Space::kAccessPass, std::string(kRevocationsKey), departure.revocations.to_row()});
  const Household& rest = departure.rest;
  if (rest.residents.empty()) {
    change.turn.erasures.push_back({Space::kHousehold, rest.id});
  } else {
    change.turn.puts.push_back({Space::kHousehold, rest.id, to_row(rest)});
  }
  change.apply = [&books = books_, left = std::move(departure)]() mutable {
    let_go(books, std::move(left));
  };
  return change;
}

void AccessCommands::let_go(AccessBooks& books, Departure left) {
  for (Credential& each : left.credentials) books.credentials.put(std::move(each));
  for (const std::string& each : left.rights) books.rights.remove(each);
  books.revocations = std::move(left.revocations);
  std::erase_if(books.codes, [&left](const domain::access::VisitorCode& each) {
    return std::find(left.codes.begin(), left.codes.end(), each.id) != left.codes.end();
  });
  for (const std::uint64_t each : left.passes) books.issued.remove(each);
  for (const std::string& each : left.delegations) books.delegations.erase(each);
  if (left.rest.residents.empty()) return books.households.remove(left.rest.id);
  books.households.put(std::move(left.rest));
}

void AccessCommands::move_out(const Command& command, Done done) {
  changes_.add([this, command] { return plan_move_out(command); }, std::move(done));
}

}  // namespace linli::scenarios::access
