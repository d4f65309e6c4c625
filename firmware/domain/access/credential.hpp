#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "firmware/base/result.hpp"
#include "firmware/domain/event_time.hpp"

namespace linli::domain::access {

// What somebody shows at a door (凭证).
enum class CredentialKind : std::uint8_t {
  kCard,  // 门禁卡: the bits as they came
  kPin,   // 密码
  kQr,    // 二维码: a signed pass, see pass_token.hpp
  kTotp,  // 动态码: six digits that change
  kFace,  // 人脸: the terminal knows the face, we know its number only
};
inline constexpr std::size_t kCredentialKinds = 5;

// Whether it counts at all; whether its time has come is `validity`.
enum class CredentialState : std::uint8_t {
  kActive,     // 有效
  kSuspended,  // 停用: for a while, by a person
  kLost,       // 挂失: who shows it is somebody else
  kRevoked,    // 注销: for ever
};

// A card is its raw bits and how many they are; vendors print the same card as different numbers,
// so the decoded forms stand beside for people and decide nothing. The first bit that was
// sent is the highest of the first byte. Readers fill the last byte with what they like; here it is
// zeros, so that a card is the same at every reader. Whoever has the bits can make the card again:
// they stand in rows that are not shown, never in a log or an event.
struct Card {
  std::string bits_hex;  // lower case, two digits a byte
  int bit_count = 0;     // 4 to 256
  // For people; 0 and "" if nobody could decode it.
  std::uint32_t facility = 0;
  std::uint64_t number = 0;
  std::string printed;  // as it stands on the card

  // The same card, whatever is printed on it.
  bool is_same(const Card& other) const {
    return bit_count == other.bit_count && bits_hex == other.bits_hex;
  }
  friend bool operator==(const Card&, const Card&) = default;
};
inline constexpr int kMinCardBits = 4;
inline constexpr int kMaxCardBits = 256;

// kInvalid: more or fewer digits than the bits need, or other characters.
base::Result<Card> card_of(std::string_view bits_hex, int bit_count);
// "32:89d41b81": what a card is known by in tables and rows. The same for the same card only.
std::string card_key(const Card& card);

// From `from_ms` up to, but not at, `until_ms` (Unix time); an end that is absent is open.
struct Validity {
  std::optional<std::int64_t> from_ms;
  std::optional<std::int64_t> until_ms;
  friend bool operator==(const Validity&, const Validity&) = default;
};

enum class ValidityVerdict : std::uint8_t {
  kValid,
  kNotYet,
  kExpired,
  kUnknown,  // the clock cannot be trusted, and the answer hangs on it
};
// A clock that is only a floor proves that an end has passed, and nothing else.
ValidityVerdict judge(const Validity& validity, const EventTime& now);

// One credential of one person. No secret stands here in clear: of a PIN its Argon2id string, of a
// TOTP the name of which, with the gateway's key, its seed is made, of a face the terminal's
// number. That a PIN or a code was right is found out elsewhere (ports::PasswordHash,
// ports::Crypto); decide() gets the credential that matched.
struct Credential {
  std::string id;
  std::string holder;  // the person's id
  CredentialKind kind = CredentialKind::kCard;
  CredentialState state = CredentialState::kActive;
  Card card{};              // of a card
  std::string pin_hash;     // of a PIN: "$argon2id$…"
  std::string secret_name;  // of a TOTP: what its seed is made of; of a QR: its subject's pseudonym
  std::string number;       // of a TOTP: the four digits that are typed before the code
  std::string face_id;      // of a face: the terminal's number for the person
  Validity validity{};
  std::optional<std::uint32_t> max_uses;
  std::uint32_t uses = 0;

  bool is_used_up() const { return max_uses && uses >= *max_uses; }
  friend bool operator==(const Credential&, const Credential&) = default;
};

inline constexpr std::size_t kTotpNumberDigits = 4;
bool is_totp_number(std::string_view text);

std::string_view name(CredentialKind kind);    // "card", …
std::string_view name(CredentialState state);  // "active", …
std::optional<CredentialKind> credential_kind_of(std::string_view name);
std::optional<CredentialState> credential_state_of(std::string_view name);

// The stored form. A row has what its kind needs and nothing of another kind; a PIN that is not an
// Argon2id string is kInvalid, so nobody stores one in clear by mistake. Errors name the member,
// and never show the value of a hash.
std::string to_row(const Credential& credential);
base::Result<Credential> credential_from_row(std::string_view id, std::string_view row);

}  // namespace linli::domain::access
