#include "firmware/domain/transform.hpp"

#include <cmath>
#include <optional>

namespace linli::domain {
namespace {

using base::Code;

std::optional<double> number_of(const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  if (const auto* number = std::get_if<double>(&value)) return *number;
  return std::nullopt;
}

base::Result<std::int64_t> integer_of(const Value& value, std::string_view step) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
  return base::fail(Code::kInvalid, "{}: not an integer", step);
}

base::Result<Value> linear(const Value& value, double factor, double offset,
                           std::string_view step) {
  const auto number = number_of(value);
  if (!number) return base::fail(Code::kInvalid, "{}: not a number", step);
  const double result = *number * factor + offset;
  if (!std::isfinite(result))
    return base::fail(Code::kInvalid, "{}: the result is no number", step);
  return Value(result);
}

base::Result<Value> map(const Transform& step, const Value& value) {
  for (const auto& [from, to] : step.map) {
    const auto a = number_of(from);
    const auto b = number_of(value);
    if (from == value || (a && b && *a == *b)) return to;
  }
  return base::fail(Code::kInvalid, "map: no entry for {}", to_json(value).substr(0, 40));
}

base::Result<Value> bit(const Transform& step, const Value& value) {
  auto integer = integer_of(value, "bit");
  if (!integer) return base::failure_of(std::move(integer));
  if (step.bit < 0 || step.bit > 63)
    return base::fail(Code::kInvalid, "bit: {} is not 0 to 63", step.bit);
  return Value(((static_cast<std::uint64_t>(*integer) >> static_cast<unsigned>(step.bit)) & 1U) !=
               0);
}

base::Result<Value> bcd(const Value& value) {
  auto integer = integer_of(value, "bcd");
  if (!integer) return base::failure_of(std::move(integer));
  if (*integer < 0) return base::fail(Code::kInvalid, "bcd: negative");
  std::int64_t result = 0;
  std::int64_t weight = 1;
  for (auto rest = static_cast<std::uint64_t>(*integer); rest != 0; rest >>= 4U) {
    const auto digit = static_cast<std::int64_t>(rest & 0x0FU);
    if (digit > 9) return base::fail(Code::kInvalid, "bcd: digit above 9");
    result += digit * weight;
    weight *= 10;
  }
  return Value(result);
}

base::Result<Value> word_order(const Value& value) {
  auto integer = integer_of(value, "word_order");
  if (!integer) return base::failure_of(std::move(integer));
  if (*integer < 0 || *integer > 0xFFFFFFFFLL)
    return base::fail(Code::kInvalid, "word_order: not 32 bits");
  const auto word = static_cast<std::uint32_t>(*integer);
  return Value(static_cast<std::int64_t>((word >> 16U) | ((word & 0xFFFFU) << 16U)));
}

base::Result<Value> apply_one(const Transform& step, const Value& value) {
  switch (step.kind) {
    case Transform::Kind::kScale:
      return linear(value, step.number, 0, "scale");
    case Transform::Kind::kOffset:
      return linear(value, 1, step.number, "offset");
    case Transform::Kind::kMap:
      return map(step, value);
    case Transform::Kind::kBit:
      return bit(step, value);
    case Transform::Kind::kBcd:
      return bcd(value);
    case Transform::Kind::kWordOrder:
      return word_order(value);
  }
  return base::fail(Code::kInternal, "an unknown transform");
}

}  // namespace

base::Result<Value> apply(const std::vector<Transform>& transforms, Value value) {
  for (const Transform& step : transforms) {
    auto next = apply_one(step, value);
    if (!next) return next;
    value = *std::move(next);
  }
  return value;
}

}  // namespace linli::domain
