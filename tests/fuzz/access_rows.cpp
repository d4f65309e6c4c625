#include "firmware/domain/access/calendar.hpp"
#include "firmware/domain/access/credential.hpp"
#include "firmware/domain/access/door.hpp"
#include "firmware/domain/access/passback.hpp"
#include "firmware/domain/access/replay_window.hpp"
#include "firmware/domain/access/revocations.hpp"
#include "firmware/domain/access/rights.hpp"
#include "firmware/domain/access/schedule.hpp"
#include "firmware/domain/access/visitor_code.hpp"

namespace {

namespace access = linli::domain::access;

// What can be read can be written, and reads the same again.
template <class Row>
void check(std::string_view text,
           linli::base::Result<Row> (*read)(std::string_view, std::string_view)) {
  constexpr std::string_view kId = "00000000000004d2";
  const auto row = read(kId, text);
  if (!row) return;
  const auto again = read(kId, to_row(*row));
  if (!again || !(*again == *row)) __builtin_trap();
}

void check_schedule(std::string_view text, const access::Calendar& calendar) {
  const auto schedule = access::schedule_from_json(text);
  if (!schedule) return;
  const auto again = access::schedule_from_json(to_json(*schedule));
  if (!again || !(*again == *schedule)) __builtin_trap();
  // 2026-10-01, 12:00: what changes next is another answer, and the second before it is not.
  const access::CivilTime noon{{20'727}, 12 * 3600};
  const auto next = next_change(*schedule, calendar, noon);
  if (next && is_open(*schedule, calendar, *next) == is_open(*schedule, calendar, noon))
    __builtin_trap();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check(text, &access::credential_from_row);
  check(text, &access::visitor_code_from_row);
  check(text, &access::delegation_from_row);
  check(text, &access::pass_use_from_row);
  const auto door = access::door_from_row(text);
  if (door && access::door_from_row(to_row(*door)).value() != *door) __builtin_trap();
  const auto list = access::Revocations::parse(text);
  if (list && !(access::Revocations::parse(list->to_row()).value() == *list)) __builtin_trap();
  (void)access::passback_rules_from_json(text);
  access::Calendar calendar;
  (void)calendar.add_year(text);
  check_schedule(text, calendar);
  return 0;
}
