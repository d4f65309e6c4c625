#pragma once

#include <string>

#include "firmware/base/json.hpp"
#include "firmware/core/device_table.hpp"

namespace linli::console::api {

// The W3C Thing Description (TD 1.1) of a device. `base` is where this API is, "https://host:port".
base::Json thing_description(const core::Device& device, const std::string& base);

// The description of the directory itself, for /.well-known/wot.
base::Json directory_description(const std::string& gateway, const std::string& base);

}  // namespace linli::console::api
