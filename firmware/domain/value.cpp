#include "firmware/domain/value.hpp"

#include "firmware/base/json.hpp"

namespace linli::domain {
namespace {

struct Appender {
  std::string& out;
  void operator()(bool value) const { out += value ? "true" : "false"; }
  void operator()(std::int64_t value) const { out += std::to_string(value); }
  void operator()(double value) const { base::append_json_number(out, value); }
  void operator()(const std::string& value) const { base::append_json_string(out, value); }
  void operator()(const JsonText& value) const { out += value.text; }
};

}  // namespace

void append_json(std::string& out, const Value& value) {
  std::visit(Appender{out}, value);
}

std::string to_json(const Value& value) {
  std::string out;
  append_json(out, value);
  return out;
}

}  // namespace linli::domain
