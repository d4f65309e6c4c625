#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "firmware/base/result.hpp"
#include "firmware/domain/value.hpp"

namespace linli::domain {

// One step between a device's number or word and ours. A closed set: a profile has no expressions,
// and a missing transform is a change here with a test.
struct Transform {
  enum class Kind : std::uint8_t {
    kScale,      // number * `number`
    kOffset,     // number + `number`
    kMap,        // the first entry of `map` whose first equals the value gives its second
    kBit,        // bit `bit` of an integer, as a boolean
    kBcd,        // an integer read as packed decimal digits: 0x1234 becomes 1234
    kWordOrder,  // the two 16-bit halves of a 32-bit integer change places
  };
  Kind kind = Kind::kScale;
  double number = 0;
  int bit = 0;
  std::vector<std::pair<Value, Value>> map;
};

// Applies the steps in order. kInvalid if a step does not fit the value ("scale: not a number",
// "map: no entry for 7", "bcd: digit above 9").
base::Result<Value> apply(const std::vector<Transform>& transforms, Value value);

}  // namespace linli::domain
