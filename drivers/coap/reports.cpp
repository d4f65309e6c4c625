#include "drivers/coap/reports.hpp"

#include <algorithm>

namespace linli::drivers::coap {

domain::Report presence_of(const domain::DeviceId& device, domain::Presence presence) {
  domain::Report report;
  report.device = device;
  report.presence = presence;
  return report;
}

domain::Report goodbye_of(const domain::DeviceId& device) {
  domain::Report report = presence_of(device, domain::Presence::kOffline);
  report.is_goodbye = true;
  return report;
}

bool is_alarm(const domain::Report& report, const domain::Profile& profile) {
  return std::any_of(report.events.begin(), report.events.end(), [&profile](const auto& event) {
    return profile.events[event.event].stream == domain::Stream::kAlarm;
  });
}

}  // namespace linli::drivers::coap
