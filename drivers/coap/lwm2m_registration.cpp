#include "drivers/coap/lwm2m_registration.hpp"

#include <fmt/format.h>

#include <charconv>
#include <map>

#include "drivers/coap/link_format.hpp"

namespace linli::drivers::coap {
namespace {

using net::CoapCode;
using net::CoapReply;

// Values that a device chose stand in replies and logs cut to this.
constexpr std::size_t kMaxQuotedBytes = 32;

using Parameters = std::map<std::string, std::string, std::less<>>;

tl::unexpected<CoapReply> refuse(CoapCode code, std::string why) {
  return tl::unexpected<CoapReply>(CoapReply{code, std::move(why)});
}

std::string quoted(std::string_view value) {
  return "'" + std::string(value.substr(0, kMaxQuotedBytes)) + "'";
}

// Parameters that we do not know are passed over, as a later version may have more of them.
Lwm2mParsed<Parameters> parameters_of(const net::CoapRequest& request) {
  if (request.query.size() > kMaxQueryParameters)
    return refuse(CoapCode::kBadRequest, "too many parameters");
  Parameters parameters;
  for (const std::string& text : request.query) {
    if (text.size() > kMaxParameterBytes)
      return refuse(CoapCode::kBadRequest, "a parameter is too long");
    const std::size_t equals = std::min(text.find('='), text.size());
    std::string value = text.substr(std::min(equals + 1, text.size()));
    if (!parameters.try_emplace(text.substr(0, equals), std::move(value)).second)
      return refuse(CoapCode::kBadRequest, "a parameter stands twice");
  }
  return parameters;
}

Lwm2mParsed<std::optional<std::uint32_t>> lifetime_of(const Parameters& parameters) {
  const auto found = parameters.find("lt");
  if (found == parameters.end()) return std::nullopt;
  const std::string& text = found->second;
  std::uint32_t seconds = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, seconds);
  if (read.ec != std::errc() || read.ptr != end || seconds < kMinLifetimeS ||
      seconds > kMaxLifetimeS) {
    return refuse(CoapCode::kBadRequest, fmt::format("lt: expected {} to {} seconds, found {}",
                                                     kMinLifetimeS, kMaxLifetimeS, quoted(text)));
  }
  return std::optional(seconds);
}

// Bindings are one letter each. 1.0 says queue mode with a Q among them. 1.1 says it with a
// parameter of that name when it registers, so that b=U in an update says nothing of it.
Lwm2mParsed<std::optional<bool>> queue_mode_of(const Parameters& parameters, Lwm2mVersion version) {
  const auto binding = parameters.find("b");
  std::optional<bool> is_queued;
  if (parameters.contains("Q")) is_queued = true;
  if (binding == parameters.end()) return is_queued;
  const std::string& text = binding->second;
  if (text.empty() || text.find_first_not_of("UTSNMHQ") != std::string::npos)
    return refuse(CoapCode::kBadRequest, "b: an unknown binding " + quoted(text));
  if (text.find('U') == std::string::npos)
    return refuse(CoapCode::kBadRequest, "b: UDP is the only binding here");
  if (text.find('Q') != std::string::npos) is_queued = true;
  if (version == Lwm2mVersion::kV10) is_queued = is_queued.value_or(false);
  return is_queued;
}

bool has_word(std::string_view words, std::string_view wanted) {
  while (!words.empty()) {
    const std::size_t space = std::min(words.find(' '), words.size());
    if (words.substr(0, space) == wanted) return true;
    words.remove_prefix(std::min(space + 1, words.size()));
  }
  return false;
}

std::string_view attribute(const Link& link, std::string_view name) {
  for (const auto& [key, value] : link.attributes) {
    if (key == name) return value;
  }
  return "";
}

// "/3303/0" below `root`. What is no object instance ("/1", "/status") is passed over.
void add_instance(std::string_view target, Lwm2mObjects& objects) {
  if (!target.starts_with(objects.root)) return;
  target.remove_prefix(objects.root.size());
  if (target.empty() || target.front() != '/') return;
  target.remove_prefix(1);
  const std::size_t slash = target.find('/');
  if (slash == std::string_view::npos) return;
  const auto object = domain::parse_object_number(target.substr(0, slash));
  const auto instance = domain::parse_object_number(target.substr(slash + 1));
  if (object && instance) objects.instances.emplace(*object, *instance);
}

Lwm2mParsed<Lwm2mObjects> objects_of(std::string_view text) {
  const auto links = parse_links(text);
  if (!links) return refuse(CoapCode::kBadRequest, links.error().what);
  Lwm2mObjects objects;
  for (const Link& link : *links) {
    if (!has_word(attribute(link, "rt"), "oma.lwm2m")) continue;
    if (link.target.size() > kMaxRootBytes)
      return refuse(CoapCode::kBadRequest, "the root's path is too long");
    objects.root = link.target == "/" ? "" : link.target;
    while (objects.root.ends_with('/')) objects.root.pop_back();
    objects.speaks_senml = has_word(attribute(link, "ct"), "110");
  }
  for (const Link& link : *links) add_instance(link.target, objects);
  return objects;
}

Lwm2mParsed<Lwm2mUpdate> common_of(const net::CoapRequest& request, const Parameters& parameters,
                                   std::string_view links, Lwm2mVersion version) {
  Lwm2mUpdate update;
  auto lifetime = lifetime_of(parameters);
  if (!lifetime) return tl::unexpected(std::move(lifetime).error());
  update.lifetime_s = *lifetime;
  auto queue_mode = queue_mode_of(parameters, version);
  if (!queue_mode) return tl::unexpected(std::move(queue_mode).error());
  update.is_queued = *queue_mode;
  if (links.empty()) return update;
  const auto format = static_cast<std::uint16_t>(net::CoapFormat::kLink);
  if (request.content_format.value_or(format) != format)
    return refuse(CoapCode::kUnsupportedFormat, "Content-Format 40 (link format)");
  auto objects = objects_of(links);
  if (!objects) return tl::unexpected(std::move(objects).error());
  update.objects = *std::move(objects);
  return update;
}

std::string_view value_of(const Parameters& parameters, std::string_view name) {
  const auto found = parameters.find(name);
  return found == parameters.end() ? std::string_view() : std::string_view(found->second);
}

}  // namespace

