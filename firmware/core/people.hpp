#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/base/result.hpp"
#include "firmware/domain/event_time.hpp"
#include "firmware/domain/privilege.hpp"

namespace linli::core {

// Who may sign in: one JSON row each.
struct Person {
  std::string id = {};
  std::string name = {};   // for people; nowhere but in this row
  std::string login = {};  // empty: signs in by an invitation only (residents)
  domain::Role role = domain::Role::kViewer;
  std::vector<std::string> places = {};          // empty: the whole compound
  std::string password_hash = {};                // empty: no password is right
  std::string sealed_factor = {};                // the second factor's secret; empty: none
  std::vector<std::uint64_t> factor_steps = {};  // the last codes that were used
  domain::EventTime created = {};
  std::optional<domain::EventTime> seen = {};
  std::uint64_t version = 1;

  friend bool operator==(const Person&, const Person&) = default;
};

std::string to_row(const Person& person);
base::Result<Person> person_from_row(std::string_view id, std::string_view row);

// The name under which a person's second factor is sealed.
std::string factor_secret_name(std::string_view person);

// All people, as stored. Pointers stay good until the person is put again or removed.
class People {
 public:
  static constexpr std::size_t kMost = 10'000;

  const Person* find(std::string_view id) const;
  const Person* by_login(std::string_view login) const;
  void put(Person person);
  void remove(const std::string& id);
  const std::map<std::string, Person, std::less<>>& all() const { return people_; }

  // True if somebody else could still do everything without this person.
  bool has_other_manager(std::string_view id) const;
  // True if the gateway has an owner.
  bool has_manager() const { return has_other_manager(""); }

 private:
  std::map<std::string, Person, std::less<>> people_;
  std::map<std::string, std::string, std::less<>> logins_;  // login → id
};

}  // namespace linli::core
