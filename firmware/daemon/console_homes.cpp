#include "firmware/daemon/console_homes.hpp"

#include <algorithm>
#include <utility>

#include "firmware/base/number.hpp"
#include "firmware/domain/access/card_number.hpp"
#include "firmware/scenarios/access/visit_list.hpp"

namespace linli::daemon {
namespace {

using base::Code;
using base::Json;
using console::api::ConsentPicture;
using console::api::CredentialPicture;
using console::api::DelegationPicture;
using console::api::HomePicture;
using console::api::VisitPicture;
using domain::access::Credential;
using scenarios::access::Household;

constexpr std::int64_t kMsPerS = 1'000;

HomePicture picture_of(const Household& household) {
  HomePicture picture{household.id, household.place, {}};
  for (const auto& each : household.residents) {
    picture.people.push_back({each.id, std::string(domain::access::name(each.role)),
                              each.term.from_ms, each.term.until_ms});
  }
  return picture;
}

std::vector<VisitPicture> pictures_of(const std::vector<scenarios::access::Visit>& visits) {
  std::vector<VisitPicture> pictures;
  pictures.reserve(visits.size());
  for (const auto& each : visits) {
    pictures.push_back({each.id, std::string(each.kind), each.person, each.group,
                        each.from_s * kMsPerS, each.until_s * kMsPerS, each.uses, each.used});
  }
  return pictures;
}

}  // namespace

std::vector<HomePicture> ConsoleHomes::all() const {
  std::vector<HomePicture> all;
  for (const auto& [id, household] : scenario_.books().households.all())
    all.push_back(picture_of(household));
  return all;
}

std::optional<HomePicture> ConsoleHomes::find(std::string_view id) const {
  const Household* const household = scenario_.books().households.find(id);
  if (household == nullptr) return std::nullopt;
  return picture_of(*household);
}

std::optional<HomePicture> ConsoleHomes::of_person(std::string_view person) const {
  const auto home = scenario_.books().households.find_resident(person);
  if (!home) return std::nullopt;
  return picture_of(*home->household);
}

console::api::Homes::Contact ConsoleHomes::contact(std::string_view person) const {
  const auto home = scenario_.books().households.find_resident(person);
  if (!home) return {};
  const auto opened =
      keys_.open(scenarios::access::resident_secret_name(person), home->resident->sealed);
  if (!opened) return {};
  const auto json = base::parse_json(opened->reveal());
  if (!json) return {};
  return {json->value("name", ""), json->value("phone", "")};
}

std::vector<CredentialPicture> ConsoleHomes::credentials_of(std::string_view person) const {
  std::vector<CredentialPicture> all;
  for (const Credential* each : scenario_.books().credentials.of_holder(person)) {
    all.push_back({each->id, std::string(domain::access::name(each->kind)),
                   std::string(domain::access::name(each->state)), each->card.printed,
                   each->validity.from_ms, each->validity.until_ms});
  }
  std::sort(all.begin(), all.end(),
            [](const CredentialPicture& a, const CredentialPicture& b) { return a.id < b.id; });
  return all;
}

std::optional<ConsentPicture> ConsoleHomes::face_consent_of(std::string_view person) const {
  const auto& consents = scenario_.books().consents;
  const auto found =
      consents.find(scenarios::access::consent_key(person, scenarios::access::kFacePurpose));
  if (found == consents.end()) return std::nullopt;
  const auto& consent = found->second;
  return ConsentPicture{consent.text, consent.noted_by, consent.given_ms, consent.withdrawn_ms};
}

std::vector<DelegationPicture> ConsoleHomes::delegations_of(std::string_view person) const {
  std::vector<DelegationPicture> all;
  for (const auto& [id, each] : scenario_.books().delegations) {
    if (each.from != person && each.to != person) continue;
    DelegationPicture picture{
        id, each.from, each.to, {}, each.term.from_ms.value_or(0), each.term.until_ms.value_or(0)};
    for (std::size_t i = 0; i < each.actions.size(); ++i) {
      if (each.actions.at(i))
        picture.actions.emplace_back(
            domain::access::name(static_cast<domain::access::SiteAction>(i)));
    }
    all.push_back(std::move(picture));
  }
  return all;
}

std::vector<VisitPicture> ConsoleHomes::visits() const {
  return pictures_of(
      scenarios::access::live_visits(scenario_.books(), clock_.now().unix_ms / kMsPerS));
}

std::vector<VisitPicture> ConsoleHomes::visits_of(std::string_view person) const {
  return pictures_of(
      scenarios::access::live_visits_of(scenario_.books(), person, clock_.now().unix_ms / kMsPerS));
}

// Asked of the scenario itself, as if the person wanted each of them opened now.
std::vector<std::string> ConsoleHomes::doors_of(std::string_view person) const {
  domain::Command wish;
  wish.target = "scenario/access";
  wish.action = "open";
  wish.issuer = "person:" + std::string(person);
  wish.role = "resident";
  std::vector<std::string> own;
  for (const auto& [id, door] : scenario_.books().doors.all()) {
    wish.input =
        base::dump_json({{"door", id}, {"site", site_}, {"issued_ms", clock_.now().unix_ms}});
    const auto judged = scenario_.judge(wish);
    // A clock that is not right yet stops the opening, and says so then; the door is still theirs.
    if (judged || judged.error().code == Code::kRefused) own.push_back(id);
  }
  return own;
}

base::Result<Json> ConsoleHomes::card_of(std::string_view printed, int bits) const {
  const bool is_raw = printed.starts_with("0x") || printed.starts_with("0X");
  const auto number = base::parse_number<std::uint64_t>(printed);
  if (!is_raw && !number) {
    return base::fail(Code::kInvalid,
                      "expected digits as they are printed on the card, or 0x and its raw bits");
  }
  auto card = is_raw ? domain::access::card_of(printed.substr(2), bits)
                     : domain::access::card_from_number(*number, bits);
  if (!card) return base::failure_of(std::move(card));
  return Json{{"bits", card->bits_hex}, {"count", card->bit_count}, {"printed", printed}};
}

}  // namespace linli::daemon
