#pragma once

#include "firmware/base/json.hpp"

namespace linli::daemon {

// [{"version","date","zh":[…],"en":[…]}], newest first: what changed in this version and before.
// From config/changes.json, which is built in.
base::Json changes();

}  // namespace linli::daemon
