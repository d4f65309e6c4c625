#include "firmware/base/json.hpp"

#include <cmath>
#include <nlohmann/json.hpp>
#include <unordered_set>
#include <utility>
#include <vector>

#include "firmware/base/bytes.hpp"

namespace linli::base {
namespace {

// Builds a Json from the library's events and stops at the first thing that the limits forbid.
// The library's own builder keeps the last of two equal keys and has no bounds.
class BoundedBuilder final : public nlohmann::json_sax<Json> {
 public:
  explicit BoundedBuilder(const JsonLimits& limits) : limits_(limits) {}

  bool null() override { return add(nullptr) != nullptr; }
  bool boolean(bool value) override { return add(value) != nullptr; }
  bool number_integer(number_integer_t value) override { return add(value) != nullptr; }
  bool number_unsigned(number_unsigned_t value) override { return add(value) != nullptr; }

  bool number_float(number_float_t value, const string_t& text) override {
    if (text.find_first_of(".eE") == string_t::npos) {
      return stop("the integer " + text.substr(0, 32) + " does not fit 64 bits");
    }
    return add(value) != nullptr;
  }

  bool string(string_t& value) override { return fits(value) && add(std::move(value)) != nullptr; }
  bool binary(binary_t& /*value*/) override { return stop("binary values are not JSON"); }

  bool start_object(std::size_t /*size*/) override { return open(Json::object()); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t /*size*/) override { return open(Json::array()); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    if (!fits(name)) return false;
    if (open_.back()->contains(name))
      return stop("the key '" + name.substr(0, 64) + "' is there twice");
    key_ = std::move(name);
    return true;
  }

  bool parse_error(std::size_t position, const std::string& /*token*/,
                   const Json::exception& /*error*/) override {
    return stop("not JSON at byte " + std::to_string(position));
  }

  const std::string& problem() const { return problem_; }
  Json take() { return std::move(root_); }

 private:
  bool stop(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
    return false;
  }

  bool fits(const string_t& text) {
    if (text.size() <= limits_.max_string_bytes) return true;
    return stop("a string is longer than " + std::to_string(limits_.max_string_bytes) + " bytes");
  }

  Json* add(Json value) {
    if (++values_ > limits_.max_values) {
      stop("more than " + std::to_string(limits_.max_values) + " values");
      return nullptr;
    }
    if (open_.empty()) {
      root_ = std::move(value);
      return &root_;
    }
    Json& parent = *open_.back();
    if (parent.is_array()) return &parent.emplace_back(std::move(value));
    return &(parent[std::move(key_)] = std::move(value));
  }

  bool open(Json container) {
    if (std::cmp_greater_equal(open_.size(), limits_.max_depth)) {
      return stop("nested deeper than " + std::to_string(limits_.max_depth) + " levels");
    }
    Json* const added = add(std::move(container));
    if (added == nullptr) return false;
    open_.push_back(added);
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  const JsonLimits& limits_;
  Json root_;
  std::vector<Json*> open_;  // only the last is ever changed, so the pointers stay good
  std::string key_;
  std::size_t values_ = 0;
  std::string problem_;
};

void append_escape(std::string& out, unsigned char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", c);
  }
}

void append_escaped(std::string& out, std::string_view text) {
  std::size_t from = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7F) continue;
    out.append(text, from, i - from);
    append_escape(out, c);
    from = i + 1;
  }
  out.append(text, from);
}

}  // namespace

Result<Json> parse_json(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.max_bytes) {
    return fail(Code::kInvalid, "{} bytes are more than the {} allowed", text.size(),
                limits.max_bytes);
  }
  if (text.substr(0, 3) == "\xEF\xBB\xBF") {
    return fail(Code::kInvalid,
                "the text begins with a byte-order mark: save it as UTF-8 without BOM");
  }
  BoundedBuilder builder(limits);
  const bool complete = Json::sax_parse(text.begin(), text.end(), &builder,
                                        Json::input_format_t::json, true, limits.allow_comments);
  if (!complete) return fail(Code::kInvalid, "{}", builder.problem());
  return builder.take();
}

std::string dump_json(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void append_json_string(std::string& out, std::string_view text) {
  out.push_back('"');
  if (is_utf8(text)) {
    append_escaped(out, text);
  } else {
    const std::string replaced = dump_json(Json(std::string(text)));
    out.append(replaced, 1, replaced.size() - 2);
  }
  out.push_back('"');
}

void append_json_number(std::string& out, double number) {
  if (!std::isfinite(number)) {
    out += "null";
    return;
  }
  fmt::format_to(std::back_inserter(out), "{}", number);
}

}  // namespace linli::base
