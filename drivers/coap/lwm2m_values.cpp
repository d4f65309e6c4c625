#include "drivers/coap/lwm2m_values.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <nlohmann/json.hpp>
#include <utility>

#include "drivers/coap/lwm2m_tlv.hpp"
#include "drivers/coap/senml_json.hpp"
#include "firmware/base/bytes.hpp"
#include "firmware/base/json.hpp"
#include "firmware/domain/schema_check.hpp"

namespace linli::drivers::coap {
namespace {

using base::Code;
using base::Result;
using domain::ObjectPath;
using domain::Value;
using domain::ValueType;
using net::CoapFormat;

constexpr base::JsonLimits kInputLimits{
    .max_bytes = 64 * 1024, .max_depth = 8, .max_values = 512, .max_string_bytes = 4096};
// SenML times below this are relative to now (RFC 8428 §4.5.3).
constexpr double kFirstAbsoluteTime = 268'435'456;
constexpr double kYear2200S = 7'258'118'400;

base::Failure expected(std::string_view what, std::string_view found) {
  if (!base::is_utf8(found)) return base::fail(Code::kInvalid, "expected {}", what);
  return base::fail(Code::kInvalid, "expected {}, found '{}'", what, found.substr(0, 32));
}

template <class Number>
Result<Value> number_of(std::string_view text, std::string_view what) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc() || read.ptr != end) return expected(what, text);
  return Value(number);
}

}  // namespace

Result<Value> text_value(std::string_view text, ValueType type) {
  switch (type) {
    case ValueType::kBoolean:
      if (text != "0" && text != "1") return expected("0 or 1", text);
      return Value(text == "1");
    case ValueType::kInteger:
      return number_of<std::int64_t>(text, "an integer");
    case ValueType::kNumber:
      return number_of<double>(text, "a number");
    case ValueType::kString:
      break;
  }
  if (!base::is_utf8(text)) return base::fail(Code::kInvalid, "expected UTF-8");
  return Value(std::string(text));
}

Result<Value> tlv_value(std::string_view bytes, ValueType type) {
  const auto as_value = [](auto read) -> Result<Value> {
    if (!read) return base::failure_of(std::move(read));
    return Value(*read);
  };
  switch (type) {
    case ValueType::kBoolean:
      return as_value(tlv_boolean(bytes));
    case ValueType::kInteger:
      return as_value(tlv_integer(bytes));
    case ValueType::kNumber:
      return as_value(tlv_float(bytes));
    case ValueType::kString:
      break;
  }
  return text_value(bytes, ValueType::kString);
}

namespace {

// An integer may be said as 5.0; that it is a whole number is the schema's business.
Result<Value> senml_value(const SenmlRecord::Value& said, ValueType type) {
  const bool is_numeric = type == ValueType::kInteger || type == ValueType::kNumber;
  if (const auto* number = std::get_if<double>(&said); number != nullptr && is_numeric)
    return Value(*number);
  if (const auto* boolean = std::get_if<bool>(&said);
      boolean != nullptr && type == ValueType::kBoolean)
    return Value(*boolean);
  if (const auto* text = std::get_if<std::string>(&said);
      text != nullptr && type == ValueType::kString)
    return Value(*text);
  return base::fail(Code::kInvalid, "expected a {}", domain::name(type));
}

// What a payload says of one resource; nothing if it is not in it.
class Content {
 public:
  static Result<Content> read(const ResourceContent& from) {
    Content content(from.path);
    const auto format = static_cast<CoapFormat>(from.format.value_or(0));
    if (from.payload.size() > kMaxResourceBytes)
      return base::fail(Code::kInvalid, "more than {} bytes", kMaxResourceBytes);
    if (format == CoapFormat::kText) {
      content.text_ = from.payload;
      return content;
    }
    Result<void> done = base::fail(Code::kInvalid, "the Content-Format {} is not understood",
                                   static_cast<unsigned>(format));
    if (format == CoapFormat::kTlv) done = content.read_tlv(from.payload);
    if (format == CoapFormat::kSenmlJson) done = content.read_senml(from.payload);
    if (!done) return base::failure_of(std::move(done));
    return content;
  }

