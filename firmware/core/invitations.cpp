#include "firmware/core/invitations.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/bytes.hpp"
#include "firmware/base/json.hpp"
#include "firmware/core/account_rows.hpp"

namespace linli::core {
namespace {

constexpr std::string_view kLetters = "23456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kCodeLength = 10;
constexpr std::size_t kMaxText = 1024;
constexpr std::int64_t kThreeDays = 72LL * 3600 * 1000;

}  // namespace

std::string to_row(const Invitation& invitation) {
  base::Json row{{"person", invitation.person},
                 {"role", domain::name(invitation.role)},
                 {"name", invitation.name},
                 {"places", invitation.places},
                 {"code", base::to_hex(invitation.sealed_code)},
                 {"life", to_text(invitation.life)}};
  if (!invitation.resident.empty()) row["resident"] = invitation.resident;
  return base::dump_json(row);
}

base::Result<Invitation> invitation_from_row(std::string_view id, std::string_view row) {
  auto json = base::parse_json(row);
  if (!json) return base::failure_of(std::move(json));
  base::JsonReader in(*json);
  Invitation invitation;
  invitation.id = id;
  invitation.person = in.text("person", kMaxText);
  invitation.resident = in.optional_text("resident", kMaxText).value_or("");
  invitation.role = read_role(in);
  invitation.name = in.text("name", kMaxText);
  invitation.places = read_texts(in, "places");
  invitation.sealed_code = read_hex(in, "code");
  invitation.life = read_life(in);
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  return invitation;
}

std::string invitation_secret_name(std::string_view id) {
  return "invitation/" + std::string(id);
}

LifetimeRule invitation_rule() {
  return {.absolute_ms = kThreeDays};
}

base::Result<base::SecretText> new_code(ports::Crypto& crypto) {
  // Bytes from here on would make some letters likelier than others.
  constexpr std::size_t kFair = 256 / kLetters.size() * kLetters.size();
  std::string code;
  while (code.size() < kCodeLength) {
    auto bytes = crypto.random(2 * kCodeLength);
    if (!bytes) return base::failure_of(std::move(bytes));
    for (const char c : *bytes) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < kFair && code.size() < kCodeLength)
        code.push_back(kLetters[byte % kLetters.size()]);
    }
  }
  return base::SecretText(std::move(code));
}

base::SecretText typed_code(const base::SecretText& typed) {
  std::string code;
  for (const char c : typed.reveal()) {
    if (c == ' ' || c == '-') continue;
    code.push_back(c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c);
  }
  return base::SecretText(std::move(code));
}

const Invitation* Invitations::find(std::string_view id) const {
  const auto found = invitations_.find(id);
  return found == invitations_.end() ? nullptr : &found->second;
}

const Invitation* Invitations::by_digest(std::string_view digest) const {
  for (const auto& [id, invitation] : invitations_) {
    if (base::equal_in_constant_time(invitation.digest, digest)) return &invitation;
  }
  return nullptr;
}

void Invitations::put(Invitation invitation) {
  std::string id = invitation.id;
  invitations_.insert_or_assign(std::move(id), std::move(invitation));
}

void Invitations::remove(const std::string& id) {
  invitations_.erase(id);
}

std::vector<const Invitation*> Invitations::of_resident(std::string_view resident) const {
  std::vector<const Invitation*> found;
  for (const auto& [id, invitation] : invitations_)
    if (invitation.resident == resident) found.push_back(&invitation);
  return found;
}

std::vector<const Invitation*> Invitations::of(std::string_view person) const {
  std::vector<const Invitation*> found;
  for (const auto& [id, invitation] : invitations_) {
    if (invitation.person == person) found.push_back(&invitation);
  }
  return found;
}

}  // namespace linli::core
