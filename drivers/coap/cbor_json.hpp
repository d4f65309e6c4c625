#pragma once

#include <string>
#include <string_view>

#include "firmware/base/result.hpp"

// Payloads of Content-Format 60 are the JSON ones in CBOR (RFC 8949), member for member. They are
// turned into JSON text first, so that both pass the same reader with the same limits.
namespace linli::drivers::coap {

inline constexpr int kMaxCborDepth = 8;

// One data item and nothing behind it. Arrays, maps (with text keys) and text may be of indefinite
// length. kInvalid, with the byte, for what JSON cannot say (byte strings, tags, undefined, NaN,
// integers beyond 64 bits), for text that is not UTF-8 and for more than kMaxCborDepth levels.
base::Result<std::string> cbor_to_json(std::string_view cbor);

// JSON text that we wrote ourselves. kInvalid if it is none.
base::Result<std::string> json_to_cbor(std::string_view json);

}  // namespace linli::drivers::coap
