#pragma once

#include <string_view>

#include "firmware/base/json.hpp"

namespace linli::console::api {

// The OpenAPI 3.1 document of the route table.
base::Json openapi_document(std::string_view version);

}  // namespace linli::console::api
