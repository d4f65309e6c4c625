#include "firmware/scenarios/access/access_forms.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/bytes.hpp"
#include "firmware/domain/access/revocations.hpp"
#include "firmware/scenarios/access/form_parts.hpp"

namespace linli::scenarios::access {
namespace {

using base::Json;
using base::JsonReader;
using domain::access::Card;
using domain::access::CredentialKind;
using domain::access::CredentialState;
using domain::access::PassKind;
using domain::access::SiteRole;

constexpr std::size_t kMaxText = 256;
constexpr std::size_t kMaxRule = 128;
constexpr std::size_t kMostCards = 8;
constexpr std::int64_t kMaxUses = 1'000'000;
constexpr std::int64_t kLongestLookS = 24 * 3'600;
constexpr std::int64_t kUsualLookS = 300;

domain::access::Validity read_validity(JsonReader& in) {
  const domain::access::Validity validity{in.optional_integer("from_ms", kTimes),
                                          in.optional_integer("until_ms", kTimes)};
  if (validity.from_ms && validity.until_ms && *validity.until_ms <= *validity.from_ms)
    in.reject("until_ms", "is not after 'from_ms'");
  return validity;
}

std::uint16_t group_of(std::optional<std::int64_t> group) {
  return static_cast<std::uint16_t>(group.value_or(0));
}

std::optional<Card> read_card(JsonReader& in, std::string_view key, const Json& json) {
  JsonReader part(json);
  const std::string bits = part.text("bits", kMaxText);
  const auto count = static_cast<int>(
      part.integer("count", {domain::access::kMinCardBits, domain::access::kMaxCardBits}));
  const std::string printed = part.optional_text("printed", kMaxId).value_or("");
  if (auto done = part.finish(); !done) {
    in.reject(key, done.error().what);
    return std::nullopt;
  }
  auto card = domain::access::card_of(bits, count);
  if (!card) {
    in.reject(key, card.error().what);
    return std::nullopt;
  }
  card->printed = printed;
  return *std::move(card);
}

// What is shown, by its kind.
void read_secret(JsonReader& in, IssueCredentialForm& form) {
  switch (form.credential.kind) {
    case CredentialKind::kCard: {
      const Json& json = in.object("card");
      if (!in.ok()) return;
      if (auto card = read_card(in, "card", json)) form.credential.card = *std::move(card);
      return;
    }
    case CredentialKind::kPin:
      form.pin = base::SecretText(in.text("pin", kMaxId));
      if (auto checked = check_pin(form.pin.reveal()); in.ok() && !checked)
        in.reject("pin", checked.error().what);
      return;
    case CredentialKind::kFace:
      form.credential.face_id = in.text("face_id", kMaxText);
      if (in.ok() && form.credential.face_id.empty()) in.reject("face_id", "is empty");
      return;
    case CredentialKind::kTotp:
      form.credential.number = in.optional_text("number", kMaxId).value_or("");
      if (!form.credential.number.empty() &&
          !domain::access::is_totp_number(form.credential.number))
        in.reject("number", "is not four digits");
      return;
    case CredentialKind::kQr:
      in.reject("kind", "expected 'card', 'pin', 'totp' or 'face': passes come with issue_pass");
      return;
  }
}

std::vector<Card> read_cards(JsonReader& in) {
  std::vector<Card> cards;
  const Json* const list = in.optional_array("cards", kMostCards);
  if (list == nullptr) return cards;
  for (const Json& each : *list)
    if (auto card = read_card(in, "cards", each)) cards.push_back(*std::move(card));
  return cards;
}

NewResident read_resident(JsonReader& in) {
  NewResident resident;
  resident.id = read_id(in, "id");
  const auto role =
      domain::access::site_role_of(in.optional_text("role", kMaxId).value_or("resident"));
  const bool lives_here = role == SiteRole::kResident || role == SiteRole::kFamily;
  if (!lives_here) in.reject("role", "expected 'resident' or 'family'");
  resident.role = role.value_or(SiteRole::kResident);
  resident.term = read_validity(in);
  const std::string name = in.text("name", kMaxText);
  const std::string phone = in.optional_text("phone", kMaxId).value_or("");
  if (in.ok() && name.empty()) in.reject("name", "is empty");
  resident.contact = base::SecretText(base::dump_json({{"name", name}, {"phone", phone}}));
  resident.cards = read_cards(in);
  return resident;
}

void read_people(JsonReader& in, MoveInForm& form) {
  for (const Json& each : in.array("people", kMostResidents)) {
    JsonReader part(each);
    NewResident resident = read_resident(part);
    if (auto done = part.finish(); !done) return in.reject("people", done.error().what);
    form.people.push_back(std::move(resident));
  }
  if (in.ok() && form.people.empty()) in.reject("people", "names nobody");
}

}  // namespace

base::Result<OpenForm> open_form(std::string_view input) {
  return read_form<OpenForm>(input, [](JsonReader& in) {
    OpenForm form;
    form.door = read_id(in, "door");
    form.site = in.text("site", kMaxId);
    form.issued_ms = in.integer("issued_ms", kTimes);
    const std::int64_t longest = base::to_ms(domain::access::kLongestUnlock) / 1'000;
    form.unlock_for =
        std::chrono::seconds(in.optional_integer("unlock_s", {1, longest}).value_or(0));
    return form;
  });
}

base::Result<std::string> id_form(std::string_view input, std::string_view key) {
  return read_form<std::string>(input, [key](JsonReader& in) { return read_id(in, key); });
}

base::Result<std::string> rule_form(std::string_view input) {
  return read_form<std::string>(input, [](JsonReader& in) {
    std::string rule = in.text("rule", kMaxRule);
    if (in.ok() && rule.empty()) in.reject("rule", "is empty");
    return rule;
  });
}

base::Result<DoorDefinition> put_door_form(std::string_view input) {
  return read_form<DoorDefinition>(input, [](JsonReader& in) {
    std::string id = read_id(in, "id");
    return read_door(in, std::move(id));
  });
}

base::Result<AccessRight> put_right_form(std::string_view input) {
  return read_form<AccessRight>(input, [](JsonReader& in) {
    std::string id = read_id(in, "id");
    return read_right(in, std::move(id));
  });
}

base::Result<PutScheduleForm> put_schedule_form(std::string_view input) {
  return read_form<PutScheduleForm>(input, [](JsonReader& in) {
    PutScheduleForm form;
    form.id = read_id(in, "id");
    auto schedule = domain::access::schedule_from_json(base::dump_json(in.object("schedule")));
    if (!schedule) {
      in.reject("schedule", schedule.error().what);
    } else {
      form.schedule = *std::move(schedule);
    }
    return form;
  });
}

base::Result<PutCalendarForm> put_calendar_form(std::string_view input) {
  return read_form<PutCalendarForm>(input, [](JsonReader& in) {
    PutCalendarForm form;
    form.file = base::dump_json(in.object("calendar"));
    const auto year = year_of_file(form.file);
    if (!year) in.reject("calendar", year.error().what);
    form.year = year.value_or(0);
    return form;
  });
}

base::Result<IssueCredentialForm> issue_credential_form(std::string_view input) {
  return read_form<IssueCredentialForm>(input, [](JsonReader& in) {
    IssueCredentialForm form;
    form.credential.id = read_id(in, "id");
    form.credential.holder = read_id(in, "holder");
    const auto kind = domain::access::credential_kind_of(in.text("kind", kMaxId));
    if (!kind) in.reject("kind", "expected 'card', 'pin', 'totp' or 'face'");
    form.credential.kind = kind.value_or(CredentialKind::kQr);
    form.credential.validity = read_validity(in);
    if (const auto uses = in.optional_integer("max_uses", {1, kMaxUses}))
      form.credential.max_uses = static_cast<std::uint32_t>(*uses);
    read_secret(in, form);
    return form;
  });
}

base::Result<RevokeCredentialForm> revoke_credential_form(std::string_view input) {
  return read_form<RevokeCredentialForm>(input, [](JsonReader& in) {
    RevokeCredentialForm form;
    form.id = read_id(in, "id");
    const auto state =
        domain::access::credential_state_of(in.optional_text("state", kMaxId).value_or("revoked"));
    if (!state) in.reject("state", "expected 'active', 'suspended', 'lost' or 'revoked'");
    form.state = state.value_or(CredentialState::kRevoked);
    return form;
  });
}

base::Result<IssuePassForm> issue_pass_form(std::string_view input) {
  return read_form<IssuePassForm>(input, [](JsonReader& in) {
    IssuePassForm form;
    const std::string kind = in.text("kind", kMaxId);
    if (kind != "visitor" && kind != "resident")
      in.reject("kind", "expected 'visitor' or 'resident'");
    form.kind = kind == "resident" ? PassKind::kResident : PassKind::kVisitor;
    form.person = read_id(in, "person");
    form.group = group_of(in.integer("group", {1, kMostGroups}));
    form.from_s = in.optional_integer("from_s", kSeconds);
    const bool is_resident = form.kind == PassKind::kResident;
    const std::int64_t longest =
        is_resident ? domain::access::kResidentLifeS : domain::access::kVisitorLifeS;
    form.life_s = in.integer("life_s", {1, longest});
    const std::int64_t most = is_resident ? 1 : domain::access::kMostVisitorUses;
    form.uses = static_cast<std::uint8_t>(in.optional_integer("uses", {1, most}).value_or(1));
    return form;
  });
}

base::Result<std::uint64_t> revoke_pass_form(std::string_view input) {
  return read_form<std::uint64_t>(input, [](JsonReader& in) {
    const auto pass = domain::access::parse_hex64(in.text("pass", kMaxId));
    if (!pass) in.reject("pass", "expected the 16 hexadecimal digits of a pass's id");
    return pass.value_or(0);
  });
}

base::Result<MoveInForm> move_in_form(std::string_view input) {
  return read_form<MoveInForm>(input, [](JsonReader& in) {
    MoveInForm form;
    form.household = read_id(in, "household");
    form.place = read_id(in, "place");
    read_people(in, form);
    form.groups = read_groups(in);
    form.schedule = in.optional_text("schedule", kMaxId).value_or("");
    return form;
  });
}

base::Result<MoveOutForm> move_out_form(std::string_view input) {
  return read_form<MoveOutForm>(input, [](JsonReader& in) {
    MoveOutForm form;
    form.household = read_id(in, "household");
    const Json* const people = in.optional_array("people", kMostResidents);
    if (people == nullptr) return form;
    for (const Json& each : *people) {
      if (each.is_string()) form.people.push_back(each.get<std::string>());
      if (!each.is_string()) in.reject("people", "expected ids of people");
    }
    if (form.people.empty()) in.reject("people", "names nobody");
    return form;
  });
}

base::Result<WhoOpenedForm> who_opened_form(std::string_view input) {
  return read_form<WhoOpenedForm>(input, [](JsonReader& in) {
    WhoOpenedForm form;
    form.door = read_id(in, "door");
    form.at_ms = in.integer("at_ms", kTimes);
    form.within_s = in.optional_integer("within_s", {1, kLongestLookS}).value_or(kUsualLookS);
    return form;
  });
}

}  // namespace linli::scenarios::access
