#include "firmware/daemon/redaction.hpp"

#include <algorithm>
#include <array>

namespace linli::daemon {
namespace {

constexpr std::string_view kGone = "[redacted]";
constexpr std::array<std::string_view, 14> kSecretWords{
    "password", "passwd", "token", "secret",        "pin",  "otp",  "csrf",
    "psk",      "cookie", "key",   "authorization", "code", "salt", "login"};
constexpr std::size_t kHexKey = 32;
constexpr std::size_t kMachinePassword = 32;
constexpr std::size_t kLongRun = 40;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_of_run(char c) {
  return is_letter(c) || is_digit(c) || c == '_' || c == '-' || c == '+' || c == '=';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_base32(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '2' && c <= '7');
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  return out;
}

// "password", "db_password", "x-csrf-token", "apiKey"; not "key_file" and not "monkey".
bool names_a_secret(std::string_view run) {
  const std::string word = lower(run);
  return std::any_of(kSecretWords.begin(), kSecretWords.end(),
                     [&word, run](std::string_view secret) {
                       if (!word.ends_with(secret)) return false;
                       const std::size_t before = word.size() - secret.size();
                       return before == 0 || !is_letter(run[before - 1]) ||
                              (run[before] >= 'A' && run[before] <= 'Z');
                     });
}

bool looks_like_a_key(std::string_view run) {
  const bool is_hex_key = run.size() >= kHexKey && std::all_of(run.begin(), run.end(), is_hex);
  const bool is_password =
      run.size() == kMachinePassword && std::all_of(run.begin(), run.end(), is_base32);
  return is_hex_key || is_password || run.size() >= kLongRun;
}

// Is it the number of a telephone or an identity card? `text`: with its spaces and dashes.
bool is_of_a_person(std::string_view text, std::string_view digits) {
  if (text.starts_with('+')) return digits.size() >= 8 && digits.size() <= 15;
  if (digits.size() == 18) return true;
  if (digits.size() == 13 && digits.starts_with("86")) digits.remove_prefix(2);
  if (digits.size() == 11 && digits[0] == '1' && digits[1] >= '3') return true;
  return (digits.size() == 11 || digits.size() == 12) && digits[0] == '0' &&
         text.find('-') != std::string_view::npos;
}

// Where such a number ends whose digits so far end before `at`; 0 if it is none.
std::size_t end_of_number(std::string_view text, std::size_t at, std::string_view digits) {
  const char next = at < text.size() ? text[at] : '\0';
  if (digits.size() == 17 && (next == 'X' || next == 'x')) return at + 1;
  return !is_letter(next) && is_of_a_person(text.substr(0, at), digits) ? at : 0;
}

// How long the number of a person at the front is, with single spaces and dashes between its
// groups of digits: the longest that ends with a group; 0 if there is none.
std::size_t number_of_a_person(std::string_view text) {
  std::string digits;
  std::size_t found = 0;
  std::size_t at = text.starts_with('+') ? 1 : 0;
  while (at < text.size() && is_digit(text[at]) && digits.size() <= 18) {
    while (at < text.size() && is_digit(text[at])) digits.push_back(text[at++]);
    found = std::max(found, end_of_number(text, at, digits));
    if (at < text.size() && (text[at] == ' ' || text[at] == '-')) ++at;
  }
  return found;
}

// One walk over a text.
class Walk {
 public:
  Walk(std::string_view text, int& count) : text_(text), count_(count) {}

  std::string walk() {
    while (at_ < text_.size()) {
      const bool at_start = at_ == 0 || !is_of_run(text_[at_ - 1]);
      if (text_.substr(at_).starts_with("-----BEGIN ")) {
        block();
      } else if (const std::size_t size = at_start ? number_of_a_person(text_.substr(at_)) : 0;
                 size > 0) {
        drop(size);
      } else if (at_start && is_of_run(text_[at_])) {
        run();
      } else {
        out_.push_back(text_[at_++]);
      }
    }
    return std::move(out_);
  }

 private:
  void drop(std::size_t size) {
    out_ += kGone;
    at_ += size;
    ++count_;
  }

  // A private key, or any other block of its form.
  void block() {
    const std::size_t end = text_.find("-----END ", at_);
    const std::size_t closed = end == std::string_view::npos ? end : text_.find("-----", end + 9);
    drop(closed == std::string_view::npos ? text_.size() - at_ : closed + 5 - at_);
  }

