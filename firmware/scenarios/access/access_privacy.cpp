#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/json.hpp"
#include "firmware/scenarios/access/access_commands.hpp"
#include "firmware/scenarios/access/people_forms.hpp"

// What people may know and decide about their own: their record, consent, who acts for them.
namespace linli::scenarios::access {
namespace {

using base::Code;
using base::Json;
using core::ScenarioAnswer;
using domain::Command;
using domain::access::Credential;
using domain::access::CredentialKind;
using domain::access::CredentialState;
using domain::access::Delegation;
using ports::Space;

constexpr std::size_t kMostShown = 50;
constexpr int kMostPages = 10;  // of the journal, for one answer

}  // namespace

// A look through the journal, page after page, for what concerns one person.
struct AccessCommands::OwnLook {
  ports::EventQuery query{};
  std::string person;
  std::string subject;  // of the passes that they gave
  std::string home;     // place of the household; empty: none
  Json items = Json::array();
  int pages = 0;
  Done done;
};

void AccessCommands::read_own_log(const Command& command, Done done) {
  auto form = own_log_form(command.input);
  if (!form) return refuse(std::move(form).error(), std::move(done));
  if (needs_.history == nullptr)
    return refuse({Code::kOffline, "the journal cannot be read now"}, std::move(done));
  auto look = std::make_shared<OwnLook>();
  look->query.classes = {domain::Stream::kAccess};
  look->query.type = kDecisionEvent;
  look->query.from_ms = form->from_ms;
  look->query.to_ms = form->to_ms;
  look->query.before = form->before;
  look->query.limit = ports::History::kMaxItems;
  look->subject = domain::access::hex64(subject_of(form->person));
  if (const auto home = books_.households.find_resident(form->person))
    look->home = home->household->place;
  look->person = std::move(form->person);
  look->done = std::move(done);
  look_at_own(look);
}

void AccessCommands::look_at_own(const std::shared_ptr<OwnLook>& look) {
  needs_.history->events(look->query, [this, living = std::weak_ptr(alive_),
                                       look](base::Result<ports::EventPage> page) {
    if (living.expired()) return;
    if (!page) return std::move(look->done)(base::failure_of(std::move(page)));
    const std::uint64_t next = take_page(*look, *page);
    look->query.before = next;
    const bool is_over = next == 0 || look->items.size() == kMostShown;
    if (!is_over && ++look->pages < kMostPages) return look_at_own(look);
    std::move(look->done)(ScenarioAnswer::secret(base::dump_json(
        {{"items", std::move(look->items)}, {"next", next == 0 ? Json() : Json(next)}})));
  });
}

// Where to go on; 0: there is no more.
std::uint64_t AccessCommands::take_page(OwnLook& look, const ports::EventPage& page) const {
  for (const ports::KeptEvent& event : page.items) {
    take_own(look, event);
    if (look.items.size() == kMostShown) return event.seq;
  }
  return page.next;
}

// Their own comings and goings, their visitors', and whatever happened at a door of their home.
void AccessCommands::take_own(OwnLook& look, const ports::KeptEvent& event) const {
  const auto json = base::parse_json(event.data);
  if (!json) return;
  const std::string holder = json->value("holder", "");
  const bool is_own = holder == look.person;
  const bool is_visitor = holder == look.subject;
  const bool is_home = !look.home.empty() && needs_.places.covers(look.home, event.place);
  if (!is_own && !is_visitor && !is_home) return;
  Json item{{"at_ms", event.unix_ms},
            {"time", domain::name(event.quality)},
            {"door", json->value("door", "")},
            {"granted", json->value("granted", false)},
            {"reason", json->value("reason", "")},
            {"kind", json->value("kind", "")},
            {"who", is_own       ? "self"
                    : is_visitor ? "visitor"
                                 : "other"}};
  const std::string asked_by = json->value("asked_by", "");
  if (!asked_by.empty() && asked_by != "person:" + look.person) item["asked_by"] = asked_by;
  look.items.push_back(std::move(item));
}

void AccessCommands::give_consent(const Command& command, Done done) {
  changes_.add(
      [this, command]() -> base::Result<Change> {
        auto form = give_consent_form(command.input);
        if (!form) return base::failure_of(std::move(form));
        const domain::EventTime now = needs_.clock.now();
        Consent consent{form->person,   form->purpose, form->text,
                        command.issuer, now.unix_ms,   std::nullopt};
        const std::string key = consent_key(consent.person, consent.purpose);
        Change change = begin_change(command, "consent:" + key);
        change.turn.puts.push_back({Space::kConsent, key, to_row(consent)});
        change.apply = [this, key, consent = std::move(consent)]() mutable {
          books_.consents.insert_or_assign(key, std::move(consent));
        };
        return change;
      },
      std::move(done));
}

// Taking it back ends what it was given for, in the same transaction.
base::Result<Change> AccessCommands::plan_withdrawal(const Command& command) const {
  auto form = withdraw_consent_form(command.input);
  if (!form) return base::failure_of(std::move(form));
  const std::string key = consent_key(form->person, form->purpose);
  const auto known = books_.consents.find(key);
  std::vector<Credential> faces;
  for (const Credential* each : books_.credentials.of_holder(form->person)) {
    const bool is_face =
        each->kind == CredentialKind::kFace && each->state != CredentialState::kRevoked;
    if (!is_face) continue;
    faces.push_back(*each);
    faces.back().state = CredentialState::kRevoked;
  }
  const bool has_given = known != books_.consents.end() && known->second.stands();
  if (!has_given && faces.empty()) {
    return base::fail(Code::kNotFound, "'{}' has agreed to nothing of this, and no face is stored",
                      form->person);
  }
  Change change = begin_change(command, "consent:" + key);
  for (const Credential& face : faces)
    change.turn.puts.push_back({Space::kCredential, face.id, to_row(face)});
  std::optional<Consent> consent;
  if (has_given) {
    consent = known->second;
    consent->withdrawn_ms = needs_.clock.now().unix_ms;
    change.turn.puts.push_back({Space::kConsent, key, to_row(*consent)});
  }
  const domain::EventTime now = needs_.clock.now();
  change.answer = base::dump_json(
      {{"faces", faces.size()}, {"at_ms", now.unix_ms}, {"time", domain::name(now.quality)}});
  change.apply = [&books = books_, key, consent, faces = std::move(faces)]() mutable {
    for (Credential& face : faces) books.credentials.put(std::move(face));
    if (consent) books.consents.insert_or_assign(key, *std::move(consent));
  };
  return change;
}

void AccessCommands::withdraw_consent(const Command& command, Done done) {
  changes_.add([this, command] { return plan_withdrawal(command); }, std::move(done));
}

base::Result<Change> AccessCommands::plan_delegation(const Command& command) const {
  auto delegation = delegate_form(command.input);
  if (!delegation) return base::failure_of(std::move(delegation));
  if (!books_.households.find_resident(delegation->from))
    return base::fail(Code::kNotFound, "'{}' lives nowhere here", delegation->from);
  const auto known = books_.delegations.find(delegation->id);
  if (known != books_.delegations.end() && known->second.from != delegation->from) {
    return base::fail(Code::kConflict, "delegation '{}' is another person's: give a new id",
                      delegation->id);
  }
  if (known == books_.delegations.end() && books_.delegations.size() >= kMostDelegations)
    return base::fail(Code::kFull, "there are {} delegations already: end some", kMostDelegations);
  Change change = begin_change(command, "delegation:" + delegation->id);
  change.turn.puts.push_back({Space::kDelegation, delegation->id, to_row(*delegation)});
  change.apply = [this, delegation = *std::move(delegation)]() mutable {
    std::string id = delegation.id;
    books_.delegations.insert_or_assign(std::move(id), std::move(delegation));
  };
  return change;
}

void AccessCommands::delegate(const Command& command, Done done) {
  changes_.add([this, command] { return plan_delegation(command); }, std::move(done));
}

void AccessCommands::end_delegation(const Command& command, Done done) {
  changes_.add(
      [this, command]() -> base::Result<Change> {
        auto id = id_form(command.input, "id");
        if (!id) return base::failure_of(std::move(id));
        if (!books_.delegations.contains(*id))
          return base::fail(Code::kNotFound, "there is no delegation '{}'", *id);
        Change change = begin_change(command, "delegation:" + *id);
        change.turn.erasures.push_back({Space::kDelegation, *id});
        change.apply = [this, id = *std::move(id)] { books_.delegations.erase(id); };
        return change;
      },
      std::move(done));
}

}  // namespace linli::scenarios::access
