#include "firmware/platform/cloud_event.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <iterator>
#include <limits>

#include "firmware/base/json.hpp"
#include "firmware/platform/json_check.hpp"

namespace linli::platform {
namespace {

// What an event costs beside its record: names, source, time, identity.
constexpr std::size_t kEventBytes = 384;

// "2026-11-24T08:30:00.125Z", formatted once a second instead of once an event.
class TimeText {
 public:
  void append(std::string& out, std::int64_t unix_ms) {
    if (unix_ms < from_ms_ || unix_ms >= from_ms_ + 1000) {
      text_ = domain::rfc3339(unix_ms);
      from_ms_ = unix_ms - unix_ms % 1000;
    }
    const auto ms = static_cast<std::uint64_t>(unix_ms - from_ms_);
    out.append(text_, 0, kUpToPoint);
    out.push_back(static_cast<char>('0' + ms / 100));
    out.push_back(static_cast<char>('0' + ms / 10 % 10));
    out.push_back(static_cast<char>('0' + ms % 10));
    out.push_back('Z');
  }

 private:
  static constexpr std::size_t kUpToPoint = 20;  // "2026-11-24T08:30:00."
  std::string text_;
  std::int64_t from_ms_ = std::numeric_limits<std::int64_t>::max() - 1000;
};

// Times outside the years that RFC 3339 can say come from damaged records only.
std::int64_t sayable(std::int64_t unix_ms) {
  constexpr std::int64_t kYear9999 = 253'402'300'799'999;
  return unix_ms < 0 ? 0 : (unix_ms > kYear9999 ? kYear9999 : unix_ms);
}

void append_number(std::string& out, std::uint64_t number) {
  const fmt::format_int text(number);
  out.append(text.data(), text.size());
}

class Writer {
 public:
  Writer(const std::string& source, const std::string& epoch, const CorrectTime& corrected,
         std::size_t capacity)
      : source_(source), epoch_(epoch), corrected_(corrected) {
    batch_.json.reserve(capacity);
    batch_.json.push_back('[');
  }

  void write(const ports::OutboxChunk& chunk) {
    open_stream(chunk.stream);
    if (chunk.gap) {
      write_gap(*chunk.gap, chunk.gap_time);
    } else {
      write_records(chunk);
    }
  }

  RenderedBatch finish() {
    batch_.json.push_back(']');
    return std::move(batch_);
  }

 private:
  void open_stream(domain::Stream stream) {
    head_ =
        fmt::format(R"({{"specversion":"1.0","source":"{}","datacontenttype":"application/json",)"
                    R"("linliepoch":"{}","linlistream":"{}","id":"{}-{}-)",
                    source_, epoch_, domain::name(stream), epoch_, domain::name(stream));
  }

  // Records stand for consecutive numbers. What is damaged, missing or too much becomes a gap.
  void write_records(const ports::OutboxChunk& chunk) {
    domain::RecordReader reader(chunk.records, chunk.stream);
    std::uint64_t seq = chunk.first;
    std::uint64_t bad_from = 0;
    domain::EventTime last_time;
    for (; seq <= chunk.last && !reader.at_end(); ++seq) {
      const auto envelope = reader.next();
      if (!envelope) break;
      last_time = envelope->time;
      if (is_whole(*envelope)) {
        close_bad(chunk.stream, bad_from, seq, last_time);
        write_event(*envelope, seq, "");
      } else if (bad_from == 0) {
        bad_from = seq;
      }
    }
    if (seq <= chunk.last && bad_from == 0) bad_from = seq;
    close_bad(chunk.stream, bad_from, chunk.last + 1, last_time);
  }

  static bool is_whole(const domain::Envelope& envelope) {
    return !envelope.type.empty() && is_json_object(envelope.data);
  }

  // Reports bad_from … end - 1 as a gap, if there are any.
  void close_bad(domain::Stream stream, std::uint64_t& bad_from, std::uint64_t end,
                 const domain::EventTime& time) {
    if (bad_from == 0 || bad_from >= end) return;
    const std::uint64_t count = end - bad_from;
    batch_.corrupt += count;
    write_gap({stream, bad_from, end - 1, count, "corrupt"}, time);
    bad_from = 0;
  }

  void write_gap(const domain::Gap& gap, const domain::EventTime& time) {
    write_event(domain::envelope_of(gap, time), gap.last, "-gap");
  }

  void write_event(const domain::Envelope& envelope, std::uint64_t seq, std::string_view id_tail) {
    std::string& out = batch_.json;
    if (batch_.events++ > 0) out.push_back(',');
    out += head_;
    append_number(out, seq);
    out += id_tail;
    out += R"(","linliseq":")";
    append_number(out, seq);
    out += R"(","type":)";
    base::append_json_string(out, envelope.type);
    if (!envelope.subject.empty()) {
      out += R"(,"subject":)";
      base::append_json_string(out, envelope.subject);
    }
    if (!envelope.origin.empty()) {
      out += R"(,"linliorigin":)";
      base::append_json_string(out, envelope.origin);
    }
    write_time(corrected_(envelope.time));
    out += R"(,"data":)";
    out += envelope.data;
    out.push_back('}');
  }

  void write_time(const domain::EventTime& time) {
    std::string& out = batch_.json;
    out += R"(,"time":")";
    time_text_.append(out, sayable(time.unix_ms));
    out += R"(","timequality":")";
    out += domain::name(time.quality);
    fmt::format_to(std::back_inserter(out), R"(","bootid":"{:016x}","monotonicms":)", time.boot);
    // A CloudEvents integer has 32 bits; beyond them the number is said as a string.
    const bool fits = time.monotonic_ms >= std::numeric_limits<std::int32_t>::min() &&
                      time.monotonic_ms <= std::numeric_limits<std::int32_t>::max();
    if (!fits) out.push_back('"');
    const fmt::format_int text(time.monotonic_ms);
    out.append(text.data(), text.size());
    if (!fits) out.push_back('"');
  }

  const std::string& source_;
  const std::string& epoch_;
  const CorrectTime& corrected_;
  std::string head_;
  TimeText time_text_;
  RenderedBatch batch_;
};

std::size_t capacity_for(const std::vector<ports::ChunkPtr>& chunks) {
  std::size_t bytes = 2;
  for (const auto& chunk : chunks) {
    bytes += chunk->records.size() + kEventBytes;
    if (!chunk->gap) bytes += (chunk->last - chunk->first) * kEventBytes;
  }
  // Numbers in a damaged row may claim anything; the string grows by itself if this was too little.
  constexpr std::size_t kMostReserved = 4 * 1024 * 1024;
  return bytes < kMostReserved ? bytes : kMostReserved;
}

}  // namespace

CloudEventRenderer::CloudEventRenderer(std::string_view gateway, std::string_view epoch)
    : source_(fmt::format("/linli/{}", gateway)), epoch_(epoch) {}

RenderedBatch CloudEventRenderer::render(const std::vector<ports::ChunkPtr>& chunks,
                                         const CorrectTime& corrected) const {
  Writer writer(source_, epoch_, corrected, capacity_for(chunks));
  for (const auto& chunk : chunks) writer.write(*chunk);
  return writer.finish();
}

}  // namespace linli::platform
