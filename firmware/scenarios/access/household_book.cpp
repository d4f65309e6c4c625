#include "firmware/scenarios/access/household_book.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/bytes.hpp"
#include "firmware/base/id.hpp"
#include "firmware/domain/access/revocations.hpp"
#include "firmware/scenarios/access/form_parts.hpp"

namespace linli::scenarios::access {
namespace {

using base::Code;
using base::Json;
using base::JsonReader;

constexpr std::size_t kMaxSealed = 4'096;

Json json_of(const Resident& resident) {
  Json json{{"id", resident.id},
            {"role", domain::access::name(resident.role)},
            {"sealed", base::to_hex(resident.sealed)},
            {"subject", domain::access::hex64(resident.subject)}};
  if (resident.term.from_ms) json["from_ms"] = *resident.term.from_ms;
  if (resident.term.until_ms) json["until_ms"] = *resident.term.until_ms;
  return json;
}

base::Result<Resident> resident_from(const Json& json) {
  JsonReader in(json, "residents");
  Resident resident;
  resident.id = in.text("id", kMaxId);
  const auto role = domain::access::site_role_of(in.text("role", kMaxId));
  auto sealed = base::from_hex(in.text("sealed", kMaxSealed));
  auto subject = domain::access::parse_hex64(in.text("subject", kMaxId));
  resident.term = {in.optional_integer("from_ms", kTimes), in.optional_integer("until_ms", kTimes)};
  if (!base::is_id(resident.id)) in.reject("id", "is not a person's id");
  if (!role) in.reject("role", "is none that we know");
  if (!sealed) in.reject("sealed", "expected hexadecimal digits");
  if (!subject) in.reject("subject", "expected 16 hexadecimal digits");
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  resident.role = *role;
  resident.sealed = *std::move(sealed);
  resident.subject = *subject;
  return resident;
}

}  // namespace

std::string resident_secret_name(std::string_view person) {
  return "resident/" + std::string(person);
}

std::string to_row(const Household& household) {
  Json residents = Json::array();
  for (const Resident& resident : household.residents) residents.push_back(json_of(resident));
  return base::dump_json({{"place", household.place}, {"residents", std::move(residents)}});
}

base::Result<Household> household_from_row(std::string_view id, std::string_view row) {
  auto json = base::parse_json(row);
  if (!json) return base::failure_of(std::move(json));
  JsonReader in(*json);
  Household household;
  household.id = id;
  household.place = in.text("place", kMaxId);
  const Json& residents = in.array("residents", kMostResidents);
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  for (const Json& each : residents) {
    auto resident = resident_from(each);
    if (!resident) return base::failure_of(std::move(resident));
    household.residents.push_back(*std::move(resident));
  }
  return household;
}

const Household* HouseholdBook::find(std::string_view id) const {
  const auto found = households_.find(id);
  return found == households_.end() ? nullptr : &found->second;
}

std::optional<ResidentAt> HouseholdBook::find_resident(std::string_view person) const {
  const auto home = homes_.find(person);
  if (home == homes_.end()) return std::nullopt;
  const Household* const household = find(home->second);
  const auto found =
      std::find_if(household->residents.begin(), household->residents.end(),
                   [person](const Resident& resident) { return resident.id == person; });
  return ResidentAt{household, &*found};
}

base::Result<void> HouseholdBook::check(const Household& household) const {
  if (household.residents.size() > kMostResidents) {
    return base::fail(Code::kFull, "a household has at most {} people: move some out first",
                      kMostResidents);
  }
  for (const Resident& resident : household.residents) {
    const auto home = homes_.find(resident.id);
    if (home != homes_.end() && home->second != household.id) {
      return base::fail(Code::kConflict, "'{}' lives in household '{}': move them out there first",
                        resident.id, home->second);
    }
  }
  if (find(household.id) == nullptr && households_.size() >= kMost)
    return base::fail(Code::kFull, "there are {} households already: remove some first", kMost);
  return {};
}

void HouseholdBook::put(Household household) {
  remove(household.id);
  for (const Resident& resident : household.residents) homes_[resident.id] = household.id;
  std::string id = household.id;
  households_.insert_or_assign(std::move(id), std::move(household));
}

void HouseholdBook::remove(std::string_view id) {
  const auto found = households_.find(id);
  if (found == households_.end()) return;
  for (const Resident& resident : found->second.residents) homes_.erase(resident.id);
  households_.erase(found);
}

}  // namespace linli::scenarios::access
