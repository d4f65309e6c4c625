#include "firmware/core/invitations.hpp"
#include "firmware/core/people.hpp"
#include "firmware/core/sessions.hpp"
#include "firmware/core/tokens.hpp"

namespace {

// What can be read can be written, and reads the same again.
template <class Row>
void check(std::string_view text,
           linli::base::Result<Row> (*read)(std::string_view, std::string_view)) {
  const auto row = read("id-1", text);
  if (!row) return;
  const auto again = read("id-1", to_row(*row));
  if (!again || !(*again == *row)) __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(text, &linli::core::person_from_row);
  check(text, &linli::core::session_from_row);
  check(text, &linli::core::token_from_row);
  check(text, &linli::core::invitation_from_row);
  return 0;
}
