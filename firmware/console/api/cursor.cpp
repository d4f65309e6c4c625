#include "firmware/console/api/cursor.hpp"

#include "firmware/base/bytes.hpp"

namespace linli::console::api {
namespace {

constexpr std::size_t kCheckDigits = 8;

// Against slips and cut-off copies; a cursor gives nobody a right.
std::string check_of(std::string_view key) {
  return fmt::format("{:016x}", base::digest64(key)).substr(0, kCheckDigits);
}

}  // namespace

std::string cursor_of(std::string_view key) {
  return check_of(key) + base::to_hex(key);
}

base::Result<std::string> key_of(std::string_view cursor) {
  if (cursor.empty()) return std::string();
  const auto wrong =
      base::fail(base::Code::kInvalid, "cursor: not one of ours; begin the list again without it");
  if (cursor.size() <= kCheckDigits) return wrong;
  auto key = base::from_hex(cursor.substr(kCheckDigits));
  if (!key || check_of(*key) != cursor.substr(0, kCheckDigits)) return wrong;
  return key;
}

}  // namespace linli::console::api
