#include "firmware/core/change_queue.hpp"

namespace linli::core {

tl::unexpected<AccountRefusal> ChangeQueue::not_stored(const base::Error& error) {
  return refuse(RefusalKind::kBusy,
                "it could not be written down, so nothing changed: " + error.what);
}

}  // namespace linli::core
