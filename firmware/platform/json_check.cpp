#include "firmware/platform/json_check.hpp"

#include "firmware/base/bytes.hpp"

namespace linli::platform {
namespace {

constexpr int kMaxDepth = 32;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// Walks the text; every member moves past what it recognised and answers whether it was right.
// Reading past the end gives '\0', which no rule accepts.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool whole_object() {
    space();
    if (peek() != '{' || !value(kMaxDepth)) return false;
    space();
    return at_ == text_.size();
  }

 private:
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  bool skip(char expected) {
    if (peek() != expected) return false;
    ++at_;
    return true;
  }

  bool skip_word(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }

  void space() {
    while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') ++at_;
  }

  bool value(int depth_left) {
    switch (peek()) {
      case '{':
        return container(depth_left, '}', true);
      case '[':
        return container(depth_left, ']', false);
      case '"':
        return string();
      case 't':
        return skip_word("true");
      case 'f':
        return skip_word("false");
      case 'n':
        return skip_word("null");
      default:
        return number();
    }
  }

  bool container(int depth_left, char end, bool has_keys) {
    if (depth_left == 0) return false;
    ++at_;
    space();
    if (skip(end)) return true;
    do {
      space();
      if (has_keys && !key()) return false;
      if (!value(depth_left - 1)) return false;
      space();
    } while (skip(','));
    return skip(end);
  }

  bool key() {
    if (!string()) return false;
    space();
    if (!skip(':')) return false;
    space();
    return true;
  }

  bool string() {
    if (!skip('"')) return false;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c == '\\' && !escape()) return false;
    }
    return false;
  }

  bool escape() {
    const char c = peek();
    ++at_;
    if (c != 'u')
      return c != '\0' && std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos;
    for (int i = 0; i < 4; ++i, ++at_) {
      if (!is_hex(peek())) return false;
    }
    return true;
  }

  bool digits() {
    if (!is_digit(peek())) return false;
    while (is_digit(peek())) ++at_;
    return true;
  }

  bool number() {
    skip('-');
    if (!skip('0') && !digits()) return false;
    if (skip('.') && !digits()) return false;
    if (peek() != 'e' && peek() != 'E') return true;
    ++at_;
    if (peek() == '+' || peek() == '-') ++at_;
    return digits();
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

bool is_json_object(std::string_view text) {
  return Scanner(text).whole_object() && base::is_utf8(text);
}

}  // namespace linli::platform
