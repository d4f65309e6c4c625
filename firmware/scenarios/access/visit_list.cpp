#include "firmware/scenarios/access/visit_list.hpp"

#include <algorithm>

namespace linli::scenarios::access {

std::vector<Visit> live_visits(const AccessBooks& books, std::int64_t now_s) {
  std::vector<Visit> all;
  for (const auto& [id, pass] : books.issued.all()) {
    if (pass.until_s <= now_s) continue;
    all.push_back({domain::access::hex64(id), "pass", pass.issuer, pass.group, pass.from_s,
                   pass.until_s, pass.uses, books.passes.uses_of(id)});
  }
  for (const auto& code : books.codes) {
    if (!domain::access::is_live(code, now_s)) continue;
    all.push_back({code.id, "code", code.issuer, code.door_group, code.from_s, code.until_s,
                   code.max_uses, code.uses});
  }
  std::sort(all.begin(), all.end(), [](const Visit& a, const Visit& b) { return a.id < b.id; });
  return all;
}

std::vector<Visit> live_visits_of(const AccessBooks& books, std::string_view person,
                                  std::int64_t now_s) {
  std::vector<Visit> all = live_visits(books, now_s);
  std::erase_if(all, [person](const Visit& each) { return each.person != person; });
  return all;
}

}  // namespace linli::scenarios::access
