#include "drivers/coap/lwm2m_tlv.hpp"

#include <bit>
#include <cmath>

namespace linli::drivers::coap {
namespace {

using base::Code;

constexpr unsigned kLongId = 0x20;
constexpr std::size_t kMaxLength = 0xff'ffff;

bool holds_entries(TlvKind kind) {
  return kind == TlvKind::kObjectInstance || kind == TlvKind::kResources;
}

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (const char byte : bytes) number = (number << 8U) | static_cast<unsigned char>(byte);
  return number;
}

class Decoder {
 public:
  // `inside`: what holds these entries; a payload holds object instances or resources.
  base::Result<std::vector<TlvEntry>> entries(std::string_view bytes, const TlvKind* inside) {
    std::vector<TlvEntry> entries;
    while (!bytes.empty()) {
      auto one = entry(bytes, inside);
      if (!one) return base::failure_of(std::move(one));
      entries.push_back(*std::move(one));
    }
    return entries;
  }

 private:
  base::Result<TlvEntry> entry(std::string_view& bytes, const TlvKind* inside) {
    if (++count_ > kMaxTlvEntries) return base::fail(Code::kInvalid, "TLV: too many entries");
    const auto type = static_cast<unsigned char>(bytes.front());
    const std::size_t id_bytes = (type & kLongId) != 0 ? 2 : 1;
    const std::size_t length_bytes = (type >> 3U) & 3U;
    if (bytes.size() < 1 + id_bytes + length_bytes) return cut_off();
    TlvEntry entry;
    entry.kind = static_cast<TlvKind>(type >> 6U);
    if (!may_stand(entry.kind, inside))
      return base::fail(Code::kInvalid, "TLV: an entry stands where it may not");
    entry.id = static_cast<std::uint16_t>(big_endian(bytes.substr(1, id_bytes)));
    const std::size_t length =
        length_bytes == 0 ? type & 7U : big_endian(bytes.substr(1 + id_bytes, length_bytes));
    bytes.remove_prefix(1 + id_bytes + length_bytes);
    if (bytes.size() < length) return cut_off();
    const std::string_view value = bytes.substr(0, length);
    bytes.remove_prefix(length);
    if (!holds_entries(entry.kind)) {
      entry.value = value;
      return entry;
    }
    auto children = entries(value, &entry.kind);
    if (!children) return base::failure_of(std::move(children));
    entry.children = *std::move(children);
    return entry;
  }

  // So that there are three levels at most.
  static bool may_stand(TlvKind kind, const TlvKind* inside) {
    if (inside == nullptr) return kind != TlvKind::kResourceInstance;
    if (*inside == TlvKind::kResources) return kind == TlvKind::kResourceInstance;
    return kind == TlvKind::kResource || kind == TlvKind::kResources;
  }

  static base::Failure cut_off() { return base::fail(Code::kInvalid, "TLV: it ends too early"); }

  std::size_t count_ = 0;
};

void append_number(std::string& out, std::size_t number, std::size_t bytes) {
  for (std::size_t i = bytes; i > 0; --i)
    out.push_back(static_cast<char>((number >> (8 * (i - 1))) & 0xffU));
}

std::size_t length_bytes_of(std::size_t length) {
  if (length < 8) return 0;
  if (length <= 0xff) return 1;
  return length <= 0xffff ? 2 : 3;
}

}  // namespace

base::Result<std::vector<TlvEntry>> decode_tlv(std::string_view bytes) {
  return Decoder().entries(bytes, nullptr);
}

std::string encode_tlv(const std::vector<TlvEntry>& entries) {
  std::string out;
  for (const TlvEntry& entry : entries) {
    const std::string held = holds_entries(entry.kind) ? encode_tlv(entry.children) : entry.value;
    const std::string_view value = std::string_view(held).substr(0, kMaxLength);
    const std::size_t length_bytes = length_bytes_of(value.size());
    const std::size_t id_bytes = entry.id > 0xff ? 2 : 1;
    const std::size_t type = static_cast<std::size_t>(entry.kind) << 6U |
                             (id_bytes == 2 ? kLongId : 0U) | length_bytes << 3U |
                             (length_bytes == 0 ? value.size() : 0U);
    append_number(out, type, 1);
    append_number(out, entry.id, id_bytes);
    append_number(out, value.size(), length_bytes);
    out += value;
  }
  return out;
}

base::Result<std::int64_t> tlv_integer(std::string_view value) {
  const std::uint64_t bits = big_endian(value);
  switch (value.size()) {
    case 1:
      return static_cast<std::int8_t>(bits);
    case 2:
      return static_cast<std::int16_t>(bits);
    case 4:
      return static_cast<std::int32_t>(bits);
    case 8:
      return static_cast<std::int64_t>(bits);
    default:
      return base::fail(Code::kInvalid, "an integer of {} bytes", value.size());
  }
}

base::Result<double> tlv_float(std::string_view value) {
  double number = NAN;
  if (value.size() == 4)
    number = std::bit_cast<float>(static_cast<std::uint32_t>(big_endian(value)));
  if (value.size() == 8) number = std::bit_cast<double>(big_endian(value));
  if (!std::isfinite(number)) return base::fail(Code::kInvalid, "no number");
  return number;
}

base::Result<bool> tlv_boolean(std::string_view value) {
  if (value.size() != 1 || static_cast<unsigned char>(value.front()) > 1)
    return base::fail(Code::kInvalid, "no boolean");
  return value.front() == 1;
}

}  // namespace linli::drivers::coap
