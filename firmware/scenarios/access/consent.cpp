#include "firmware/scenarios/access/consent.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/id.hpp"
#include "firmware/base/json_reader.hpp"
#include "firmware/scenarios/access/form_parts.hpp"

namespace linli::scenarios::access {
namespace {

constexpr std::size_t kMaxText = 128;

}  // namespace

std::string consent_key(std::string_view person, std::string_view purpose) {
  return std::string(person) + "/" + std::string(purpose);
}

std::string to_row(const Consent& consent) {
  base::Json json{
      {"text", consent.text}, {"noted_by", consent.noted_by}, {"given_ms", consent.given_ms}};
  if (consent.withdrawn_ms) json["withdrawn_ms"] = *consent.withdrawn_ms;
  return base::dump_json(json);
}

base::Result<Consent> consent_from_row(std::string_view key, std::string_view row) {
  auto json = base::parse_json(row);
  if (!json) return base::failure_of(std::move(json));
  const std::size_t slash = key.find('/');
  Consent consent;
  consent.person = key.substr(0, slash);
  consent.purpose = slash == std::string_view::npos ? "" : key.substr(slash + 1);
  base::JsonReader in(*json);
  consent.text = in.text("text", kMaxText);
  consent.noted_by = in.text("noted_by", kMaxText);
  consent.given_ms = in.integer("given_ms", kTimes);
  consent.withdrawn_ms = in.optional_integer("withdrawn_ms", kTimes);
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  if (!base::is_id(consent.person) || consent.purpose != kFacePurpose)
    return base::fail(base::Code::kCorrupt, "'{}' is no key of ours", key);
  return consent;
}

bool has_consent(const ConsentBook& book, std::string_view person, std::string_view purpose) {
  const auto found = book.find(consent_key(person, purpose));
  return found != book.end() && found->second.stands();
}

}  // namespace linli::scenarios::access
