#pragma once

#include <string>

#include "firmware/base/json.hpp"
#include "firmware/console/api/doors.hpp"
#include "firmware/console/api/homes.hpp"
#include "firmware/core/accounts.hpp"

namespace linli::console::api {

// Households and what belongs to their people, as the API shows them. Loop thread only.
class HouseholdView {
 public:
  HouseholdView(const Homes& homes, const Doors& doors, const core::Accounts& accounts)
      : homes_(homes), doors_(doors), accounts_(accounts) {}

  // For lists: of a name only how it begins.
  base::Json summary(const HomePicture& home) const;
  base::Json whole(const HomePicture& home) const;
  base::Json visit(const VisitPicture& visit) const;
  static base::Json credential(const CredentialPicture& credential);
  static base::Json consent(const std::optional<ConsentPicture>& consent);
  base::Json delegation(const DelegationPicture& delegation) const;

 private:
  base::Json resident(const HomePicture& home, const ResidentPicture& person) const;
  std::string account_of(const std::string& person) const;

  const Homes& homes_;
  const Doors& doors_;
  const core::Accounts& accounts_;
};

// "安**", "A**": enough to tell two people of a flat apart.
std::string masked(std::string_view name);
base::Json time_json(std::optional<std::int64_t> unix_ms);
// What the scenario answered to the end of something, with when that was and by which command: the
// audit has its line.
base::Json with_proof(base::Json answer, const std::string& command);

}  // namespace linli::console::api
