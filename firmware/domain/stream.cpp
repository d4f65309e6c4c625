#include "firmware/domain/stream.hpp"

namespace linli::domain {
namespace {

constexpr std::array<std::string_view, kStreamCount> kNames{"alarm",  "access",  "money",
                                                            "ticket", "command", "telemetry"};

}  // namespace

std::string_view name(Stream stream) {
  return kNames.at(index_of(stream));
}

std::optional<Stream> stream_of(std::string_view name) {
  for (const Stream stream : kStreams) {
    if (kNames.at(index_of(stream)) == name) return stream;
  }
  return std::nullopt;
}

}  // namespace linli::domain
