#include "firmware/scenarios/access/pass_book.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/id.hpp"
#include "firmware/base/json_reader.hpp"
#include "firmware/domain/access/pass_token.hpp"
#include "firmware/domain/access/revocations.hpp"
#include "firmware/scenarios/access/form_parts.hpp"

namespace linli::scenarios::access {
namespace {

using base::Code;
using base::JsonReader;

}  // namespace

std::string to_row(const IssuedPass& pass) {
  return base::dump_json({{"issuer", pass.issuer},
                          {"group", pass.group},
                          {"from", pass.from_s},
                          {"until", pass.until_s},
                          {"uses", pass.uses}});
}

base::Result<IssuedPass> issued_pass_from_row(std::string_view id, std::string_view row) {
  auto number = domain::access::parse_hex64(id);
  if (!number) return base::failure_of(std::move(number));
  auto json = base::parse_json(row);
  if (!json) return base::failure_of(std::move(json));
  JsonReader in(*json);
  IssuedPass pass;
  pass.id = *number;
  pass.issuer = in.text("issuer", kMaxId);
  pass.group = static_cast<std::uint16_t>(in.integer("group", {1, 0xFFFF}));
  pass.from_s = in.integer("from", kSeconds);
  pass.until_s = in.integer("until", kSeconds);
  pass.uses = static_cast<std::uint8_t>(in.integer("uses", {1, domain::access::kMostVisitorUses}));
  if (!base::is_id(pass.issuer)) in.reject("issuer", "is not a person's id");
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  return pass;
}

const IssuedPass* PassBook::find(std::uint64_t id) const {
  const auto found = passes_.find(id);
  return found == passes_.end() ? nullptr : &found->second;
}

std::vector<const IssuedPass*> PassBook::of_issuer(std::string_view person) const {
  std::vector<const IssuedPass*> found;
  for (const auto& [id, pass] : passes_)
    if (pass.issuer == person) found.push_back(&pass);
  return found;
}

base::Result<void> PassBook::check(const IssuedPass& pass) const {
  const auto given = of_issuer(pass.issuer);
  const auto live = std::count_if(given.begin(), given.end(), [&pass](const IssuedPass* each) {
    return each->until_s > pass.from_s;
  });
  if (live >= static_cast<std::ptrdiff_t>(kMostOfOne)) {
    return base::fail(Code::kFull, "'{}' has given {} passes that are still good: take some back",
                      pass.issuer, kMostOfOne);
  }
  if (passes_.size() >= kMost)
    return base::fail(Code::kFull, "{} visitors' passes are out: take some back", kMost);
  return {};
}

void PassBook::put(IssuedPass pass) {
  const std::uint64_t id = pass.id;
  passes_.insert_or_assign(id, std::move(pass));
}

void PassBook::remove(std::uint64_t id) {
  passes_.erase(id);
}

std::vector<std::uint64_t> PassBook::expire(std::int64_t now_s) {
  std::vector<std::uint64_t> ended;
  std::erase_if(passes_, [&ended, now_s](const auto& each) {
    if (each.second.until_s > now_s) return false;
    ended.push_back(each.first);
    return true;
  });
  return ended;
}

}  // namespace linli::scenarios::access
