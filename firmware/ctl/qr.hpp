#pragma once

#include <string>

namespace linli::ctl {

// `text` as a QR code for a terminal, two rows of it in one line of half blocks, dark on light;
// empty if it is too long for one.
std::string qr_text(const std::string& text);

}  // namespace linli::ctl
