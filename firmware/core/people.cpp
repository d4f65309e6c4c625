#include "firmware/core/people.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/bytes.hpp"
#include "firmware/base/json.hpp"
#include "firmware/base/json_reader.hpp"
#include "firmware/core/account_rows.hpp"
#include "firmware/core/lifetime.hpp"

namespace linli::core {
namespace {

using base::Json;

constexpr std::size_t kMaxText = 1024;
constexpr std::size_t kMaxSteps = 64;

bool is_whole_manager(const Person& person) {
  return person.role == domain::Role::kManager && person.places.empty();
}

std::vector<std::uint64_t> steps_of(base::JsonReader& in) {
  std::vector<std::uint64_t> steps;
  for (const Json& step : in.array("factor_steps", kMaxSteps)) {
    if (!step.is_number_unsigned()) {
      in.reject("factor_steps", "expected whole numbers");
      return {};
    }
    steps.push_back(step.get<std::uint64_t>());
  }
  return steps;
}

}  // namespace

std::string to_row(const Person& person) {
  return base::dump_json({{"name", person.name},
                          {"login", person.login},
                          {"role", domain::name(person.role)},
                          {"places", person.places},
                          {"password", person.password_hash},
                          {"factor", base::to_hex(person.sealed_factor)},
                          {"factor_steps", person.factor_steps},
                          {"created", to_text(person.created)},
                          {"seen", person.seen ? to_text(*person.seen) : ""},
                          {"version", person.version}});
}

base::Result<Person> person_from_row(std::string_view id, std::string_view row) {
  auto json = base::parse_json(row);
  if (!json) return base::failure_of(std::move(json));
  base::JsonReader in(*json);
  Person person;
  person.id = id;
  person.name = in.text("name", kMaxText);
  person.login = in.text("login", kMaxText);
  person.role = read_role(in);
  person.places = read_texts(in, "places");
  person.password_hash = in.text("password", kMaxText);
  person.sealed_factor = read_hex(in, "factor");
  person.factor_steps = steps_of(in);
  person.created = read_time(in, "created").value_or(domain::EventTime{});
  person.seen = read_time(in, "seen");
  person.version = static_cast<std::uint64_t>(in.integer("version", {.min = 1}));
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  return person;
}

std::string factor_secret_name(std::string_view person) {
  return "factor/" + std::string(person);
}

const Person* People::find(std::string_view id) const {
  const auto found = people_.find(id);
  return found == people_.end() ? nullptr : &found->second;
}

const Person* People::by_login(std::string_view login) const {
  const auto found = logins_.find(login);
  return found == logins_.end() ? nullptr : find(found->second);
}

void People::put(Person person) {
  remove(person.id);
  if (!person.login.empty()) logins_[person.login] = person.id;
  std::string id = person.id;
  people_.insert_or_assign(std::move(id), std::move(person));
}

void People::remove(const std::string& id) {
  const auto found = people_.find(id);
  if (found == people_.end()) return;
  const auto login = logins_.find(found->second.login);
  if (login != logins_.end() && login->second == id) logins_.erase(login);
  people_.erase(found);
}

bool People::has_other_manager(std::string_view id) const {
  return std::any_of(people_.begin(), people_.end(), [id](const auto& each) {
    return each.first != id && is_whole_manager(each.second);
  });
}

}  // namespace linli::core
