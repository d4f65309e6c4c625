#include "firmware/daemon/osdp_parts.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "drivers/osdp/thread_line.hpp"
#include "firmware/storage/sqlite_store.hpp"

namespace linli::daemon {
namespace {

namespace osdp = drivers::osdp;

std::vector<osdp::BusSpec> buses_of(const Config::Osdp& config) {
  std::vector<osdp::BusSpec> buses;
  for (const std::string& text : config.buses) {
    if (auto bus = osdp::parse_bus(text)) buses.push_back(*std::move(bus));
  }
  return buses;
}

}  // namespace

OsdpParts::OsdpParts(base::Loop& loop, House house, const Config::Osdp& config)
    : access_(loop),
      driver_(loop, buses_of(config), std::chrono::milliseconds(config.turnaround_ms),
              osdp::OsdpDriver::Dependencies{
                  house.intake, house.store, house.keys, crypto_, house.frames,
                  [database = std::move(house.database)](
                      const std::string& name) -> base::Result<std::optional<std::string>> {
                    // One row by its key, when a reader begins to be served.
                    auto query = storage::open_query(database);
                    if (!query) return base::failure_of(std::move(query));
                    return (*query)->get(ports::Space::kSecret, name);
                  },
                  [&loop](const osdp::BusSpec& spec, osdp::LineEvents events) {
                    return std::make_unique<osdp::ThreadLine>(loop, spec, std::move(events));
                  }}) {}

base::Json OsdpParts::status() const {
  base::Json buses = base::Json::array();
  for (const osdp::BusStatus& bus : driver_.status()) {
    buses.push_back({{"bus", bus.spec.name},
                     {"at", osdp::place_of(bus.spec)},
                     {"baud", bus.spec.baud},
                     {"up", bus.is_up},
                     {"last_error", bus.last_error},
                     {"readers", bus.readers},
                     {"online", bus.online},
                     {"in_clear", bus.in_clear},
                     {"frames", {{"sent", bus.counts.sent}, {"received", bus.counts.received}}},
                     {"strays", bus.counts.strays},
                     {"bad_checks", bus.line.bad_checks},
                     {"noise_bytes", bus.line.noise_bytes}});
  }
  return buses;
}

}  // namespace linli::daemon
