#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace linli::daemon {

// Takes out of a text what is nobody's business: values behind words like password, token or key,
// bearer tokens, private keys, what looks like a key or a machine's password (long hexadecimal,
// 32 of a-z 2-7, 40 and more of base64), phone and identity card numbers, and given names. Rather
// too much than too little: a bundle is read by others. Pure.
class Redactor {
 public:
  // Names shorter than two bytes are passed over.
  explicit Redactor(std::vector<std::string> names);

  // The text without them; `count` grows by what was taken out.
  std::string redact(std::string_view text, int& count) const;

 private:
  std::vector<std::string> names_;  // the longest first
};

}  // namespace linli::daemon
