#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "firmware/base/result.hpp"

// SenML in JSON (RFC 8428, Content-Format 110), as LwM2M 1.1 uses it (Core §7.4): one record a
// value, the base fields resolved.
//
//   [{"bn":"/3303/0/","bt":1764000000,"n":"5700","v":21.4},{"n":"5701","vs":"Cel"}]
namespace linli::drivers::coap {

struct SenmlRecord {
  // What LwM2M calls an object link ("vlo") is text here; opaque data ("vd") are the bytes.
  struct Opaque {
    std::string bytes;
    friend bool operator==(const Opaque&, const Opaque&) = default;
  };
  using Value = std::variant<double, std::string, bool, Opaque>;

  std::string name;              // base and own: "/3303/0/5700"
  std::optional<double> time_s;  // base and own, as they stand: below 2^28 it is relative to now
  Value value;
  friend bool operator==(const SenmlRecord&, const SenmlRecord&) = default;
};

inline constexpr std::size_t kMaxSenmlRecords = 256;

// kInvalid for what RFC 8428 does not allow: a name of other characters, no value or two of them, a
// field that must be understood ("…_") and is not, another version than 10.
base::Result<std::vector<SenmlRecord>> decode_senml(std::string_view json);
// One record after the other, without base fields.
std::string encode_senml(const std::vector<SenmlRecord>& records);

// base64url without padding (RFC 4648 §5), as "vd" is.
std::string to_base64url(std::string_view bytes);
base::Result<std::string> from_base64url(std::string_view text);

}  // namespace linli::drivers::coap
