#pragma once

#include <cstddef>
#include <cstdint>

// What our databases and their logs are made of (SQLite file format, sections 1.2 and 4).
namespace linli::storage {

// Small pages: a commit writes whole pages, and most commits change few bytes on three of them.
inline constexpr std::size_t kPageBytes = 1024;

inline constexpr std::size_t kWalHeaderBytes = 32;
inline constexpr std::size_t kWalFrameHeaderBytes = 24;
inline constexpr std::size_t kWalFrameBytes = kWalFrameHeaderBytes + kPageBytes;

}  // namespace linli::storage
