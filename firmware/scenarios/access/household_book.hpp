#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/base/json_reader.hpp"
#include "firmware/domain/access/rights.hpp"

namespace linli::scenarios::access {

// One person of a household. Everywhere else only the id is used; name and phone lie sealed by the
// key store under resident_secret_name(), and leave the row for nobody but who may manage the
// household.
struct Resident {
  std::string id;
  domain::access::SiteRole role = domain::access::SiteRole::kResident;
  domain::access::Validity term;  // from when to when they live here
  std::string sealed;             // JSON {"name","phone"}, sealed
  std::uint64_t subject = 0;      // pseudonym of their passes

  friend bool operator==(const Resident&, const Resident&) = default;
};

// 户: who lives in one flat.
struct Household {
  std::string id;
  std::string place;
  std::vector<Resident> residents;

  friend bool operator==(const Household&, const Household&) = default;
};
inline constexpr std::size_t kMostResidents = 32;

std::string to_row(const Household& household);
base::Result<Household> household_from_row(std::string_view id, std::string_view row);
std::string resident_secret_name(std::string_view person);

// A person with where they live.
struct ResidentAt {
  const Household* household = nullptr;
  const Resident* resident = nullptr;
};

// All households, as stored. Loop thread only. Pointers stay good until the household is put again
// or removed.
class HouseholdBook {
 public:
  static constexpr std::size_t kMost = 5'000;

  const Household* find(std::string_view id) const;
  std::optional<ResidentAt> find_resident(std::string_view person) const;
  const std::map<std::string, Household, std::less<>>& all() const { return households_; }

  // kConflict: a person lives in another household already; kFull at kMost or kMostResidents.
  base::Result<void> check(const Household& household) const;
  void put(Household household);
  void remove(std::string_view id);

 private:
  std::map<std::string, Household, std::less<>> households_;
  std::map<std::string, std::string, std::less<>> homes_;  // person → household
};

}  // namespace linli::scenarios::access
