#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/json.hpp"
#include "firmware/scenarios/access/access_commands.hpp"

// 个人信息删除: what is stored of one person goes, and what proves it stays.
namespace linli::scenarios::access {
namespace {

using base::Code;
using domain::Command;
using domain::access::Credential;
using domain::access::CredentialKind;
using ports::Space;

}  // namespace

void AccessCommands::erase_row(ports::Turn& turn, const std::string& credential) {
  turn.erasures.push_back({Space::kCredential, credential});
  for (const std::string& key :
       {uses_key(credential), pin_tag_key(credential), steps_key(credential)})
    turn.erasures.push_back({Space::kAccessPass, key});
}

// Whose flat it is keeps the way into it: the lock of one's home is no matter of consent, and ends
// with moving out. What rests on consent alone, or is a name, goes at once.
AccessCommands::Erasure AccessCommands::erasure_of(const std::string& person) const {
  Erasure erasure;
  erasure.person = person;
  const auto home = books_.households.find_resident(person);
  for (const Credential* each : books_.credentials.of_holder(person)) {
    if (home && each->kind != CredentialKind::kFace) continue;
    erasure.credentials.push_back(each->id);
    erasure.faces += each->kind == CredentialKind::kFace ? 1 : 0;
  }
  for (const auto& [key, consent] : books_.consents)
    if (consent.person == person && consent.stands()) erasure.consents.push_back(consent);
  if (home) {
    erasure.home = *home->household;
  } else {
    add_ways(erasure);
  }
  return erasure;
}

// What somebody may pass by who lives here no longer.
void AccessCommands::add_ways(Erasure& erasure) const {
  for (const AccessRight* each : books_.rights.of_holder(erasure.person))
    erasure.rights.push_back(each->right.id);
  for (const auto& [id, each] : books_.delegations) {
    if (each.from == erasure.person || each.to == erasure.person) erasure.delegations.push_back(id);
  }
}

std::size_t AccessCommands::take_name(Erasure& erasure) {
  if (!erasure.home) return 0;
  for (Resident& each : erasure.home->residents) {
    if (each.id == erasure.person) return std::exchange(each.sealed, "").empty() ? 0 : 1;
  }
  return 0;
}

void AccessCommands::write_erasure(const Erasure& erasure, ports::Turn& turn) {
  if (erasure.home)
    turn.puts.push_back({Space::kHousehold, erasure.home->id, to_row(*erasure.home)});
  for (const std::string& each : erasure.credentials) erase_row(turn, each);
  for (const std::string& each : erasure.rights)
    turn.erasures.push_back({Space::kAccessRight, each});
  for (const std::string& each : erasure.delegations)
    turn.erasures.push_back({Space::kDelegation, each});
  for (const Consent& each : erasure.consents)
    turn.puts.push_back({Space::kConsent, consent_key(each.person, each.purpose), to_row(each)});
}

void AccessCommands::apply_erasure(AccessBooks& books, Erasure erasure) {
  if (erasure.home) books.households.put(*std::move(erasure.home));
  for (const std::string& each : erasure.credentials) books.credentials.remove(each);
  for (const std::string& each : erasure.rights) books.rights.remove(each);
  for (const std::string& each : erasure.delegations) books.delegations.erase(each);
  for (Consent& each : erasure.consents) {
    std::string key = consent_key(each.person, each.purpose);
    books.consents.insert_or_assign(std::move(key), std::move(each));
  }
}

base::Result<Change> AccessCommands::plan_erasure(const Command& command) const {
  auto person = id_form(command.input, "person");
  if (!person) return base::failure_of(std::move(person));
  Erasure erasure = erasure_of(*person);
  if (erasure.home && person_in(command.issuer) != *person) {
    return base::fail(Code::kConflict,
                      "'{}' lives in household '{}': they erase their own in the app, for others "
                      "move them out first",
                      *person, erasure.home->id);
  }
  if (!erasure.home && erasure.is_empty())
    return base::fail(Code::kNotFound, "nothing is stored of '{}'", *person);
  Change change = begin_change(command, "person:" + *person);
  const domain::EventTime now = needs_.clock.now();
  for (Consent& each : erasure.consents) each.withdrawn_ms = now.unix_ms;
  const base::Json erased{
      {"names", take_name(erasure)},         {"faces", erasure.faces},
      {"consents", erasure.consents.size()}, {"credentials", erasure.credentials.size()},
      {"rights", erasure.rights.size()},     {"delegations", erasure.delegations.size()}};
  change.turn.audits.front().detail = base::dump_json({{"erased", erased}});
  write_erasure(erasure, change.turn);
  change.answer = base::dump_json({{"erased", erased},
                                   {"at_ms", now.unix_ms},
                                   {"time", domain::name(now.quality)},
                                   {"lives_here", erasure.home.has_value()}});
  change.apply = [&books = books_, erasure = std::move(erasure)]() mutable {
    apply_erasure(books, std::move(erasure));
  };
  return change;
}

void AccessCommands::erase_person(const Command& command, Done done) {
  changes_.add([this, command] { return plan_erasure(command); }, std::move(done));
}

}  // namespace linli::scenarios::access
