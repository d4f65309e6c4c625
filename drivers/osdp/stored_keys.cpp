#include "drivers/osdp/stored_keys.hpp"

#include "firmware/base/bytes.hpp"

namespace linli::drivers::osdp {
namespace {

base::Result<base::SecretText> key_from(std::string_view hex) {
  auto bytes = base::from_hex(hex);
  if (!bytes || (!bytes->empty() && bytes->size() != kKeyBytes))
    return base::fail(base::Code::kCorrupt, "the stored key of a reader has no form that we know");
  return base::SecretText(*std::move(bytes));
}

}  // namespace

base::SecretText to_secret(const ReaderKeys& keys) {
  return base::SecretText(base::to_hex(keys.current.reveal()) + ":" +
                          base::to_hex(keys.next.reveal()));
}

base::Result<ReaderKeys> keys_from_secret(const base::SecretText& secret) {
  const std::string_view text = secret.reveal();
  const std::size_t colon = text.find(':');
  auto current = key_from(text.substr(0, colon));
  if (!current) return base::failure_of(std::move(current));
  auto next = key_from(colon == std::string_view::npos ? "x" : text.substr(colon + 1));
  if (!next) return base::failure_of(std::move(next));
  return ReaderKeys{*std::move(current), *std::move(next)};
}

}  // namespace linli::drivers::osdp