  Result<std::optional<Value>> value(ValueType type) const {
    Result<Value> value = base::fail(Code::kInvalid, "");
    if (text_) {
      value = text_value(*text_, type);
    } else if (tlv_) {
      value = tlv_value(*tlv_, type);
    } else if (senml_) {
      value = senml_value(*senml_, type);
    } else {
      return std::optional<Value>();
    }
    if (!value) return base::failure_of(std::move(value));
    return std::optional(*std::move(value));
  }

  // When it was measured, if the device said so.
  std::optional<std::int64_t> time_ms() const {
    if (time_s_.value_or(0) < kFirstAbsoluteTime || *time_s_ > kYear2200S) return std::nullopt;
    return static_cast<std::int64_t>(*time_s_ * 1000);
  }

 private:
  explicit Content(ObjectPath path) : path_(path) {}

  // The resource itself, or the object instance that it is in.
  Result<void> read_tlv(std::string_view payload) {
    auto entries = decode_tlv(payload);
    if (!entries) return base::failure_of(std::move(entries));
    for (const TlvEntry& entry : *entries) {
      if (entry.kind == TlvKind::kObjectInstance) {
        if (entry.id != path_.instance) continue;
        for (const TlvEntry& child : entry.children) {
          if (auto taken = take(child); !taken) return taken;
        }
      } else if (auto taken = take(entry); !taken) {
        return taken;
      }
    }
    return {};
  }

  Result<void> take(const TlvEntry& entry) {
    if (entry.id != path_.resource) return {};
    if (entry.kind == TlvKind::kResource) {
      tlv_ = entry.value;
      return {};
    }
    if (entry.children.size() != 1) return base::fail(Code::kInvalid, "it has several values");
    tlv_ = entry.children.front().value;
    return {};
  }

  // Of a series the newest counts, which stands last.
  Result<void> read_senml(std::string_view payload) {
    auto records = decode_senml(payload);
    if (!records) return base::failure_of(std::move(records));
    const std::string name = domain::to_text(path_);
    for (SenmlRecord& record : *records) {
      if (record.name != name) continue;
      senml_ = std::move(record.value);
      time_s_ = record.time_s;
    }
    return {};
  }

