#include "firmware/core/account_rows.hpp"

#include <nlohmann/json.hpp>

#include "firmware/base/bytes.hpp"

namespace linli::core {
namespace {

constexpr std::size_t kMaxText = 2048;
constexpr std::size_t kMaxItems = 64;

}  // namespace

domain::Role read_role(base::JsonReader& in) {
  const auto role = domain::role_of(in.text("role", kMaxText));
  if (!role) in.reject("role", "is none that we know");
  return role.value_or(domain::Role::kViewer);
}

std::vector<std::string> read_texts(base::JsonReader& in, std::string_view key) {
  std::vector<std::string> texts;
  for (const base::Json& text : in.array(key, kMaxItems)) {
    if (text.is_string()) {
      texts.push_back(text.get<std::string>());
    } else {
      in.reject(key, "expected texts");
    }
  }
  return texts;
}

std::string read_hex(base::JsonReader& in, std::string_view key) {
  auto bytes = base::from_hex(in.text(key, kMaxText));
  if (!bytes) in.reject(key, "expected hexadecimal digits");
  return bytes.value_or("");
}

std::optional<domain::EventTime> read_time(base::JsonReader& in, std::string_view key) {
  const std::string text = in.text(key, kMaxText);
  if (text.empty()) return std::nullopt;
  const auto time = event_time_of(text);
  if (time) return *time;
  in.reject(key, "is no stored time");
  return std::nullopt;
}

Lifetime read_life(base::JsonReader& in) {
  const auto life = lifetime_of(in.text("life", kMaxText));
  if (!life) in.reject("life", "is no stored life time");
  return life.value_or(Lifetime{});
}

}  // namespace linli::core
