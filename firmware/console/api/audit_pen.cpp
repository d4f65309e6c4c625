#include "firmware/console/api/audit_pen.hpp"

#include <utility>

namespace linli::console::api {

void AuditPen::write(const core::Actor& actor, std::string action, std::string target,
                     const base::Json& detail, base::Done<void> done) {
  ports::Turn turn;
  turn.audits.push_back({clock_.now(), core::issuer_of(actor), std::move(action), std::move(target),
                         base::dump_json(detail)});
  store_.commit(std::move(turn), std::move(done));
}

}  // namespace linli::console::api