  ObjectPath path_;
  std::optional<std::string> text_;
  std::optional<std::string> tlv_;
  std::optional<SenmlRecord::Value> senml_;
  std::optional<double> time_s_;
};

// Adds what the form makes of `value`; `holds` becomes whether its event's condition does.
Result<void> take_form(const domain::Profile& profile, const domain::UpForm& form, Value value,
                       bool& holds, domain::Report& report) {
  auto changed = domain::apply(form.transforms, std::move(value));
  if (!changed) return base::failure_of(std::move(changed));
  if (form.target == domain::UpForm::Target::kProperty) {
    const domain::PropertyModel& property = profile.properties[form.index];
    auto checked = domain::to_value(*std::move(changed), property.schema);
    if (!checked) return base::failure_of(std::move(checked), property.name);
    report.readings.push_back({form.index, *std::move(checked)});
    return {};
  }
  const bool held = holds;
  holds = !form.when || *form.when == *changed;
  // Without a condition every value is one.
  if (holds && (!held || !form.when)) report.events.push_back({form.index, "{}"});
  return {};
}

Result<void> take_forms(const domain::Profile& profile, const ResourceContent& from,
                        RaisedForms& raised, domain::Report& report) {
  const auto content = Content::read(from);
  if (!content) return base::Failure(content.error());
  report.device_time_ms = content->time_ms();
  for (std::size_t i = 0; i < profile.up.size(); ++i) {
    const domain::UpForm& form = profile.up[i];
    if (!form.resource || form.resource->path != from.path) continue;
    auto value = content->value(form.resource->type);
    if (!value) return base::failure_of(std::move(value));
    if (!*value) return base::fail(Code::kInvalid, "the payload does not hold it");
    if (auto taken = take_form(profile, form, **std::move(value), raised[i], report); !taken)
      return taken;
  }
  return {};
}

template <class Bits>
std::string big_endian(Bits bits) {
  std::string bytes;
  for (std::size_t i = sizeof(bits); i > 0; --i)
    bytes.push_back(static_cast<char>((bits >> (8 * (i - 1))) & 0xffU));
  return bytes;
}

// In the fewest bytes that hold it.
std::string tlv_bytes(std::int64_t number) {
  const auto bits = static_cast<std::uint64_t>(number);
  if (number == static_cast<std::int8_t>(number))
    return big_endian(static_cast<std::uint8_t>(bits));
  if (number == static_cast<std::int16_t>(number))
    return big_endian(static_cast<std::uint16_t>(bits));
  if (number == static_cast<std::int32_t>(number))
    return big_endian(static_cast<std::uint32_t>(bits));
  return big_endian(bits);
}

struct TlvBytes {
  std::string operator()(bool value) const { return {value ? '\1' : '\0'}; }
  std::string operator()(std::int64_t value) const { return tlv_bytes(value); }
  std::string operator()(double value) const {
    return big_endian(std::bit_cast<std::uint64_t>(value));
  }
  std::string operator()(const std::string& value) const { return value; }
  std::string operator()(const domain::JsonText& value) const { return value.text; }
};

struct SenmlText {
  SenmlRecord::Value operator()(bool value) const { return value; }
  SenmlRecord::Value operator()(std::int64_t value) const { return static_cast<double>(value); }
  SenmlRecord::Value operator()(double value) const { return value; }
  SenmlRecord::Value operator()(const std::string& value) const { return value; }
  SenmlRecord::Value operator()(const domain::JsonText& value) const { return value.text; }
};

std::string plain_text(const Value& value) {
  if (const auto* boolean = std::get_if<bool>(&value)) return *boolean ? "1" : "0";
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  return domain::to_json(value);
}

std::string payload_of(const ObjectPath& path, const Value& value, CoapFormat format) {
  if (format == CoapFormat::kTlv)
    return encode_tlv({{TlvKind::kResource, path.resource, std::visit(TlvBytes{}, value), {}}});
  if (format == CoapFormat::kSenmlJson)
    return encode_senml({{domain::to_text(path), std::nullopt, std::visit(SenmlText{}, value)}});
  return plain_text(value);
}

// What stands in the form, with "{name}" replaced by the input's member of that name.
Result<Value> payload_value(const domain::DownForm& form, std::string_view input) {
  const auto template_json = base::parse_json(form.payload, kInputLimits);
  const auto input_json = base::parse_json(input, kInputLimits);
  if (!template_json) return base::Failure(template_json.error());
  if (!input_json) return base::Failure(input_json.error());
  auto value = domain::scalar_of(*template_json);
  const auto* const text = value ? std::get_if<std::string>(&*value) : nullptr;
  if (text != nullptr && text->size() > 2 && text->front() == '{') {
    const std::string name = text->substr(1, text->size() - 2);
    const auto member = input_json->find(name);
    if (member == input_json->end())
      return base::fail(Code::kInvalid, "input.{}: is missing", name);
    value = domain::scalar_of(*member);
  }
  if (!value) return base::fail(Code::kInvalid, "linli:payload: expected a single value");
  return *std::move(value);
}

}  // namespace

domain::Report decode_resource(const domain::Profile& profile, const ResourceContent& content,
                               RaisedForms& raised) {
  domain::Report report;
  RaisedForms now = raised;
  if (auto taken = take_forms(profile, content, now, report); !taken) {
    report = {};
    report.rejection = std::move(taken).error().in(domain::to_text(content.path)).what;
    return report;
  }
  raised = std::move(now);
  return report;
}

Result<std::string> encode_write(const domain::DownForm& form, std::string_view input,
                                 CoapFormat format) {
  if (!form.resource) return base::fail(Code::kUnsupported, "no resource");
  auto value = payload_value(form, input);
  if (!value) return base::failure_of(std::move(value));
  auto changed = domain::apply(form.transforms, *std::move(value));
  if (!changed) return base::failure_of(std::move(changed));
  auto checked = domain::to_value(*std::move(changed), {.type = form.resource->type,
                                                        .unit = "",
                                                        .minimum = {},
                                                        .maximum = {},
                                                        .max_length = kMaxResourceBytes,
                                                        .enumeration = {}});
  if (!checked) return base::failure_of(std::move(checked));
  return payload_of(form.resource->path, *checked, format);
}

}  // namespace linli::drivers::coap
