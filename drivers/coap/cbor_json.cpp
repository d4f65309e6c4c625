#include "drivers/coap/cbor_json.hpp"

#include <bit>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "firmware/base/bytes.hpp"
#include "firmware/base/json.hpp"

namespace linli::drivers::coap {
namespace {

using base::Code;
using base::Result;

// The first byte of an item (RFC 8949 §3):
//
//    7 6 5   4 3 2 1 0
//   +------+-----------+
//   | kind | argument  |   0–23: the argument itself; 24–27: it follows in 1, 2, 4 or 8 bytes;
//   +------+-----------+   31: indefinite length, or "break" in kind 7
enum Kind : unsigned { kUnsigned, kNegative, kBytes, kText, kArray, kMap, kTag, kSimple };

constexpr unsigned kIndefinite = 31;
constexpr unsigned char kBreak = 0xff;

struct Head {
  unsigned kind = 0;
  unsigned info = 0;
  std::uint64_t argument = 0;
};

// Writes `number` so that it reads back as the same float: 21.4 of four bytes stays 21.4.
template <class T>
std::string shortest(T number) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  return {text.data(), end};
}

// RFC 8949 appendix D.
double half_to_double(unsigned half) {
  const unsigned exponent = (half >> 10U) & 0x1fU;
  const unsigned mantissa = half & 0x3ffU;
  double value = 0;
  if (exponent == 0) {
    value = std::ldexp(mantissa, -24);
  } else if (exponent != 31) {
    value = std::ldexp(mantissa + 1024, static_cast<int>(exponent) - 25);
  } else {
    value = mantissa == 0 ? HUGE_VAL : NAN;
  }
  return (half & 0x8000U) != 0 ? -value : value;
}

class Decoder {
 public:
  explicit Decoder(std::string_view cbor) : cbor_(cbor) {}

  Result<std::string> run() {
    item(0);
    if (!problem_.empty()) return base::fail(Code::kInvalid, "CBOR at byte {}: {}", at_, problem_);
    if (at_ != cbor_.size())
      return base::fail(Code::kInvalid, "CBOR at byte {}: more than one item", at_);
    return std::move(out_);
  }

 private:
  void wrong(std::string_view problem) {
    if (problem_.empty()) problem_ = problem;
  }
  bool ok() const { return problem_.empty(); }
  std::size_t left() const { return cbor_.size() - at_; }

  std::uint64_t number(std::size_t bytes) {
    if (left() < bytes) {
      wrong("it ends too early");
      return 0;
    }
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < bytes; ++i)
      value = (value << 8U) | static_cast<unsigned char>(cbor_[at_ + i]);
    at_ += bytes;
    return value;
  }

  Head head() {
    const auto first = static_cast<unsigned>(number(1));
    Head head{first >> 5U, first & 0x1fU, first & 0x1fU};
    if (head.info >= 24 && head.info <= 27)
      head.argument = number(std::size_t{1} << (head.info - 24));
    if (head.info >= 28 && head.info < kIndefinite) wrong("a reserved length");
    return head;
  }

  bool take_break() {
    if (left() == 0 || static_cast<unsigned char>(cbor_[at_]) != kBreak) return false;
    ++at_;
    return true;
  }

  void item(int depth) {
    const Head head = this->head();
    if (!ok()) return;
    if (head.info == kIndefinite && (head.kind < kBytes || head.kind >= kTag))
      return wrong("indefinite length where there is none");
    switch (head.kind) {
      case kUnsigned:
        out_ += std::to_string(head.argument);
        return;
      case kNegative:
        return negative(head.argument);
      case kText:
        return text(head);
      case kArray:
      case kMap:
        return container(head, depth + 1);
      case kSimple:
        return simple(head);
      default:
        return wrong(head.kind == kTag ? "tags are not used here"
                                       : "byte strings are not used here");
    }
  }

  void negative(std::uint64_t argument) {
    if (argument > static_cast<std::uint64_t>(INT64_MAX)) return wrong("an integer beyond 64 bits");
    out_ += std::to_string(-1 - static_cast<std::int64_t>(argument));
  }

  void text(const Head& head) {
    std::string text;
    if (head.info == kIndefinite) {
      while (ok() && !take_break()) {
        const Head chunk = this->head();
        if (chunk.kind != kText || chunk.info == kIndefinite)
          return wrong("a chunk that is no text");
        append_chunk(text, chunk.argument);
      }
    } else {
      append_chunk(text, head.argument);
    }
    if (ok()) base::append_json_string(out_, text);
  }

  // RFC 8949 §3.2.3: each chunk is UTF-8 of its own.
  void append_chunk(std::string& text, std::uint64_t length) {
    if (!ok()) return;
    if (length > left()) return wrong("it ends too early");
    const std::string_view chunk = cbor_.substr(at_, static_cast<std::size_t>(length));
    if (!base::is_utf8(chunk)) return wrong("text that is not UTF-8");
    text += chunk;
    at_ += chunk.size();
  }

  void container(const Head& head, int depth) {
    if (depth > kMaxCborDepth) return wrong("nested too deeply");
    const bool is_map = head.kind == kMap;
    out_.push_back(is_map ? '{' : '[');
    // Each item takes a byte at least, so a count beyond what is left ends at the end.
    for (std::uint64_t i = 0; ok() && !is_over(head, i); ++i) {
      if (i > 0) out_.push_back(',');
      if (is_map) key();
      if (ok()) item(depth);
    }
    out_.push_back(is_map ? '}' : ']');
  }

  bool is_over(const Head& head, std::uint64_t count) {
    return head.info == kIndefinite ? take_break() : count == head.argument;
  }

  void key() {
    const Head head = this->head();
    if (!ok()) return;
    if (head.kind != kText) return wrong("a key that is no text");
    text(head);
    out_.push_back(':');
  }

  void simple(const Head& head) {
    switch (head.info) {
      case 20:
        out_ += "false";
        return;
      case 21:
        out_ += "true";
        return;
      case 22:
        out_ += "null";
        return;
      case 25:
        return real(half_to_double(static_cast<unsigned>(head.argument)));
      case 26:
        return real(std::bit_cast<float>(static_cast<std::uint32_t>(head.argument)));
      case 27:
        return real(std::bit_cast<double>(head.argument));
      default:
        return wrong("a simple value that JSON does not have");
    }
  }

  template <class T>
  void real(T number) {
    if (!std::isfinite(number)) return wrong("a number that is none");
    out_ += shortest(number);
  }

  std::string_view cbor_;
  std::size_t at_ = 0;
  std::string out_;
  std::string problem_;
};

}  // namespace

Result<std::string> cbor_to_json(std::string_view cbor) {
  return Decoder(cbor).run();
}

Result<std::string> json_to_cbor(std::string_view json) {
  const auto value = base::parse_json(json);
  if (!value) return base::Failure(value.error());
  std::string cbor;
  base::Json::to_cbor(*value, cbor);
  return cbor;
}

}  // namespace linli::drivers::coap
