#include "firmware/base/json_positions.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "firmware/base/json.hpp"

namespace linli::base {
namespace {

// An iterator that tells how far the library has read.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, const char** reached) : at_(at), reached_(reached) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    *reached_ = ++at_;
    return *this;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
  bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  const char** reached_;
};

class Collector final : public nlohmann::json_sax<Json> {
 public:
  Collector(std::string_view text, const char* const* reached) : text_(text), reached_(reached) {}

  bool null() override { return value(); }
  bool boolean(bool /*value*/) override { return value(); }
  bool number_integer(number_integer_t /*value*/) override { return value(); }
  bool number_unsigned(number_unsigned_t /*value*/) override { return value(); }
  bool number_float(number_float_t /*value*/, const string_t& /*text*/) override { return value(); }
  bool string(string_t& /*value*/) override { return value(); }
  bool binary(binary_t& /*value*/) override { return value(); }
  bool start_object(std::size_t /*size*/) override { return open(false); }
  bool end_object() override { return close(); }
  bool start_array(std::size_t /*size*/) override { return open(true); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    key_ = name;
    if (arrays_ > 0) return true;
    const auto end = static_cast<std::size_t>(*reached_ - text_.data());
    const std::size_t start = end >= 2 ? text_.rfind('"', end - 2) : 0;
    positions_[path_of(name)] = position_of(text_, start == std::string_view::npos ? end : start);
    return true;
  }
  bool parse_error(std::size_t /*position*/, const std::string& /*token*/,
                   const Json::exception& /*error*/) override {
    return false;
  }

  std::map<std::string, TextPosition> take() { return std::move(positions_); }

 private:
  static constexpr std::size_t kMaxDepth = 64;

  std::string path_of(const std::string& name) const {
    return path_.empty() ? name : path_.back() + name;
  }
  bool value() const { return true; }
  bool open(bool is_array) {
    if (kinds_.size() >= kMaxDepth) return false;
    path_.push_back(kinds_.empty() ? "" : path_of(key_) + ".");
    kinds_.push_back(is_array);
    arrays_ += is_array ? 1 : 0;
    return true;
  }
  bool close() {
    arrays_ -= kinds_.back() ? 1 : 0;
    kinds_.pop_back();
    path_.pop_back();
    return true;
  }

  std::string_view text_;
  const char* const* reached_;
  std::vector<std::string> path_;
  std::vector<bool> kinds_;
  int arrays_ = 0;
  std::string key_;
  std::map<std::string, TextPosition> positions_;
};

}  // namespace

TextPosition position_of(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const std::size_t line_start = before.rfind('\n');
  const std::size_t column =
      line_start == std::string_view::npos ? before.size() : before.size() - line_start - 1;
  return {static_cast<int>(lines) + 1, static_cast<int>(column) + 1};
}

std::map<std::string, TextPosition> json_positions(std::string_view text) {
  const char* reached = text.data();
  Collector collector(text, &reached);
  const char* const end = text.data() + text.size();
  Json::sax_parse(CountingIterator(text.data(), &reached), CountingIterator(end, &reached),
                  &collector, Json::input_format_t::json, true, true);
  return collector.take();
}

}  // namespace linli::base
