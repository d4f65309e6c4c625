#include "firmware/console/request_target.hpp"

#include <algorithm>
#include <optional>

#include "firmware/base/bytes.hpp"
#include "firmware/console/limits.hpp"

namespace linli::console {
namespace {

using base::Code;

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7F;
}

std::optional<std::string> decoded(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      const auto byte = base::from_hex(text.substr(i + 1, 2));
      if (!byte || byte->size() != 1) return std::nullopt;
      out += *byte;
      i += 2;
    }
  }
  if (!base::is_utf8(out)) return std::nullopt;
  return out;
}

// Takes the text up to `end` and the separator off `rest`.
std::string_view take_until(std::string_view& rest, char end) {
  const std::size_t at = rest.find(end);
  const std::string_view part = rest.substr(0, at);
  rest = at == std::string_view::npos ? std::string_view() : rest.substr(at + 1);
  return part;
}

bool has_bad_part(std::string_view path) {
  std::string_view rest = path.substr(1);
  while (!rest.empty()) {
    const bool is_last = rest.find('/') == std::string_view::npos;
    const std::string_view part = take_until(rest, '/');
    if (part == "." || part == ".." || (part.empty() && !is_last)) return true;
  }
  return false;
}

base::Result<std::string> parse_path(std::string_view text) {
  auto path = decoded(text, false);
  if (!path) return base::fail(Code::kInvalid, "the path is not percent-encoded UTF-8");
  if (path->empty() || path->front() != '/')
    return base::fail(Code::kInvalid, "the path does not begin with '/'");
  if (std::any_of(path->begin(), path->end(), is_control) || path->find('\\') != std::string::npos)
    return base::fail(Code::kInvalid, "the path holds a control character or a backslash");
  if (has_bad_part(*path))
    return base::fail(Code::kInvalid, "the path holds an empty part, '.' or '..'");
  return *std::move(path);
}

base::Result<std::map<std::string, std::string>> parse_query(std::string_view text) {
  std::map<std::string, std::string> query;
  std::size_t count = 0;
  while (!text.empty()) {
    std::string_view value = take_until(text, '&');
    if (value.empty()) continue;
    auto name = decoded(take_until(value, '='), true);
    auto content = decoded(value, true);
    if (!name || !content)
      return base::fail(Code::kInvalid, "the query is not percent-encoded UTF-8");
    if (name->find('\0') != std::string::npos || content->find('\0') != std::string::npos)
      return base::fail(Code::kInvalid, "the query holds a NUL");
    if (++count > limits::kParameters)
      return base::fail(Code::kInvalid, "the query has more than {} parameters",
                        limits::kParameters);
    query[*std::move(name)] = *std::move(content);
  }
  return query;
}

}  // namespace

base::Result<RequestTarget> parse_target(std::string_view target) {
  if (target.size() > limits::kTargetBytes)
    return base::fail(Code::kInvalid, "the path and query are longer than {} bytes",
                      limits::kTargetBytes);
  if (target.find('#') != std::string_view::npos)
    return base::fail(Code::kInvalid, "the path holds a '#'");
  std::string_view rest = target;
  auto path = parse_path(take_until(rest, '?'));
  if (!path) return base::failure_of(std::move(path));
  auto query = parse_query(rest);
  if (!query) return base::failure_of(std::move(query));
  return RequestTarget{*std::move(path), *std::move(query)};
}

}  // namespace linli::console
