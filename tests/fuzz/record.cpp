#include "firmware/domain/envelope.hpp"

// Whatever stands on the disk, reading it ends.
extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using linli::domain::append_record;
  using linli::domain::RecordReader;
  using linli::domain::Stream;
  RecordReader reader({reinterpret_cast<const char*>(data), size}, Stream::kAlarm);
  std::size_t read = 0;
  while (!reader.at_end()) {
    const auto envelope = reader.next();
    if (++read > size) __builtin_trap();
    if (!envelope) break;
    std::string again;
    append_record(again, *envelope);
    if (RecordReader(again, Stream::kAlarm).next().value() != *envelope) __builtin_trap();
  }
  return 0;
}
