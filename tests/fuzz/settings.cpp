#include "firmware/core/pending_settings.hpp"
#include "firmware/daemon/config_layers.hpp"
#include "firmware/daemon/redaction.hpp"

// data_dir/settings.json over the defaults, the row of a change that waits, and what a text of
// others does to the redaction.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto reading = linli::daemon::read_overrides(input, linli::daemon::Config{});
  for (const auto& problem : reading.problems) (void)linli::daemon::describe(problem, "fuzz");
  if (reading.config.data_dir != linli::daemon::Config{}.data_dir) __builtin_trap();
  (void)linli::core::PendingSettings::from_row(input);
  int count = 0;
  (void)linli::daemon::Redactor({"name"}).redact(input, count);
  return 0;
}
