#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/scenarios/access/access_books.hpp"

namespace linli::scenarios::access {

// A visitor's pass or code that still lets in, or will: what whoever gave it may know of it. Its
// text or digits are nowhere.
struct Visit {
  std::string id;
  std::string_view kind;  // "pass", "code"
  std::string person;     // who invited
  std::uint16_t group = 0;
  std::int64_t from_s = 0;
  std::int64_t until_s = 0;  // the first second in which it opens nothing
  int uses = 1;
  int used = 0;
};

// All of them, by their ids.
std::vector<Visit> live_visits(const AccessBooks& books, std::int64_t now_s);
// Those whom this person invited.
std::vector<Visit> live_visits_of(const AccessBooks& books, std::string_view person,
                                  std::int64_t now_s);

}  // namespace linli::scenarios::access
