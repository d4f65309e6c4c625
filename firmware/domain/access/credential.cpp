#include "firmware/domain/access/credential.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/bytes.hpp"
#include "firmware/base/id.hpp"
#include "firmware/base/json_reader.hpp"
#include "firmware/base/number.hpp"
#include "firmware/domain/access/words.hpp"

namespace linli::domain::access {
namespace {

using base::Code;
using base::Json;
using base::JsonReader;

constexpr std::array<std::string_view, kCredentialKinds> kKindWords{"card", "pin", "qr", "totp",
                                                                    "face"};
constexpr std::array<std::string_view, 4> kStateWords{"active", "suspended", "lost", "revoked"};
constexpr std::size_t kMaxText = 256;
constexpr std::size_t kMaxWord = 32;
constexpr std::string_view kArgon2id = "$argon2id$";
constexpr std::int64_t kMaxUses = 1'000'000;
constexpr JsonReader::IntegerRange kTimes{0, 7'258'118'400'000};  // 1970 to 2200

base::Result<Card> card_from(const Json& json) {
  JsonReader in(json, "card");
  const std::string bits = in.text("bits", kMaxText);
  const int count = static_cast<int>(in.integer("count", {kMinCardBits, kMaxCardBits}));
  const auto facility =
      static_cast<std::uint32_t>(in.optional_integer("facility", {0, 0xFFFFFFFF}).value_or(0));
  const auto number =
      static_cast<std::uint64_t>(in.optional_integer("number", {.min = 0}).value_or(0));
  const std::string printed = in.optional_text("printed", kMaxText).value_or("");
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  auto card = card_of(bits, count);
  if (!card) return base::failure_of(std::move(card), "card.bits");
  card->facility = facility;
  card->number = number;
  card->printed = printed;
  return card;
}

Json json_of(const Card& card) {
  Json json{{"bits", card.bits_hex}, {"count", card.bit_count}};
  if (card.facility != 0) json["facility"] = card.facility;
  if (card.number != 0) json["number"] = card.number;
  if (!card.printed.empty()) json["printed"] = card.printed;
  return json;
}

std::optional<std::int64_t> read_ms(JsonReader& in, std::string_view key) {
  return in.optional_integer(key, kTimes);
}

// Members that belong to one kind only are required there and unknown elsewhere.
base::Result<void> read_secret(JsonReader& in, Credential& credential) {
  switch (credential.kind) {
    case CredentialKind::kCard: {
      const Json& json = in.object("card");
      if (!in.ok()) return {};
      auto card = card_from(json);
      if (!card) return base::failure_of(std::move(card));
      credential.card = *std::move(card);
      return {};
    }
    case CredentialKind::kPin:
      credential.pin_hash = in.text("pin_hash", kMaxText);
      if (!std::string_view(credential.pin_hash).starts_with(kArgon2id))
        in.reject("pin_hash", "is not an Argon2id string; a PIN is never kept in clear");
      return {};
    case CredentialKind::kTotp:
      credential.number = in.text("number", kMaxWord);
      if (!is_totp_number(credential.number)) in.reject("number", "is not four digits");
      [[fallthrough]];
    case CredentialKind::kQr:
      credential.secret_name = in.text("secret_name", kMaxText);
      if (credential.secret_name.empty()) in.reject("secret_name", "is empty");
      return {};
    case CredentialKind::kFace:
      credential.face_id = in.text("face_id", kMaxText);
      if (credential.face_id.empty()) in.reject("face_id", "is empty");
      return {};
  }
  return {};
}

void read_life(JsonReader& in, Credential& credential) {
  credential.validity = {read_ms(in, "from_ms"), read_ms(in, "until_ms")};
  const auto& [from, until] = credential.validity;
  if (from && until && *until <= *from) in.reject("until_ms", "is not after 'from_ms'");
  if (const auto uses = in.optional_integer("max_uses", {1, kMaxUses}))
    credential.max_uses = static_cast<std::uint32_t>(*uses);
  credential.uses = static_cast<std::uint32_t>(in.integer("uses", {0, kMaxUses}));
}

}  // namespace

base::Result<Card> card_of(std::string_view bits_hex, int bit_count) {
  if (bit_count < kMinCardBits || bit_count > kMaxCardBits) {
    return base::fail(Code::kInvalid, "a card has {} to {} bits, not {}", kMinCardBits,
                      kMaxCardBits, bit_count);
  }
  auto bytes = base::from_hex(bits_hex);
  if (!bytes) return base::failure_of(std::move(bytes));
  const auto wanted = static_cast<std::size_t>((bit_count + 7) / 8);
  if (bytes->size() != wanted) {
    return base::fail(Code::kInvalid, "{} bits are {} hexadecimal digits, not {}", bit_count,
                      2 * wanted, bits_hex.size());
  }
  const unsigned padding = static_cast<unsigned>(8 * wanted) - static_cast<unsigned>(bit_count);
  const auto last = static_cast<unsigned char>(bytes->back());
  bytes->back() = static_cast<char>(last & (0xFFU << padding));
  Card card;
  card.bits_hex = base::to_hex(*bytes);
  card.bit_count = bit_count;
  return card;
}

std::string card_key(const Card& card) {
  return fmt::format("{}:{}", card.bit_count, card.bits_hex);
}

ValidityVerdict judge(const Validity& validity, const EventTime& now) {
  const bool is_past = validity.until_ms && now.unix_ms >= *validity.until_ms;
  if (now.quality == TimeQuality::kSynchronised) {
    if (is_past) return ValidityVerdict::kExpired;
    if (validity.from_ms && now.unix_ms < *validity.from_ms) return ValidityVerdict::kNotYet;
    return ValidityVerdict::kValid;
  }
  if (is_past && now.quality == TimeQuality::kFloor) return ValidityVerdict::kExpired;
  return validity.from_ms || validity.until_ms ? ValidityVerdict::kUnknown
                                               : ValidityVerdict::kValid;
}

bool is_totp_number(std::string_view text) {
  return text.size() == kTotpNumberDigits && base::is_digits(text);
}

std::string_view name(CredentialKind kind) {
  return word_of(kKindWords, kind);
}
std::string_view name(CredentialState state) {
  return word_of(kStateWords, state);
}
std::optional<CredentialKind> credential_kind_of(std::string_view name) {
  return value_of<CredentialKind>(kKindWords, name);
}
std::optional<CredentialState> credential_state_of(std::string_view name) {
  return value_of<CredentialState>(kStateWords, name);
}

std::string to_row(const Credential& credential) {
  Json json{{"holder", credential.holder},
            {"kind", name(credential.kind)},
            {"state", name(credential.state)},
            {"uses", credential.uses}};
  if (credential.kind == CredentialKind::kCard) json["card"] = json_of(credential.card);
  if (credential.kind == CredentialKind::kPin) json["pin_hash"] = credential.pin_hash;
  if (credential.kind == CredentialKind::kFace) json["face_id"] = credential.face_id;
  if (!credential.number.empty()) json["number"] = credential.number;
  if (!credential.secret_name.empty()) json["secret_name"] = credential.secret_name;
  if (credential.validity.from_ms) json["from_ms"] = *credential.validity.from_ms;
  if (credential.validity.until_ms) json["until_ms"] = *credential.validity.until_ms;
  if (credential.max_uses) json["max_uses"] = *credential.max_uses;
  return base::dump_json(json);
}

base::Result<Credential> credential_from_row(std::string_view id, std::string_view row) {
  auto json = base::parse_json(row);
  if (!json) return base::failure_of(std::move(json));
  JsonReader in(*json);
  Credential credential;
  credential.id = id;
  credential.holder = in.text("holder", kMaxText);
  const auto kind = credential_kind_of(in.text("kind", kMaxWord));
  const auto state = credential_state_of(in.text("state", kMaxWord));
  if (!base::is_id(credential.holder)) in.reject("holder", "is not a person's id");
  if (!kind) in.reject("kind", "expected 'card', 'pin', 'qr', 'totp' or 'face'");
  if (!state) in.reject("state", "expected 'active', 'suspended', 'lost' or 'revoked'");
  credential.kind = kind.value_or(CredentialKind::kCard);
  credential.state = state.value_or(CredentialState::kRevoked);
  read_life(in, credential);
  if (auto read = read_secret(in, credential); !read) return base::failure_of(std::move(read));
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  return credential;
}

}  // namespace linli::domain::access
