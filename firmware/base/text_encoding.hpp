#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "firmware/base/result.hpp"

namespace linli::base {

enum class TextEncoding : std::uint8_t {
  kUtf8,
  kGb18030,  // what Chinese spreadsheets save; GBK and GB 2312 are parts of it
};

struct DecodedText {
  std::string text;  // UTF-8 without a byte-order mark
  TextEncoding encoding = TextEncoding::kUtf8;
};

// Text that somebody made elsewhere, as UTF-8: what is valid UTF-8 is taken for it, everything else
// for GB18030. kInvalid if it is neither, or UTF-16, with the byte and the way out; kUnsupported if
// this system's C library has no GB18030. Any thread; up to three bytes for each two that come in.
Result<DecodedText> decode_text(std::string_view bytes);

}  // namespace linli::base
