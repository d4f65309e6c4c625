#include "drivers/coap/link_format.hpp"

#include <algorithm>

#include "firmware/base/number.hpp"

namespace linli::drivers::coap {
namespace {

using base::Code;

bool is_number(std::string_view text) {
  return !text.empty() && base::is_digits(text);
}

// parmname and ptoken of RFC 6690 §2, without what has a meaning there.
bool is_token_char(char c) {
  const auto byte = static_cast<unsigned char>(c);
  constexpr std::string_view kReserved = " \"<>;,=\\";
  return byte > 0x20 && byte < 0x7f && kReserved.find(c) == std::string_view::npos;
}

bool is_text_char(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte != 0x7f;
}

// Walks the text from left to right; every step says how far it got by what is left.
class Parser {
 public:
  explicit Parser(std::string_view text) : rest_(text) {}

  base::Result<std::vector<Link>> links() {
    std::vector<Link> links;
    if (rest_.empty()) return links;
    do {
      if (links.size() == kMaxLinks) return base::fail(Code::kInvalid, "too many links");
      auto one = link();
      if (!one) return base::failure_of(std::move(one));
      links.push_back(*std::move(one));
    } while (take(','));
    if (!rest_.empty()) return wrong("a comma between links");
    return links;
  }

 private:
  base::Failure wrong(std::string_view expected) const {
    return base::fail(Code::kInvalid, "link format: expected {}, {} bytes before the end", expected,
                      rest_.size());
  }

  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  base::Result<Link> link() {
    Link link;
    if (!take('<')) return wrong("<");
    const std::size_t end = rest_.find('>');
    if (end == std::string_view::npos) return wrong(">");
    link.target = rest_.substr(0, end);
    if (!std::all_of(link.target.begin(), link.target.end(),
                     [](char c) { return is_text_char(c) && c != '<'; }))
      return wrong("a target of printable characters");
    rest_.remove_prefix(end + 1);
    while (take(';')) {
      if (link.attributes.size() == kMaxLinkAttributes) return wrong("fewer attributes");
      auto one = attribute();
      if (!one) return base::failure_of(std::move(one));
      link.attributes.push_back(*std::move(one));
    }
    return link;
  }

  base::Result<std::pair<std::string, std::string>> attribute() {
    std::string name = token();
    if (name.empty()) return wrong("an attribute's name");
    if (!take('=')) return std::pair(std::move(name), std::string());
    if (take('"')) return quoted(std::move(name));
    std::string value = token();
    if (value.empty()) return wrong("an attribute's value");
    return std::pair(std::move(name), std::move(value));
  }

  std::string token() {
    const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_token_char);
    std::string token(rest_.begin(), end);
    rest_.remove_prefix(token.size());
    return token;
  }

  base::Result<std::pair<std::string, std::string>> quoted(std::string name) {
    std::string value;
    while (!rest_.empty()) {
      if (take('"')) return std::pair(std::move(name), std::move(value));
      if (take('\\') && rest_.empty()) break;
      if (!is_text_char(rest_.front())) return wrong("a printable character");
      value.push_back(rest_.front());
      rest_.remove_prefix(1);
    }
    return wrong("a closing quote");
  }

  std::string_view rest_;
};

void append_value(std::string& out, std::string_view value) {
  if (is_number(value)) {
    out += value;
    return;
  }
  out.push_back('"');
  for (const char c : value) {
    if (c == '"' || c == '\\') out.push_back('\\');
    out.push_back(c);
  }
  out.push_back('"');
}

bool value_matches(std::string_view value, std::string_view wanted) {
  if (!wanted.empty() && wanted.back() == '*')
    return value.starts_with(wanted.substr(0, wanted.size() - 1));
  return value == wanted;
}

// Attributes whose value is a list of words, RFC 6690 §3 and RFC 7252 §7.2.1.
bool is_word_list(std::string_view name) {
  return name == "rt" || name == "if" || name == "rel" || name == "rev" || name == "ct";
}

bool attribute_matches(std::string_view name, std::string_view value, std::string_view wanted) {
  if (!is_word_list(name)) return value_matches(value, wanted);
  while (!value.empty()) {
    const std::size_t space = std::min(value.find(' '), value.size());
    if (value_matches(value.substr(0, space), wanted)) return true;
    value.remove_prefix(std::min(space + 1, value.size()));
  }
  return false;
}

}  // namespace

std::string encode_links(const std::vector<Link>& links) {
  std::string out;
  for (const Link& link : links) {
    if (!out.empty()) out.push_back(',');
    out += "<" + link.target + ">";
    for (const auto& [name, value] : link.attributes) {
      out += ";" + name;
      if (value.empty()) continue;
      out.push_back('=');
      append_value(out, value);
    }
  }
  return out;
}

base::Result<std::vector<Link>> parse_links(std::string_view text) {
  if (text.size() > kMaxLinkBytes)
    return base::fail(Code::kInvalid, "link format: more than {} bytes", kMaxLinkBytes);
  return Parser(text).links();
}

bool link_matches(const Link& link, std::string_view filter) {
  const std::size_t equals = filter.find('=');
  if (equals == std::string_view::npos) return false;
  const std::string_view name = filter.substr(0, equals);
  const std::string_view wanted = filter.substr(equals + 1);
  if (name == "href") return value_matches(link.target, wanted);
  return std::any_of(
      link.attributes.begin(), link.attributes.end(), [name, wanted](const auto& attribute) {
        return attribute.first == name && attribute_matches(name, attribute.second, wanted);
      });
}

}  // namespace linli::drivers::coap
