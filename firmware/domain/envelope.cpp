#include "firmware/domain/envelope.hpp"

#include <array>
#include <cstring>

#include "firmware/base/json.hpp"

namespace linli::domain {
namespace {

constexpr std::uint8_t kHasOrigin = 0x80;
constexpr std::size_t kFixedBytes = 8 + 1 + 8 + 8;  // between the size and the type's length

template <class T>
void put(std::string& out, T value) {
  std::array<char, sizeof(T)> bytes{};
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    bytes[i] = static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * i));
  }
  out.append(bytes.data(), bytes.size());
}

void put_short(std::string& out, std::string_view text) {
  text = text.substr(0, 255);
  put(out, static_cast<std::uint8_t>(text.size()));
  out += text;
}

template <class T>
T take(std::string_view& in) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    value |= static_cast<std::uint64_t>(static_cast<unsigned char>(in[i])) << (8 * i);
  }
  in.remove_prefix(sizeof(T));
  return static_cast<T>(value);
}

bool take_short(std::string_view& in, std::string& text) {
  if (in.empty()) return false;
  const auto size = take<std::uint8_t>(in);
  if (in.size() < size) return false;
  text = in.substr(0, size);
  in.remove_prefix(size);
  return true;
}

std::string members_of(const Gap& gap) {
  std::string members = fmt::format(R"("class":"{}","first":{},"last":{},"count":{},"reason":)",
                                    name(gap.stream), gap.first, gap.last, gap.count);
  base::append_json_string(members, gap.reason);
  return members;
}

}  // namespace

std::string_view device_of(const Envelope& envelope) {
  constexpr std::string_view kPrefix = "device/";
  if (!envelope.device.empty()) return envelope.device;
  const std::string_view subject = envelope.subject;
  return subject.starts_with(kPrefix) ? subject.substr(kPrefix.size()) : std::string_view();
}

void append_record(std::string& out, const Envelope& envelope) {
  const std::size_t start = out.size();
  put(out, std::uint32_t{0});
  put(out, envelope.time.unix_ms);
  const std::uint8_t mark = envelope.origin.empty() ? 0 : kHasOrigin;
  put(out, static_cast<std::uint8_t>(static_cast<std::uint8_t>(envelope.time.quality) | mark));
  put(out, envelope.time.boot);
  put(out, envelope.time.monotonic_ms);
  put_short(out, envelope.type);
  put_short(out, envelope.subject);
  if (!envelope.origin.empty()) put_short(out, envelope.origin);
  out += envelope.data;
  std::string size;
  put(size, static_cast<std::uint32_t>(out.size() - start - sizeof(std::uint32_t)));
  out.replace(start, size.size(), size);
}

base::Result<Envelope> RecordReader::next() {
  const auto corrupt = [this] {
    rest_ = {};
    return base::fail(base::Code::kCorrupt, "a stored event record is damaged");
  };
  if (rest_.size() < sizeof(std::uint32_t)) return corrupt();
  const auto size = take<std::uint32_t>(rest_);
  if (size < kFixedBytes || rest_.size() < size) return corrupt();
  std::string_view record = rest_.substr(0, size);
  rest_.remove_prefix(size);

  Envelope envelope;
  envelope.stream = stream_;
  envelope.time.unix_ms = take<std::int64_t>(record);
  const auto marked_quality = take<std::uint8_t>(record);
  const auto quality = static_cast<std::uint8_t>(marked_quality & ~kHasOrigin);
  if (quality > static_cast<std::uint8_t>(TimeQuality::kUnknown)) return corrupt();
  envelope.time.quality = static_cast<TimeQuality>(quality);
  envelope.time.boot = take<std::uint64_t>(record);
  envelope.time.monotonic_ms = take<std::int64_t>(record);
  if (!take_short(record, envelope.type) || !take_short(record, envelope.subject)) return corrupt();
  if ((marked_quality & kHasOrigin) != 0 && !take_short(record, envelope.origin)) return corrupt();
  envelope.data = record;
  return envelope;
}

std::size_t records_size(std::string_view records, std::uint64_t count) {
  std::string_view rest = records;
  for (; count > 0; --count) {
    if (rest.size() < sizeof(std::uint32_t)) return 0;
    const auto size = take<std::uint32_t>(rest);
    if (rest.size() < size) return 0;
    rest.remove_prefix(size);
  }
  return records.size() - rest.size();
}

Envelope envelope_of(const Gap& gap, const EventTime& time) {
  return {gap.stream, std::string(kGapEvent), "gateway", time, "{" + members_of(gap) + "}"};
}

Envelope loss_of(const Gap& gap, std::string_view epoch, const EventTime& time) {
  std::string data = R"({"epoch":)";
  base::append_json_string(data, epoch);
  data += "," + members_of(gap) + "}";
  return {gap.stream, std::string(kLossEvent), "gateway", time, std::move(data)};
}

std::string event_id(std::string_view epoch, Stream stream, std::uint64_t seq) {
  return fmt::format("{}-{}-{}", epoch, name(stream), seq);
}

}  // namespace linli::domain
