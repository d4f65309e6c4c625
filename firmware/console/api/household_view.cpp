#include "firmware/console/api/household_view.hpp"

#include <nlohmann/json.hpp>

#include "firmware/domain/event_time.hpp"

namespace linli::console::api {
namespace {

using base::Json;

constexpr unsigned char kContinues = 0x80;
constexpr unsigned char kTopTwo = 0xC0;

template <class Items, class Show>
Json list_of(const Items& items, Show show) {
  Json list = Json::array();
  for (const auto& each : items) list.push_back(show(each));
  return list;
}

}  // namespace

std::string masked(std::string_view name) {
  if (name.empty()) return "";
  std::size_t end = 1;
  while (end < name.size() && (static_cast<unsigned char>(name[end]) & kTopTwo) == kContinues)
    ++end;
  return std::string(name.substr(0, end)) + "**";
}

Json time_json(std::optional<std::int64_t> unix_ms) {
  return unix_ms ? Json(domain::rfc3339(*unix_ms)) : Json();
}

Json with_proof(Json answer, const std::string& command) {
  answer["at"] = time_json(answer.value("at_ms", std::int64_t{0}));
  answer.erase("at_ms");
  answer["proof"] = command;
  return answer;
}

Json HouseholdView::summary(const HomePicture& home) const {
  return {{"id", home.id},
          {"place", home.place},
          {"people", list_of(home.people, [this](const ResidentPicture& person) {
             return Json{{"id", person.id},
                         {"name", masked(homes_.contact(person.id).name)},
                         {"role", person.role}};
           })}};
}

Json HouseholdView::whole(const HomePicture& home) const {
  return {{"id", home.id},
          {"place", home.place},
          {"people", list_of(home.people, [this, &home](const ResidentPicture& person) {
             return resident(home, person);
           })}};
}

// Whether the person has the app: an account of the same id.
std::string HouseholdView::account_of(const std::string& person) const {
  const auto account = accounts_.person({"gateway", {}, {}}, person);
  return account && account->role == domain::Role::kResident ? "active" : "none";
}

Json HouseholdView::resident(const HomePicture& /*home*/, const ResidentPicture& person) const {
  const Homes::Contact contact = homes_.contact(person.id);
  return {
      {"id", person.id},
      {"name", contact.name},
      {"phone", contact.phone},
      {"role", person.role},
      {"from", time_json(person.from_ms)},
      {"until", time_json(person.until_ms)},
      {"account", account_of(person.id)},
      {"credentials", list_of(homes_.credentials_of(person.id), &HouseholdView::credential)},
      {"visits", list_of(homes_.visits_of(person.id),
                         [this](const VisitPicture& each) { return visit(each); })},
      {"delegations", list_of(homes_.delegations_of(person.id),
                              [this](const DelegationPicture& each) { return delegation(each); })},
      {"face_consent", consent(homes_.face_consent_of(person.id))}};
}

Json HouseholdView::visit(const VisitPicture& visit) const {
  Json doors = Json::array();
  for (const DoorPicture& door : doors_.all())
    if (door.group == visit.group) doors.push_back(door.name);
  return {{"id", visit.id},
          {"kind", visit.kind},
          {"person", visit.person},
          {"group", visit.group},
          {"doors", std::move(doors)},
          {"from", time_json(visit.from_ms)},
          {"until", time_json(visit.until_ms)},
          {"uses", visit.uses},
          {"used", visit.used}};
}

Json HouseholdView::credential(const CredentialPicture& credential) {
  return {{"id", credential.id},
          {"kind", credential.kind},
          {"state", credential.state},
          {"printed", credential.printed},
          {"from", time_json(credential.from_ms)},
          {"until", time_json(credential.until_ms)}};
}

Json HouseholdView::consent(const std::optional<ConsentPicture>& consent) {
  if (!consent) return {};
  return {{"text", consent->text},
          {"noted_by", consent->noted_by},
          {"given_at", time_json(consent->given_ms)},
          {"withdrawn_at", time_json(consent->withdrawn_ms)}};
}

Json HouseholdView::delegation(const DelegationPicture& delegation) const {
  return {{"id", delegation.id},
          {"from_person", delegation.from},
          {"from_name", homes_.contact(delegation.from).name},
          {"to_person", delegation.to},
          {"to_name", homes_.contact(delegation.to).name},
          {"actions", delegation.actions},
          {"from", time_json(delegation.from_ms)},
          {"until", time_json(delegation.until_ms)}};
}

}  // namespace linli::console::api
