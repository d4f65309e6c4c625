#pragma once

#include <string>

namespace linli::backup {

// When root works for the daemon, what it makes in the daemon's directory belongs to whom that
// directory belongs, with all below it. Without effect for anybody else.
void give_to_owner_of(const std::string& directory, const std::string& path);

}  // namespace linli::backup
