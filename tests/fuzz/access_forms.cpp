#include <string>
#include <string_view>

#include "firmware/scenarios/access/access_forms.hpp"
#include "firmware/scenarios/access/consent.hpp"
#include "firmware/scenarios/access/pass_book.hpp"
#include "firmware/scenarios/access/people_forms.hpp"

namespace {

namespace access = linli::scenarios::access;

// What was understood is stored, and must be understood again.
void check_door(std::string_view text) {
  const auto door = access::put_door_form(text);
  if (!door) return;
  const std::string row = access::to_row(*door);
  const auto again = access::door_definition_from_row(door->id, row);
  if (!again || access::to_row(*again) != row) __builtin_trap();
}
void check_right(std::string_view text) {
  const auto right = access::put_right_form(text);
  if (!right) return;
  const auto again = access::access_right_from_row(right->right.id, access::to_row(*right));
  if (!again || !(*again == *right)) __builtin_trap();
}
void check_credential(std::string_view text) {
  const auto form = access::issue_credential_form(text);
  if (!form || form->credential.kind == linli::domain::access::CredentialKind::kPin) return;
  const auto& credential = form->credential;
  const auto again = linli::domain::access::credential_from_row(credential.id, to_row(credential));
  if (!again || !(*again == credential)) __builtin_trap();
}
void check_household(std::string_view text) {
  const auto form = access::move_in_form(text);
  if (form && form->people.empty()) __builtin_trap();
  (void)access::household_from_row("h", text);
}
template <class Row>
void check_row(std::string_view key, std::string_view text,
               linli::base::Result<Row> (*read)(std::string_view, std::string_view)) {
  const auto row = read(key, text);
  if (!row) return;
  const auto again = read(key, to_row(*row));
  if (!again || !(*again == *row)) __builtin_trap();
}
void check_others(std::string_view text) {
  (void)access::open_form(text);
  (void)access::id_form(text, "door");
  (void)access::rule_form(text);
  (void)access::put_schedule_form(text);
  (void)access::put_calendar_form(text);
  (void)access::revoke_credential_form(text);
  (void)access::issue_pass_form(text);
  (void)access::revoke_pass_form(text);
  (void)access::move_out_form(text);
  (void)access::who_opened_form(text);
  (void)access::issue_code_form(text);
  (void)access::own_log_form(text);
  (void)access::give_consent_form(text);
  (void)access::withdraw_consent_form(text);
  (void)access::delegate_form(text);
  (void)access::import_form(text);
  check_row("ann/face", text, &access::consent_from_row);
  check_row("00000000000004d2", text, &access::issued_pass_from_row);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto check :
       {&check_door, &check_right, &check_credential, &check_household, &check_others})
    check(text);
  return 0;
}
