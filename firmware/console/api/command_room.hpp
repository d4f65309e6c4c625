#pragma once

#include <optional>
#include <string>

#include "firmware/console/api/audit_pen.hpp"
#include "firmware/console/api/call.hpp"
#include "firmware/console/api/device_view.hpp"
#include "firmware/console/api/house.hpp"
#include "firmware/console/api/reach.hpp"
#include "firmware/core/command_ledger.hpp"

namespace linli::console::api {

// Commands, all through core::CommandLedger. Loop thread only.
class CommandRoom {
 public:
  CommandRoom(core::CommandLedger& ledger, const core::DeviceTable& devices, const Reach& reach,
              House& house, AuditPen& audit)
      : ledger_(ledger), devices_(devices), reach_(reach), house_(house), audit_(audit) {}

  void add_to(Handlers& handlers);

  // May the actor see this command? It belongs to where its device hangs.
  bool sees(const core::Actor& actor, const core::CommandRecord& record) const;

  // What the audit says of a command: what it is about ("device:lock-1"), and why, in the words of
  // who sends it.
  struct Note {
    std::string target;
    std::string reason = {};
  };
  // Sends a command of the actor; `wait`: until it is final. Its line in the audit is durable
  // before it is sent.
  void send(const core::Actor& actor, domain::Command command, const Note& note, bool wait,
            core::CommandLedger::Answer answer);
  // A command of the actor, for "device/<id>" or "scenario/<name>"; the id is new.
  base::Result<domain::Command> new_command(const core::Actor& actor, std::string target,
                                            const std::string& action);

 private:
  void list(Call call) const;
  void show(Call call) const;
  void create(Call call);

  core::CommandLedger& ledger_;
  const core::DeviceTable& devices_;
  const Reach& reach_;
  House& house_;
  AuditPen& audit_;
};

}  // namespace linli::console::api
