#include "firmware/scenarios/access/credential_book.hpp"

#include <algorithm>
#include <utility>

#include "firmware/base/bytes.hpp"
#include "firmware/base/number.hpp"

namespace linli::scenarios::access {
namespace {

using base::Code;
using domain::access::Card;
using domain::access::Credential;
using domain::access::CredentialKind;
using domain::access::CredentialState;

constexpr std::size_t kTagBytes = 16;
constexpr std::size_t kFewestDigits = 4;
constexpr std::size_t kMostDigits = 12;

}  // namespace

std::string CredentialBook::key_of(const Credential& credential, std::string_view pin_tag) {
  if (credential.state == CredentialState::kRevoked) return {};
  switch (credential.kind) {
    case CredentialKind::kCard:
      return "card/" + domain::access::card_key(credential.card);
    case CredentialKind::kPin:
      return pin_tag.empty() ? "" : "pin/" + std::string(pin_tag);
    case CredentialKind::kFace:
      return "face/" + credential.face_id;
    case CredentialKind::kQr:
      return "qr/" + credential.secret_name;
    case CredentialKind::kTotp:
      return "totp/" + credential.number;
  }
  return {};
}

const Credential* CredentialBook::find(std::string_view id) const {
  const auto found = credentials_.find(id);
  return found == credentials_.end() ? nullptr : &found->second;
}

const Credential* CredentialBook::by_key(const std::string& key) const {
  const auto found = keys_.find(key);
  return found == keys_.end() ? nullptr : find(found->second);
}
const Credential* CredentialBook::by_card(const Card& card) const {
  return by_card_key(domain::access::card_key(card));
}
const Credential* CredentialBook::by_card_key(std::string_view card_key) const {
  return by_key("card/" + std::string(card_key));
}
const Credential* CredentialBook::by_pin_tag(std::string_view tag) const {
  return by_key("pin/" + std::string(tag));
}
const Credential* CredentialBook::by_face(std::string_view face_id) const {
  return by_key("face/" + std::string(face_id));
}
const Credential* CredentialBook::by_subject(std::string_view pseudonym) const {
  return by_key("qr/" + std::string(pseudonym));
}
const Credential* CredentialBook::by_number(std::string_view number) const {
  return by_key("totp/" + std::string(number));
}

std::vector<const Credential*> CredentialBook::of_holder(std::string_view holder) const {
  std::vector<const Credential*> found;
  const auto [begin, end] = holders_.equal_range(holder);
  for (auto each = begin; each != end; ++each) found.push_back(find(each->second));
  return found;
}

base::Result<void> CredentialBook::check(const Credential& credential,
                                         std::string_view pin_tag) const {
  const std::string key = key_of(credential, pin_tag);
  const Credential* const other = key.empty() ? nullptr : by_key(key);
  if (other != nullptr && other->id != credential.id) {
    // Whose PIN it is, nobody is told.
    if (credential.kind == CredentialKind::kPin)
      return base::fail(Code::kConflict, "these digits are taken: choose others");
    return base::fail(Code::kConflict,
                      "this {} is known already, as credential '{}': revoke that one first",
                      domain::access::name(credential.kind), other->id);
  }
  if (find(credential.id) == nullptr && credentials_.size() >= kMost) {
    return base::fail(Code::kFull, "there are {} credentials already: remove old ones first",
                      kMost);
  }
  return {};
}

void CredentialBook::put(Credential credential, std::string pin_tag) {
  remove(credential.id);
  const std::string key = key_of(credential, pin_tag);
  if (!key.empty()) keys_[key] = credential.id;
  if (!pin_tag.empty()) tags_[credential.id] = std::move(pin_tag);
  holders_.emplace(credential.holder, credential.id);
  std::string id = credential.id;
  credentials_.insert_or_assign(std::move(id), std::move(credential));
}

void CredentialBook::remove(std::string_view id) {
  const auto found = credentials_.find(id);
  if (found == credentials_.end()) return;
  const std::string key = key_of(found->second, pin_tag(id));
  const auto entry = keys_.find(key);
  if (entry != keys_.end() && entry->second == id) keys_.erase(entry);
  const auto [begin, end] = holders_.equal_range(found->second.holder);
  const auto held = std::find_if(begin, end, [id](const auto& each) { return each.second == id; });
  if (held != end) holders_.erase(held);
  if (const auto tag = tags_.find(id); tag != tags_.end()) tags_.erase(tag);
  credentials_.erase(found);
}

std::string CredentialBook::pin_tag(std::string_view id) const {
  const auto found = tags_.find(id);
  return found == tags_.end() ? "" : found->second;
}

void CredentialBook::set_uses(std::string_view id, std::uint32_t uses) {
  const auto found = credentials_.find(id);
  if (found != credentials_.end()) found->second.uses = uses;
}

std::vector<std::uint64_t> CredentialBook::steps(std::string_view id) const {
  const auto found = steps_.find(id);
  return found == steps_.end() ? std::vector<std::uint64_t>() : found->second;
}

void CredentialBook::set_steps(std::string_view id, std::vector<std::uint64_t> steps) {
  if (steps.empty()) {
    if (const auto found = steps_.find(id); found != steps_.end()) steps_.erase(found);
  } else {
    steps_.insert_or_assign(std::string(id), std::move(steps));
  }
}

std::string pin_tag(std::string_view digits, const KeypadMac& mac) {
  using std::string_view_literals::operator""sv;
  std::string bytes("linli-pin-1\0"sv);
  bytes += digits;
  const std::string full = mac(bytes);
  return full.size() < kTagBytes ? "" : base::to_hex(std::string_view(full).substr(0, kTagBytes));
}

base::Result<void> check_pin(std::string_view digits) {
  if (!base::is_digits(digits) || digits.size() < kFewestDigits || digits.size() > kMostDigits) {
    return base::fail(Code::kInvalid, "a PIN has {} to {} digits", kFewestDigits, kMostDigits);
  }
  if (digits.find_first_not_of(digits.front()) == std::string_view::npos)
    return base::fail(Code::kInvalid, "a PIN of one digit again and again is guessed at once");
  return {};
}

}  // namespace linli::scenarios::access
