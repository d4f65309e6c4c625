#include "firmware/ctl/qr.hpp"

#include <qrencode.h>

#include <memory>

namespace linli::ctl {
namespace {

constexpr int kQuiet = 2;  // light modules around it; phones manage with fewer than the four

bool is_dark(const QRcode& code, int x, int y) {
  const bool is_inside = x >= 0 && y >= 0 && x < code.width && y < code.width;
  return is_inside && (code.data[y * code.width + x] & 1U) != 0;
}

// Light is what is printed: terminals are dark.
const char* cell(bool upper_is_dark, bool lower_is_dark) {
  if (upper_is_dark) return lower_is_dark ? " " : "▄";
  return lower_is_dark ? "▀" : "█";
}

}  // namespace

std::string qr_text(const std::string& text) {
  const std::unique_ptr<QRcode, decltype(&QRcode_free)> code(
      QRcode_encodeString8bit(text.c_str(), 0, QR_ECLEVEL_M), &QRcode_free);
  if (!code) return {};
  std::string out;
  for (int y = -kQuiet; y < code->width + kQuiet; y += 2) {
    for (int x = -kQuiet; x < code->width + kQuiet; ++x)
      out += cell(is_dark(*code, x, y), is_dark(*code, x, y + 1));
    out += "\n";
  }
  return out;
}

}  // namespace linli::ctl
