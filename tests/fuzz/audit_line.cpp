#include "firmware/domain/audit_line.hpp"

#include "firmware/base/bytes.hpp"

namespace {

std::string digest(std::string_view text) {
  std::string out;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const std::uint64_t part = linli::base::digest64(text, seed);
    for (unsigned shift = 0; shift < 64; shift += 8)
      out.push_back(static_cast<char>(part >> shift));
  }
  return out;
}

using linli::domain::AuditCheck;
using linli::domain::AuditRow;

}  // namespace

// A line that is taken is exactly one that could have been written; and what is written is taken.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  AuditCheck check(&digest);
  (void)check.take(text);
  const auto entry = linli::domain::parse_audit_line(text);
  if (entry && text.find('\n') != std::string_view::npos) __builtin_trap();
  const std::string part(text.substr(0, 150));
  const AuditRow row = linli::domain::chain({{}, part, part, part, std::string(text)}, 2,
                                            std::string(32, 'p'), &digest);
  AuditCheck written(&digest);
  if (!written.take(export_line(row))) __builtin_trap();
  return 0;
}
