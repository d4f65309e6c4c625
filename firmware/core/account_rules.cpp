#include "firmware/core/account_rules.hpp"

#include <algorithm>
#include <set>

#include "firmware/base/bytes.hpp"
#include "firmware/base/id.hpp"
#include "firmware/core/common_passwords.hpp"

namespace linli::core {
namespace {

constexpr std::size_t kLongestName = 64;  // characters
constexpr std::size_t kMostPlaces = 32;

std::size_t characters_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;  // not the rest of a character
  }));
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

bool is_common(std::string_view password) {
  std::string_view list = common_passwords();
  while (!list.empty()) {
    const std::size_t end = std::min(list.find('\n'), list.size());
    if (list.substr(0, end) == password) return true;
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return false;
}

// C0, DEL, C1, line and paragraph separators, and what turns the direction of writing.
bool steers(std::string_view text) {
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return true;
  }
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    const auto next = static_cast<unsigned char>(text[i + 1]);
    if (text[i] == '\xC2' && next < 0xA0) return true;
    const bool is_general = text.substr(i).starts_with("\xE2\x80") && i + 2 < text.size();
    const auto last = is_general ? static_cast<unsigned char>(text[i + 2]) : 0U;
    if (last >= 0xA8U && last <= 0xAEU) return true;
  }
  return false;
}

}  // namespace

AccountResult<void> check_password(const base::SecretText& password, std::string_view login,
                                   std::string_view site, std::string_view field) {
  const std::string& text = password.reveal();
  const auto no = [field](const char* why) {
    return refuse(RefusalKind::kInvalid, why, std::string(field));
  };
  if (text.size() > kLongestPassword) return no("a password has at most 256 bytes");
  if (!base::is_utf8(text) || text.find('\0') != std::string::npos)
    return no("a password is text in UTF-8");
  if (characters_of(text) < kShortestPassword)
    return no("a password has at least 10 characters: some words together will do");
  const std::string low = lower(text);
  if (low == lower(login) || low == lower(site))
    return no("the password is the login or the compound's name: choose another");
  if (is_common(low)) return no("this password is among the commonest: choose another");
  return {};
}

AccountResult<void> check_login(std::string_view login) {
  const bool is_good =
      login.size() >= 3 && login.size() <= 32 &&
      std::all_of(login.begin(), login.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
      });
  if (is_good) return {};
  return refuse(RefusalKind::kInvalid, "a login has 3 to 32 of a-z 0-9 . _ -", "login");
}

AccountResult<void> check_name(std::string_view name) {
  const bool is_good =
      !name.empty() && base::is_utf8(name) && !steers(name) && characters_of(name) <= kLongestName;
  if (is_good) return {};
  return refuse(RefusalKind::kInvalid, "a name has 1 to 64 characters on one line", "name");
}

AccountResult<void> check_places(const std::vector<std::string>& places, domain::Role role) {
  const auto no = [](const char* why) { return refuse(RefusalKind::kInvalid, why, "places"); };
  if (places.size() > kMostPlaces) return no("at most 32 places: take the place above them");
  if (!std::all_of(places.begin(), places.end(), [](const auto& id) { return base::is_id(id); }))
    return no("a place is named by its id");
  if (std::set<std::string>(places.begin(), places.end()).size() != places.size())
    return no("each place once");
  if (role == domain::Role::kResident && places.empty())
    return no("a resident belongs to a household: name its place");
  return {};
}

}  // namespace linli::core
