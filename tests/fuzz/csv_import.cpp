#include "firmware/domain/access/csv.hpp"
#include "firmware/domain/access/household_import.hpp"

namespace {

namespace access = linli::domain::access;

bool is_odd(std::string_view text) {
  return text.size() % 2 != 0;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  (void)access::read_csv(text);
  const access::ImportSite site{[](std::string_view) { return true; }, is_odd, is_odd};
  const access::ImportPlan plan = access::plan_import(text, site);
  // Whoever is planned has a name and a flat; what is empty has a problem that says so.
  if (plan.people.empty() && plan.problems.empty()) __builtin_trap();
  if (plan.problems.size() > access::kMostImportProblems) __builtin_trap();
  for (const access::ImportedPerson& each : plan.people)
    if (each.name.empty() || each.place.empty()) __builtin_trap();
  return 0;
}
