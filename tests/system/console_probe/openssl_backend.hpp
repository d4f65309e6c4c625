#pragma once

#include <memory>

#include "firmware/base/loop.hpp"
#include "firmware/console/server.hpp"

namespace linli::console {

// The same connections over Asio's own TLS stream: nothing above it knows the difference.
std::unique_ptr<Server> start_with_openssl(base::Loop& loop, ServerOptions options,
                                           RequestHandler handler);

}  // namespace linli::console
