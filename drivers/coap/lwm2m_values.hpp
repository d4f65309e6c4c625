#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/domain/observation.hpp"
#include "firmware/domain/profile.hpp"
#include "firmware/net/coap_message.hpp"

// Values of LwM2M resources, pure: payloads in OMA-TLV (11542), SenML-JSON (110) and plain text (0)
// to reports and back. In plain text a boolean is 0 or 1 (LwM2M 1.1 Core §7.4).
namespace linli::drivers::coap {

inline constexpr std::size_t kMaxResourceBytes = 1024;  // of one payload: one block of CoAP

// One value as its type says: in plain text, and of a TLV entry.
base::Result<domain::Value> text_value(std::string_view text, domain::ValueType type);
base::Result<domain::Value> tlv_value(std::string_view bytes, domain::ValueType type);

// What a device answered or notified for `path`. `format`: of its Content-Format; none is plain
// text, as RFC 7252 §5.10.3 leaves it to us.
struct ResourceContent {
  domain::ObjectPath path;
  std::optional<std::uint16_t> format;
  std::string_view payload;
};

// Which events hold after which values: an event is raised when its condition begins to hold, not
// with each repetition. By index of Profile::up.
using RaisedForms = std::map<std::size_t, bool>;

// As a report without a device, by all forms that point to `path`; other resources in the payload
// are passed over. `raised` is what held before, and becomes what holds now; a rejection leaves it.
domain::Report decode_resource(const domain::Profile& profile, const ResourceContent& content,
                               RaisedForms& raised);

// The payload of a Write of `action` with this input (a JSON object that is valid for it).
// kInvalid if a transform does not fit, kUnsupported without a form.
base::Result<std::string> encode_write(const domain::DownForm& form, std::string_view input,
                                       net::CoapFormat format);

}  // namespace linli::drivers::coap
