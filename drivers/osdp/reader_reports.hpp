#pragma once

#include <optional>
#include <string>

#include "drivers/osdp/panel.hpp"
#include "firmware/domain/observation.hpp"
#include "firmware/domain/presentation.hpp"
#include "firmware/domain/profile.hpp"

// What a reader says, in the words of its model (config/profiles/osdp): properties and events that
// the model does not have are left out. Pure.
namespace linli::drivers::osdp {

// Facts that are told once as an event, and then as a state.
struct ReaderMemory {
  std::optional<bool> tampered;
  std::optional<bool> power_failed;
  std::uint64_t parity_faults = 0;
};

// States as readings, cards and digits as presentations, formatted cards as a rejection. `at`: when
// it came.
domain::Report report_of(const domain::Profile& profile, domain::DeviceId device,
                         const Reply& reply, base::TimePoint at, ReaderMemory& memory);

domain::Report report_of(const domain::Profile& profile, domain::DeviceId device,
                         const CameOnline& online);
domain::Report report_of(const domain::Profile& profile, domain::DeviceId device,
                         const WentOffline& offline);
// `text` becomes the member "reason", if it is not empty.
domain::Report event_report(const domain::Profile& profile, domain::DeviceId device,
                            std::string_view event, std::string_view reason = "");

}  // namespace linli::drivers::osdp
