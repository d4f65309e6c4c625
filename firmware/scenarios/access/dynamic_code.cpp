#include "firmware/scenarios/access/dynamic_code.hpp"

#include <algorithm>

#include "firmware/base/number.hpp"
#include "firmware/core/second_factor.hpp"

namespace linli::scenarios::access {
namespace {

constexpr std::size_t kNumber = domain::access::kTotpNumberDigits;
constexpr std::size_t kMostSteps = 64;

}  // namespace

base::SecretText totp_seed(std::string_view secret_name, const KeypadMac& mac) {
  using std::string_view_literals::operator""sv;
  std::string bytes("linli-totp-1\0"sv);
  bytes += secret_name;
  std::string seed = mac(bytes);
  if (seed.size() < core::kFactorSecretBytes) return {};
  seed.resize(core::kFactorSecretBytes);
  return base::SecretText(std::move(seed));
}

std::optional<TypedCode> typed_code(std::string_view digits) {
  if (!base::is_digits(digits) || digits.size() != kNumber + core::kFactorDigits)
    return std::nullopt;
  return TypedCode{std::string(digits.substr(0, kNumber)),
                   base::SecretText(std::string(digits.substr(kNumber)))};
}

std::string steps_to_row(const std::vector<std::uint64_t>& steps) {
  std::string row;
  for (const std::uint64_t step : steps) row += (row.empty() ? "" : " ") + std::to_string(step);
  return row;
}

base::Result<std::vector<std::uint64_t>> steps_from_row(std::string_view row) {
  std::vector<std::uint64_t> steps;
  while (!row.empty()) {
    const std::size_t end = std::min(row.find(' '), row.size());
    const auto step = base::parse_number<std::uint64_t>(row.substr(0, end));
    if (!step || steps.size() == kMostSteps)
      return base::fail(base::Code::kCorrupt, "'{}' is no list of used codes", row);
    steps.push_back(*step);
    row.remove_prefix(std::min(end + 1, row.size()));
  }
  return steps;
}

}  // namespace linli::scenarios::access
