#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/base/result.hpp"

// OMA-TLV (LwM2M 1.1 Core §7.4, Content-Format 11542): what a device answers a read with.
//
//      7 6    5       4 3        2 1 0
//   +------+------+---------+-----------+
//   | kind | id:  | length: | length if | then the identifier (1 or 2 bytes), the length
//   |      | 8/16 | 0–3 B   | it has 0  | (0 to 3 bytes), and as many bytes of value
//   +------+------+---------+-----------+
//
// What a value means (text, integer, float, boolean, time) is the object's business: tlv_integer()
// and its neighbours read it.
namespace linli::drivers::coap {

enum class TlvKind : std::uint8_t {
  kObjectInstance = 0,    // holds resources
  kResourceInstance = 1,  // one of several values
  kResources = 2,         // holds resource instances
  kResource = 3,          // the one value
};

struct TlvEntry {
  TlvKind kind = TlvKind::kResource;
  std::uint16_t id = 0;
  std::string value;               // of kResource and kResourceInstance
  std::vector<TlvEntry> children;  // of the others
  friend bool operator==(const TlvEntry&, const TlvEntry&) = default;
};

inline constexpr std::size_t kMaxTlvEntries = 512;  // of one payload, at all levels

// kInvalid for lengths that do not fit, for what stands where it may not (an object instance inside
// of another, a value instance outside of its resource), and beyond kMaxTlvEntries.
base::Result<std::vector<TlvEntry>> decode_tlv(std::string_view bytes);
// In the shortest form. Values of 16 MiB and more cannot be said and are cut.
std::string encode_tlv(const std::vector<TlvEntry>& entries);

// Two's complement of 1, 2, 4 or 8 bytes; times are integers too (Unix seconds).
base::Result<std::int64_t> tlv_integer(std::string_view value);
// IEEE 754 of 4 or 8 bytes; kInvalid for what is no number.
base::Result<double> tlv_float(std::string_view value);
base::Result<bool> tlv_boolean(std::string_view value);

}  // namespace linli::drivers::coap
