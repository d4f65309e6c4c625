#pragma once

#include "firmware/base/once.hpp"

namespace linli::core {

// What a part of the house wrote into a turn and must know the fate of: called once with whether
// the turn was stored.
using Settle = base::Once<void(bool stored)>;

}  // namespace linli::core
