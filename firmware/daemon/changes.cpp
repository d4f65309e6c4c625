#include "firmware/daemon/changes.hpp"

#include <nlohmann/json.hpp>

#include "firmware/daemon/changes_text.hpp"

namespace linli::daemon {

base::Json changes() {
  const auto json = base::parse_json(kChangesText);
  return json ? json->value("versions", base::Json::array()) : base::Json::array();
}

}  // namespace linli::daemon
