#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "firmware/base/result.hpp"
#include "firmware/domain/event_time.hpp"
#include "firmware/domain/stream.hpp"

namespace linli::domain {

// CloudEvents types of the native link.
inline constexpr std::string_view kPropertyEvent = "linli.thing.property";  // readings that changed
inline constexpr std::string_view kThingEvent = "linli.thing.event";        // a WoT event
inline constexpr std::string_view kPresenceEvent = "linli.thing.presence";  // online, offline
inline constexpr std::string_view kRejectedEvent = "linli.thing.data_rejected";
inline constexpr std::string_view kCommandEvent = "linli.command.outcome";
// A fire rule: {"state":"released"|"reset"|"unconfirmed"|"confirmed"|"incomplete"|"complete",…}.
inline constexpr std::string_view kInterlockEvent = "linli.gateway.interlock";
// One of our certificates comes to its end, or has.
inline constexpr std::string_view kCertificateEvent = "linli.gateway.certificate_expiry";
// The database was damaged; what could be read goes on under a new epoch.
inline constexpr std::string_view kRecoveredEvent = "linli.gateway.store_recovered";
inline constexpr std::string_view kGapEvent = "linli.gap";  // a stretch of the stream was dropped
// A stretch of an earlier epoch's stream will never come. An event like any other: the numbers in
// it are not those of the stream that it stands in.
inline constexpr std::string_view kLossEvent = "linli.loss";

// One event for the platform, before its sequence number is known. The store numbers it in the
// transaction that writes it; (stream, number) with the store's epoch is its identity for ever.
struct Envelope {
  Stream stream = Stream::kTelemetry;
  std::string type;     // one of the constants above, or a scenario's own
  std::string subject;  // "device/<id>", "command/<id>", "gateway"
  EventTime time;
  std::string data;  // one JSON object
  // The id under which it may have been told already, by a database that is no more; else empty.
  std::string origin{};
  // For the journal alone, and not part of the stored record: the device that it is about, if the
  // subject does not say so, and where that hangs.
  std::string device{};
  std::string place{};

  friend bool operator==(const Envelope&, const Envelope&) = default;
};

// The id of the device that it is about; empty if there is none.
std::string_view device_of(const Envelope& envelope);

// The stored form of an envelope, stream and sequence left out (the row has them):
//
//   u32 size of all that follows | i64 unix_ms | u8 quality | u64 boot | i64 monotonic_ms |
//   u8 type length, type | u8 subject length, subject | data to the end       (little endian)
//
// With 0x80 in the quality, u8 origin length and origin stand before the data.
// Type and subject longer than 255 bytes are cut; ids keep them far below.
void append_record(std::string& out, const Envelope& envelope);

// Walks records that stand one after the other.
class RecordReader {
 public:
  RecordReader(std::string_view records, Stream stream) : rest_(records), stream_(stream) {}
  bool at_end() const { return rest_.empty(); }
  // The next envelope; kCorrupt if the bytes are not whole records, after which the reader is
  // at_end.
  base::Result<Envelope> next();

 private:
  std::string_view rest_;
  Stream stream_;
};

// The size of the first `count` records, to cut a long row without reading it; 0 if the bytes do
// not hold that many whole records.
std::size_t records_size(std::string_view records, std::uint64_t count);

// What stands in the place of events that had to be dropped. Delivered like an event.
struct Gap {
  Stream stream = Stream::kTelemetry;
  std::uint64_t first = 0;  // sequence numbers, both included
  std::uint64_t last = 0;
  std::uint64_t count = 0;
  std::string reason;  // "quota", "disk_full", "corrupt"

  friend bool operator==(const Gap&, const Gap&) = default;
};

// The envelope that tells the platform of a gap; `time` is when it was made.
Envelope envelope_of(const Gap& gap, const EventTime& time);

// The envelope that tells the platform of a gap in the stream of `epoch`, a database that is no
// more; empty if its name is lost too.
Envelope loss_of(const Gap& gap, std::string_view epoch, const EventTime& time);

// "<epoch>-<stream>-<seq>", e.g. "3f9a0c1d22ee-alarm-17".
std::string event_id(std::string_view epoch, Stream stream, std::uint64_t seq);

}  // namespace linli::domain
