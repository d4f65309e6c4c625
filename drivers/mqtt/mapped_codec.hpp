#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/domain/observation.hpp"
#include "firmware/domain/profile.hpp"
#include "firmware/ports/device_driver.hpp"

// Foreign devices: topics and payloads as their profile maps them. Pure.
namespace linli::drivers::mqtt {

// `topic` with each "{id}" replaced by the device's id.
std::string expand_topic(std::string_view topic, std::string_view device);

// The topics that such a device sends to, and listens to, each once.
std::vector<std::string> up_topics(const domain::Profile& profile, std::string_view device);
std::vector<std::string> down_topics(const domain::Profile& profile, std::string_view device);

// What the payload on `topic` says. A form whose pointer finds nothing is passed over, since
// foreign payloads leave members out; one whose value does not fit is a rejection of the whole.
domain::Report decode_mapped(const domain::Profile& profile, domain::DeviceId device,
                             std::string_view topic, std::string_view payload);

struct MappedCommand {
  std::string topic;
  std::string payload;
};

// kUnsupported if the profile has no form for the action.
base::Result<MappedCommand> encode_mapped(const domain::Profile& profile,
                                          const ports::ActionRequest& request);

}  // namespace linli::drivers::mqtt
