#pragma once

#include "firmware/console/message.hpp"

namespace linli::console {

// Puts what every answer carries into it, in place of what is there under the same names. What says
// nothing about caching is not stored.
void add_security_headers(Response& response);

}  // namespace linli::console
