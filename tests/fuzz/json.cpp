#include <nlohmann/json.hpp>

#include "firmware/base/json.hpp"

// What parse_json lets through, dump_json writes and parse_json reads back the same.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using linli::base::parse_json;
  const auto parsed = parse_json({reinterpret_cast<const char*>(data), size});
  if (!parsed) return 0;
  const auto again = parse_json(linli::base::dump_json(*parsed));
  if (!again || *again != *parsed) __builtin_trap();
  return 0;
}