Lwm2mParsed<Lwm2mRegistration> parse_registration(const net::CoapRequest& request,
                                                  std::string_view links,
                                                  std::string_view identity) {
  auto parameters = parameters_of(request);
  if (!parameters) return tl::unexpected(std::move(parameters).error());
  const std::string_view said_version = value_of(*parameters, "lwm2m");
  if (!said_version.empty() && said_version != "1.0" && said_version != "1.1")
    return refuse(CoapCode::kPreconditionFailed, "LwM2M 1.0 and 1.1, not " + quoted(said_version));
  const auto version = said_version == "1.1" ? Lwm2mVersion::kV11 : Lwm2mVersion::kV10;
  const std::string_view endpoint = value_of(*parameters, "ep");
  if (endpoint.empty()) return refuse(CoapCode::kBadRequest, "ep is missing");
  if (endpoint != identity)
    return refuse(CoapCode::kForbidden, "ep is not the name of this key: " + quoted(endpoint));
  auto said = common_of(request, *parameters, links, version);
  if (!said) return tl::unexpected(std::move(said).error());
  if (!said->objects || said->objects->instances.empty())
    return refuse(CoapCode::kBadRequest, "no object instances among the links");
  return Lwm2mRegistration{version, said->lifetime_s.value_or(kDefaultLifetimeS),
                           said->is_queued.value_or(false), *std::move(said->objects)};
}

Lwm2mParsed<Lwm2mUpdate> parse_update(const net::CoapRequest& request, std::string_view links,
                                      Lwm2mVersion version) {
  const auto parameters = parameters_of(request);
  if (!parameters) return tl::unexpected(parameters.error());
  return common_of(request, *parameters, links, version);
}

}  // namespace linli::drivers::coap
