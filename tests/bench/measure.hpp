#pragma once

#include <cstdint>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): CLI11 calls it so
class App;
}

// What every load generator needs.
namespace linli::bench {

// Exits with a message if the words make no sense.
void parse_or_exit(CLI::App& app, int argc, char** argv);

// Microseconds of the steady clock, the same in all threads.
std::int64_t now_us();

// Milliseconds below which `share` (0 to 1) of the delays lie; 0 if there are none.
double ms_at(const std::vector<std::int64_t>& sorted_us, double share);

}  // namespace linli::bench
