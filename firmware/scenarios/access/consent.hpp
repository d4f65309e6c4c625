#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "firmware/base/result.hpp"
#include "firmware/domain/event_time.hpp"

namespace linli::scenarios::access {

// What a person has agreed to (个人信息单独同意): for what, to which text, when, and who wrote it
// down. It stays after it was taken back, as the proof of both.
struct Consent {
  std::string person;
  std::string purpose;   // "face"
  std::string text;      // the version of the text that was shown: "face-2026-01"
  std::string noted_by;  // the command's issuer: the person, or the office for a paper form
  std::int64_t given_ms = 0;
  std::optional<std::int64_t> withdrawn_ms;

  bool stands() const { return !withdrawn_ms; }
  friend bool operator==(const Consent&, const Consent&) = default;
};
inline constexpr std::string_view kFacePurpose = "face";

// "<person>/<purpose>"
std::string consent_key(std::string_view person, std::string_view purpose);
std::string to_row(const Consent& consent);
base::Result<Consent> consent_from_row(std::string_view key, std::string_view row);

// By consent_key().
using ConsentBook = std::map<std::string, Consent, std::less<>>;
bool has_consent(const ConsentBook& book, std::string_view person, std::string_view purpose);

}  // namespace linli::scenarios::access
