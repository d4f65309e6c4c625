#pragma once

#include <memory>
#include <string>

#include "firmware/console/api/audit_pen.hpp"
#include "firmware/console/api/call.hpp"
#include "firmware/console/api/device_batch.hpp"
#include "firmware/console/api/device_view.hpp"
#include "firmware/console/api/reach.hpp"
#include "firmware/core/device_admin.hpp"

namespace linli::console::api {

// Adds, describes, moves and revokes devices, all through core::DeviceAdmin; each change is
// answered when it and its line in the audit are durable. Loop thread only.
class DeviceChanges {
 public:
  // `changed` is told the id of each device that was added, described or revoked.
  using Changed = std::function<void(const std::string& device)>;

  DeviceChanges(core::DeviceAdmin& admin, const core::DeviceTable& devices, const Reach& reach,
                const DeviceView& view, House& house, AuditPen& audit, Changed changed)
      : admin_(admin),
        devices_(devices),
        reach_(reach),
        view_(view),
        house_(house),
        audit_(audit),
        changed_(std::move(changed)) {}

  void add_to(Handlers& handlers);

 private:
  struct BatchRun;

  void add(Call call);
  void after_add(Call call, const domain::DeviceId& id,
                 base::Result<ports::DeviceCredentials> done);
  void add_batch(Call call);
  void next_of_batch(const std::shared_ptr<BatchRun>& run);
  void check_batch(const core::Actor& actor, std::vector<BatchRow>& rows) const;
  void describe(Call call);
  void revoke(Call call);
  void renew(Call call);

  const core::Device* device_of(const Call& call) const;
  base::Json credentials_json(const ports::DeviceCredentials& credentials) const;
  // Answers with `json` when the audit has it.
  void note(Call call, std::string action, const std::string& device, const base::Json& detail,
            base::Once<void(Call)> then);

  core::DeviceAdmin& admin_;
  const core::DeviceTable& devices_;
  const Reach& reach_;
  const DeviceView& view_;
  House& house_;
  AuditPen& audit_;
  Changed changed_;
};

}  // namespace linli::console::api
