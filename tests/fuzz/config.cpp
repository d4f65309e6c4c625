#include "firmware/daemon/config.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto reading =
      linli::daemon::read_config({reinterpret_cast<const char*>(data), size}, "/tmp");
  for (const auto& problem : reading.problems) (void)linli::daemon::describe(problem, "fuzz");
  return 0;
}