  void run() {
    std::size_t size = 0;
    while (at_ + size < text_.size() && is_of_run(text_[at_ + size])) {
      // "key=value" is a name and its value.
      if (text_[at_ + size] == '=' && names_a_secret(text_.substr(at_, size))) break;
      ++size;
    }
    const std::string_view word = text_.substr(at_, size);
    if (looks_like_a_key(word)) return drop(size);
    out_ += word;
    at_ += size;
    if (lower(word) == "bearer" && at_ < text_.size() && text_[at_] == ' ') {
      out_.push_back(text_[at_++]);
      value();
    } else if (names_a_secret(word)) {
      value_behind();
    }
  }

  // Closing quotes, spaces, and one of ':' and '=' stand between a name and its value.
  void value_behind() {
    std::size_t at = at_;
    const auto skip = [this, &at](std::string_view any) {
      while (at < text_.size() && any.find(text_[at]) != std::string_view::npos) ++at;
    };
    skip("\\\"' ");
    if (at >= text_.size() || (text_[at] != ':' && text_[at] != '=')) return;
    ++at;
    skip(" ");
    const bool is_member =
        text_[at_] == '"' && text_.substr(at_, at - at_).find(':') != std::string_view::npos;
    out_ += text_.substr(at_, at - at_);
    at_ = at;
    value(is_member);
  }

  // `is_member`: of a JSON object.
  void value(bool is_member = false) {
    std::size_t end = at_;
    const std::size_t open = opening_quote();
    const bool is_quoted = open > 0;
    if (is_quoted) {
      end = closing_quote(at_ + open, open - 1);
    } else {
      while (end < text_.size() &&
             std::string_view(" ,;}])\n\r\t\"").find(text_[end]) == std::string_view::npos)
        ++end;
    }
    const std::string_view gone = text_.substr(at_, end - at_);
    // "Authorization: Bearer …": the kind says nothing, what follows all.
    if (const std::string kind = lower(gone);
        (kind == "bearer" || kind == "basic") && end < text_.size()) {
      out_ += gone;
      out_.push_back(text_[end]);
      at_ = end + 1;
      return value();
    }
    if (gone.empty() || says_nothing(gone)) return;
    if (gone.front() == '{' || gone.front() == '[') return;  // what is inside is looked at
    if (is_quoted) {
      const std::string quote(text_.substr(at_, open));
      out_ += quote + std::string(kGone) + quote;
      at_ = end;
      ++count_;
      return;
    }
    // JSON stays JSON.
    if (is_member) out_.push_back('"');
    drop(end - at_);
    if (is_member) out_.push_back('"');
  }

  // A quote, and the backslashes before it where JSON stands in a text: how long they are; else 0.
  std::size_t opening_quote() const {
    std::size_t at = at_;
    while (at < text_.size() && text_[at] == '\\') ++at;
    const bool is_quote = at < text_.size() && (text_[at] == '"' || text_[at] == '\'');
    return is_quote ? at + 1 - at_ : 0;
  }
  // Behind the quote that has as many backslashes before it, or at the end of the line.
  std::size_t closing_quote(std::size_t from, std::size_t backslashes) const {
    const char quote = text_[from - 1];
    std::size_t before = 0;
    for (std::size_t at = from; at < text_.size(); ++at) {
      if (text_[at] == '\n') return at;  // it was cut off
      if (text_[at] == quote && before == backslashes) return at + 1;
      before = text_[at] == '\\' ? before + 1 : 0;
    }
    return text_.size();
  }

  static bool says_nothing(std::string_view value) {
    constexpr std::array<std::string_view, 5> kEmpty{"\"\"", "null", "true", "false", "0"};
    return std::find(kEmpty.begin(), kEmpty.end(), value) != kEmpty.end();
  }

  std::string_view text_;
  int& count_;
  std::size_t at_ = 0;
  std::string out_;
};

}  // namespace

Redactor::Redactor(std::vector<std::string> names) : names_(std::move(names)) {
  std::erase_if(names_, [](const std::string& name) { return name.size() < 2; });
  std::sort(names_.begin(), names_.end(), [](const std::string& one, const std::string& other) {
    return one.size() != other.size() ? one.size() > other.size() : one < other;
  });
  names_.erase(std::unique(names_.begin(), names_.end()), names_.end());
}

std::string Redactor::redact(std::string_view text, int& count) const {
  std::string out(text);
  for (const std::string& name : names_) {
    for (std::size_t at = out.find(name); at != std::string::npos; at = out.find(name, at)) {
      out.replace(at, name.size(), "[name]");
      at += 6;
      ++count;
    }
  }
  return Walk(out, count).walk();
}

}  // namespace linli::daemon
