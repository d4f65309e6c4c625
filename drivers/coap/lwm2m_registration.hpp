#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

#include "firmware/domain/object_path.hpp"
#include "firmware/net/coap_message.hpp"

// What a device says when it registers and when it renews that (LwM2M 1.1 Core §6.2.1), pure:
//
//   POST /rd?ep=sm01&lt=86400&lwm2m=1.1&b=U     </>;rt="oma.lwm2m";ct=110,</3/0>,</3302/0>
//   POST /rd/<id>?lt=300
namespace linli::drivers::coap {

// Seconds. A device that names none has the default; what is outside is refused: a shorter
// one would be nothing but updates, a longer one would hide a dead device for more than a month.
inline constexpr std::uint32_t kDefaultLifetimeS = 86'400;
inline constexpr std::uint32_t kMinLifetimeS = 10;
inline constexpr std::uint32_t kMaxLifetimeS = 31 * 86'400;
// Of one registration. The links themselves are bounded by link_format.hpp.
inline constexpr std::size_t kMaxQueryParameters = 16;
inline constexpr std::size_t kMaxParameterBytes = 128;
inline constexpr std::size_t kMaxRootBytes = 64;

// The objects that a device has, by its links.
struct Lwm2mObjects {
  std::string root;  // the path below which they are ("/lwm2m"); empty as a rule
  std::set<std::pair<std::uint16_t, std::uint16_t>> instances;  // object and instance
  bool speaks_senml = false;                                    // SenML-JSON among its formats
  friend bool operator==(const Lwm2mObjects&, const Lwm2mObjects&) = default;
};

enum class Lwm2mVersion : std::uint8_t { kV10, kV11 };

struct Lwm2mRegistration {
  Lwm2mVersion version = Lwm2mVersion::kV10;
  std::uint32_t lifetime_s = kDefaultLifetimeS;
  bool is_queued = false;  // it sleeps: what is for it waits until it is heard (queue mode)
  Lwm2mObjects objects;
  friend bool operator==(const Lwm2mRegistration&, const Lwm2mRegistration&) = default;
};

// What is absent stays as it was.
struct Lwm2mUpdate {
  std::optional<std::uint32_t> lifetime_s;
  std::optional<bool> is_queued;
  std::optional<Lwm2mObjects> objects;
};

template <class T>
using Lwm2mParsed = tl::expected<T, net::CoapReply>;

// `identity`: the device's id, which its endpoint name must be. The reply says what is wrong: 4.00
// for what cannot be read or is out of range, 4.03 for another's name, 4.12 for another version
// than 1.0 and 1.1 (none is 1.0), 4.15 for links in another format.
Lwm2mParsed<Lwm2mRegistration> parse_registration(const net::CoapRequest& request,
                                                  std::string_view links,
                                                  std::string_view identity);
// `version`: of the registration. In 1.1 an update cannot end queue mode: the device registers
// anew for that.
Lwm2mParsed<Lwm2mUpdate> parse_update(const net::CoapRequest& request, std::string_view links,
                                      Lwm2mVersion version);

}  // namespace linli::drivers::coap
