#pragma once

#include "firmware/console/api/homes.hpp"
#include "firmware/ports/key_store.hpp"
#include "firmware/ports/wall_clock.hpp"
#include "firmware/scenarios/access/access_scenario.hpp"

namespace linli::daemon {

// What the console's API reads of who lives where, from the scenario of doors. Loop thread only;
// all of them outlive it.
class ConsoleHomes final : public console::api::Homes {
 public:
  // `site`: gateway.site, for which openings are meant.
  ConsoleHomes(scenarios::access::AccessScenario& scenario, ports::KeyStore& keys,
               const ports::WallClock& clock, std::string site)
      : scenario_(scenario), keys_(keys), clock_(clock), site_(std::move(site)) {}

  std::vector<console::api::HomePicture> all() const override;
  std::optional<console::api::HomePicture> find(std::string_view id) const override;
  std::optional<console::api::HomePicture> of_person(std::string_view person) const override;
  Contact contact(std::string_view person) const override;
  std::vector<console::api::CredentialPicture> credentials_of(
      std::string_view person) const override;
  std::optional<console::api::ConsentPicture> face_consent_of(
      std::string_view person) const override;
  std::vector<console::api::DelegationPicture> delegations_of(
      std::string_view person) const override;
  std::vector<console::api::VisitPicture> visits() const override;
  std::vector<console::api::VisitPicture> visits_of(std::string_view person) const override;
  std::vector<std::string> doors_of(std::string_view person) const override;
  base::Result<base::Json> card_of(std::string_view printed, int bits) const override;

 private:
  scenarios::access::AccessScenario& scenario_;
  ports::KeyStore& keys_;
  const ports::WallClock& clock_;
  std::string site_;
};

}  // namespace linli::daemon
