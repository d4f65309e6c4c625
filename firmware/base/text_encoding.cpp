#include "firmware/base/text_encoding.hpp"

#include <iconv.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <optional>

#include "firmware/base/bytes.hpp"

namespace linli::base {
namespace {

constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";
constexpr std::string_view kLittleMark = "\xFF\xFE";
constexpr std::string_view kBigMark = "\xFE\xFF";

// iconv's state: opened once for one text.
class Converter {
 public:
  Converter() : state_(iconv_open("UTF-8", "GB18030")) {}
  Converter(const Converter&) = delete;
  Converter& operator=(const Converter&) = delete;
  ~Converter() {
    if (is_open()) iconv_close(state_);
  }

  // iconv_open fails with (iconv_t)-1.
  bool is_open() const { return reinterpret_cast<std::intptr_t>(state_) != -1; }

  // The text, or nothing: then `at` is the byte that is no text.
  std::optional<std::string> convert(std::string bytes, std::size_t& at) {
    std::string out;
    std::array<char, 4096> buffer{};
    char* from = bytes.data();
    std::size_t left = bytes.size();
    while (left > 0) {
      char* to = buffer.data();
      std::size_t room = buffer.size();
      const std::size_t done = iconv(state_, &from, &left, &to, &room);
      const bool is_full = done == static_cast<std::size_t>(-1) && errno == E2BIG;
      out.append(buffer.data(), buffer.size() - room);
      if (done != static_cast<std::size_t>(-1) || is_full) continue;
      at = bytes.size() - left;
      return std::nullopt;
    }
    return out;
  }

 private:
  iconv_t state_;
};

}  // namespace

Result<DecodedText> decode_text(std::string_view bytes) {
  if (bytes.starts_with(kLittleMark) || bytes.starts_with(kBigMark)) {
    return fail(Code::kInvalid,
                "the text is UTF-16 (\"Unicode text\"): save it as \"CSV UTF-8\" instead");
  }
  if (bytes.starts_with(kUtf8Mark)) bytes.remove_prefix(kUtf8Mark.size());
  if (is_utf8(bytes)) return DecodedText{std::string(bytes), TextEncoding::kUtf8};
  Converter converter;
  if (!converter.is_open()) {
    return fail(Code::kUnsupported,
                "the text is not UTF-8, and this system cannot read GB18030: save it as UTF-8");
  }
  std::size_t at = 0;
  auto text = converter.convert(std::string(bytes), at);
  if (!text || !is_utf8(*text)) {
    return fail(Code::kInvalid,
                "byte {} is neither UTF-8 nor GB18030: save the file as \"CSV UTF-8\"", at + 1);
  }
  return DecodedText{*std::move(text), TextEncoding::kGb18030};
}

}  // namespace linli::base
