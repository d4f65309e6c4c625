#pragma once

#include "firmware/console/api/audit_pen.hpp"
#include "firmware/console/api/call.hpp"
#include "firmware/console/api/house.hpp"
#include "firmware/console/api/reach.hpp"
#include "firmware/core/frame_log.hpp"

namespace linli::console::api {

// The gateway itself: settings, backup, diagnostics, the way to the platform.
class SystemRoom {
 public:
  SystemRoom(House& house, Upkeep& upkeep, AuditPen& audit)
      : house_(house), upkeep_(upkeep), audit_(audit) {}

  void add_to(Handlers& handlers);

 private:
  void show_settings(Call call) const;
  void change_settings(Call call);
  void make_backup(Call call);
  void read_backup(Call call);
  void restore(Call call);
  // Runs `then` when the audit has the line.
  void note(Call call, std::string action, const base::Json& detail, base::Once<void(Call)> then);

  House& house_;
  Upkeep& upkeep_;
  AuditPen& audit_;
};

// The last frames of the drivers, as far as one sees their devices.
class FrameRoom {
 public:
  FrameRoom(core::FrameLog& frames, const core::DeviceTable& devices, const Reach& reach)
      : frames_(frames), devices_(devices), reach_(reach) {}

  void add_to(Handlers& handlers);

 private:
  void list(Call call);
  void download(Call call);
  std::vector<const core::LoggedFrame*> seen(const core::Actor& actor,
                                             const core::FrameFilter& filter, std::uint64_t after,
                                             std::size_t limit);

  core::FrameLog& frames_;
  const core::DeviceTable& devices_;
  const Reach& reach_;
};

}  // namespace linli::console::api
