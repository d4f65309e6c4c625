#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "firmware/base/result.hpp"
#include "firmware/domain/profile.hpp"

namespace linli::daemon {

// Device models by name, "<vendor>/<model>".
using Profiles = std::map<std::string, std::shared_ptr<const domain::Profile>>;

// Reads <dir>/<vendor>/<model>.tm.jsonld of each directory; earlier directories win, so that a site
// can replace a model that came with the product. Anything wrong is an error that names the file: a
// half-known device model is worse than a late start. The error lists up to ten problems, one after
// the other. kNotFound if there is no model at all.
base::Result<Profiles> load_profiles(const std::vector<std::string>& dirs);

}  // namespace linli::daemon
