#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "drivers/coap/link_format.hpp"
#include "firmware/base/once.hpp"
#include "firmware/domain/event_time.hpp"
#include "firmware/domain/observation.hpp"
#include "firmware/domain/profile.hpp"
#include "firmware/net/coap_message.hpp"

// The native contract on CoAP (README.md in this folder), pure: a request in, what follows from it
// out. The payloads are those of drivers/native, in JSON or in CBOR.
//
//   POST, PUT /linli/v1/properties   POST /linli/v1/event       POST /linli/v1/result
//   POST, PUT, DELETE /linli/v1/presence
//   GET /linli/v1/command (Observe)  GET /linli/v1/model        GET /linli/v1/time
//   GET /.well-known/core
//
// Which device it is comes from the pre-shared key, never from path or payload.
namespace linli::drivers::coap {

enum class Resource { kCore, kProperties, kEvent, kResult, kPresence, kCommand, kModel, kTime };

// nullopt: there is no such resource.
std::optional<Resource> find_resource(const std::vector<std::string>& path);

// What /.well-known/core lists.
std::vector<Link> native_links();

// Who asks, and what the answers are made of.
struct Caller {
  domain::DeviceId device;
  const domain::Profile& profile;
  domain::EventTime now;
};

// A report for the intake; `reply` may be sent when it is stored, not before. A report that was
// rejected goes the same way, so that it is counted and told: then the reply is 4.00 and says why.
struct ToStore {
  domain::Report report;
  net::CoapReply reply;
  base::Task after{};  // runs once it is stored and the reply is on its way; may be empty
};

using Outcome = std::variant<net::CoapReply, ToStore>;

// `payload` is the whole one (BlockUploads); Observe and Block2 are the caller's business. Replies
// carry their whole payload.
Outcome handle(Resource resource, const net::CoapRequest& request, const std::string& payload,
               const Caller& caller);

// JSON text as a reply in the format that Accept asks for; 4.06 if we do not have it.
net::CoapReply content(const std::string& json, std::optional<std::uint16_t> accept);

}  // namespace linli::drivers::coap
