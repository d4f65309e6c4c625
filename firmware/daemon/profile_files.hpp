#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "firmware/base/result.hpp"
#include "firmware/domain/profile.hpp"

namespace linli::daemon {

// Reads <dir>/<vendor>/<model>.tm.jsonld of each directory; earlier directories win. A file that is
// no valid profile is an error that names it: a half-known device model is worse than a late start.
// kNotFound if there is no profile at all.
base::Result<std::map<std::string, std::shared_ptr<const domain::Profile>>> load_profiles(
    const std::vector<std::string>& dirs);

}  // namespace linli::daemon
