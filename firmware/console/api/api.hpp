#pragma once

#include <memory>
#include <string>

#include "firmware/base/loop.hpp"
#include "firmware/console/api/call.hpp"
#include "firmware/console/api/device_room.hpp"
#include "firmware/console/api/doors.hpp"
#include "firmware/console/api/homes.hpp"
#include "firmware/console/api/house.hpp"
#include "firmware/core/accounts.hpp"
#include "firmware/core/command_ledger.hpp"
#include "firmware/core/device_admin.hpp"
#include "firmware/core/frame_log.hpp"
#include "firmware/core/places.hpp"
#include "firmware/ports/history.hpp"

namespace linli::console::api {

// The console's API: takes what the server hands over, lets it through the gate and to the room
// that answers it. Loop thread only; it never blocks.
class Api {
 public:
  struct Dependencies {
    base::Loop& loop;
    House& house;
    Upkeep& upkeep;
    Doors& doors;
    Homes& homes;
    core::Accounts& accounts;
    core::DeviceTable& devices;
    core::DeviceAdmin& admin;
    core::CommandLedger& ledger;
    core::Places& places;
    core::FrameLog& frames;
    ports::Store& store;
    ports::History& history;
    const ports::WallClock& clock;
    DeviceRoom::Chart chart;
  };

  // kInternal if there is no randomness.
  static base::Result<std::unique_ptr<Api>> make(const Dependencies& dependencies);
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;
  ~Api();

  // console::RequestHandler.
  void handle(Request request, Reply reply);

  // As an observer of Store::on_appended.
  void on_appended(const ports::OutboxChunk& chunk);

  // What GET /metrics tells at this moment, of all devices, as OpenMetrics text.
  std::string openmetrics() const;

  // The code of all routes, for the test that none is without.
  const Handlers& handlers() const;

 private:
  struct Rooms;
  Api(const Dependencies& dependencies, std::string run);

  void dispatch(Call call);
  void metrics(Call call) const;
  std::vector<MetricFamily> families(const std::vector<const core::Device*>& devices) const;
  void watch_repeats(Call call, const Handler& handler);

  std::unique_ptr<Rooms> rooms_;
};

}  // namespace linli::console::api
