#pragma once

#include <string>

namespace linli::storage {

// 48 random bits in hexadecimal; empty if the kernel gives no randomness.
std::string make_epoch();

}  // namespace linli::storage
