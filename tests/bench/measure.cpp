#include "tests/bench/measure.hpp"

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdlib>

namespace linli::bench {

void parse_or_exit(CLI::App& app, int argc, char** argv) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    std::exit(app.exit(problem));
  }
}

std::int64_t now_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

double ms_at(const std::vector<std::int64_t>& sorted_us, double share) {
  if (sorted_us.empty()) return 0;
  const auto last = static_cast<double>(sorted_us.size() - 1);
  return static_cast<double>(sorted_us[static_cast<std::size_t>(last * share)]) / 1000.0;
}

}  // namespace linli::bench
