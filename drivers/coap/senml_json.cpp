#include "drivers/coap/senml_json.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "firmware/base/json.hpp"

namespace linli::drivers::coap {
namespace {

using base::Code;
using base::Json;
using base::Result;

constexpr base::JsonLimits kLimits{
    .max_bytes = 64 * 1024, .max_depth = 3, .max_values = 4096, .max_string_bytes = 4096};
constexpr std::size_t kMaxName = 128;
constexpr int kVersion = 10;  // RFC 8428 §4.4
constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// RFC 8428 §4.5.1. What stands for an object of LwM2M begins with a slash.
bool is_name(std::string_view name) {
  constexpr std::string_view kAllowed = "-:./_";
  return !name.empty() && name.size() <= kMaxName &&
         std::all_of(name.begin(), name.end(), [kAllowed](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  kAllowed.find(c) != std::string_view::npos;
         });
}

// Walks the records; base fields stay until they are set again.
class Reader {
 public:
  Result<std::vector<SenmlRecord>> read(const Json& pack) {
    if (!pack.is_array() || pack.empty() || pack.size() > kMaxSenmlRecords)
      return base::fail(Code::kInvalid, "SenML: expected 1 to {} records", kMaxSenmlRecords);
    std::vector<SenmlRecord> records;
    for (const Json& json : pack) {
      auto record = this->record(json);
      if (!record)
        return base::failure_of(std::move(record),
                                "SenML record " + std::to_string(records.size()));
      records.push_back(*std::move(record));
    }
    return records;
  }

 private:
  Result<SenmlRecord> record(const Json& json) {
    if (!json.is_object()) return base::fail(Code::kInvalid, "expected an object");
    SenmlRecord record;
    name_.clear();
    value_.reset();
    time_.reset();
    for (const auto& [key, field] : json.items()) {
      if (auto taken = take(key, field); !taken) return base::failure_of(std::move(taken));
    }
    record.name = base_name_ + name_;
    if (!is_name(record.name)) return base::fail(Code::kInvalid, "no name");
    if (!value_) return base::fail(Code::kInvalid, "no value");
    record.value = *std::move(value_);
    if (base_time_ || time_) record.time_s = base_time_.value_or(0) + time_.value_or(0);
    return record;
  }

  Result<void> take(const std::string& key, const Json& field) {
    if (key == "bn" || key == "n") return text(field, key == "n" ? name_ : base_name_);
    if (key == "bt" || key == "t") return number(field, key == "t" ? time_ : base_time_);
    if (key == "bver") {
      if (field == kVersion) return {};
      return base::fail(Code::kInvalid, "another version than {}", kVersion);
    }
    if (key == "v" || key == "vs" || key == "vb" || key == "vd" || key == "vlo")
      return value(key, field);
    // Base values would have to be added to each value; nobody sends them here.
    if (key == "bv" || key == "bs" || key == "s" || key.ends_with('_'))
      return base::fail(Code::kInvalid, "the field {} is not understood", key.substr(0, 16));
    return {};  // units and update times say nothing that the object does not
  }

  Result<void> value(const std::string& key, const Json& field) {
    if (value_) return base::fail(Code::kInvalid, "two values");
    if (key == "v" && field.is_number()) {
      value_ = field.get<double>();
    } else if (key == "vb" && field.is_boolean()) {
      value_ = field.get<bool>();
    } else if ((key == "vs" || key == "vlo") && field.is_string()) {
      value_ = field.get<std::string>();
    } else if (key == "vd" && field.is_string()) {
      auto bytes = from_base64url(field.get_ref<const std::string&>());
      if (!bytes) return base::failure_of(std::move(bytes));
      value_ = SenmlRecord::Opaque{*std::move(bytes)};
    } else {
      return base::fail(Code::kInvalid, "{} of another type", key);
    }
    return {};
  }

  static Result<void> text(const Json& field, std::string& to) {
    if (!field.is_string()) return base::fail(Code::kInvalid, "a name that is no text");
    to = field.get<std::string>();
    return {};
  }
  static Result<void> number(const Json& field, std::optional<double>& to) {
    if (!field.is_number()) return base::fail(Code::kInvalid, "a time that is no number");
    to = field.get<double>();
    return {};
  }

  std::string base_name_;
  std::optional<double> base_time_;
  std::string name_;
  std::optional<double> time_;
  std::optional<SenmlRecord::Value> value_;
};

struct Writer {
  std::string& out;
  void operator()(double number) const {
    out += "\"v\":";
    base::append_json_number(out, number);
  }
  void operator()(const std::string& text) const {
    out += "\"vs\":";
    base::append_json_string(out, text);
  }
  void operator()(bool value) const { out += value ? "\"vb\":true" : "\"vb\":false"; }
  void operator()(const SenmlRecord::Opaque& opaque) const {
    out += "\"vd\":\"" + to_base64url(opaque.bytes) + "\"";
  }
};

}  // namespace

Result<std::vector<SenmlRecord>> decode_senml(std::string_view json) {
  const auto pack = base::parse_json(json, kLimits);
  if (!pack) return base::Failure(pack.error());
  return Reader().read(*pack);
}

std::string encode_senml(const std::vector<SenmlRecord>& records) {
  std::string out = "[";
  for (const SenmlRecord& record : records) {
    if (out.size() > 1) out.push_back(',');
    out += "{\"n\":";
    base::append_json_string(out, record.name);
    if (record.time_s) {
      out += ",\"t\":";
      base::append_json_number(out, *record.time_s);
    }
    out.push_back(',');
    std::visit(Writer{out}, record.value);
    out.push_back('}');
  }
  out.push_back(']');
  return out;
}

std::string to_base64url(std::string_view bytes) {
  std::string out;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char byte : bytes) {
    bits = (bits << 8U) | static_cast<unsigned char>(byte);
    for (count += 8; count >= 6; count -= 6)
      out.push_back(kAlphabet[(bits >> (count - 6)) & 0x3fU]);
  }
  if (count > 0) out.push_back(kAlphabet[(bits << (6 - count)) & 0x3fU]);
  return out;
}

Result<std::string> from_base64url(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const std::size_t digit = kAlphabet.find(c);
    if (digit == std::string_view::npos)
      return base::fail(Code::kInvalid, "base64url: another character");
    bits = (bits << 6U) | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    out.push_back(static_cast<char>((bits >> count) & 0xffU));
  }
  // What is left over must be nothing: one text for each value.
  if (count == 6 || (bits & ((1U << count) - 1U)) != 0)
    return base::fail(Code::kInvalid, "base64url: it does not end with a byte");
  return out;
}

}  // namespace linli::drivers::coap
