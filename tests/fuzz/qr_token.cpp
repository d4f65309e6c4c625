#include "firmware/domain/access/pass_token.hpp"

namespace {

namespace access = linli::domain::access;

// Whatever is shown, with a MAC that is always the same: what keeps the rules can be signed, is
// believed, and reads the same again.
std::string same_mac(std::uint8_t /*key*/, std::string_view /*bytes*/) {
  return std::string(32, 'm');
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::vector<std::uint16_t> groups{1, 7};
  access::Revocations list;
  list.confirm(1'795'680'000);
  const linli::domain::EventTime now{1'795'680'000'000, linli::domain::TimeQuality::kSynchronised,
                                     1, 0};
  const access::PassContext context{"site-1", groups, now, list};
  (void)access::verify(text, context, same_mac);
  const auto token = access::read_unverified(text);
  if (!token) return 0;
  const auto again = access::sign(*token, "site-1", same_mac);
  if (!again) return 0;
  const auto check = access::verify(*again, context, same_mac);
  const bool is_believed =
      check.refusal == access::PassRefusal::kNone || check.refusal > access::PassRefusal::kBadRules;
  if (!is_believed || !(check.token == *token)) __builtin_trap();
  return 0;
}
