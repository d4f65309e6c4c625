#include "firmware/console/refusal_log.hpp"

#include <utility>

#include "firmware/base/log.hpp"

namespace linli::console {
namespace {

constexpr auto kOncePer = std::chrono::seconds(1);

}  // namespace

void RefusalLog::note(Refused reason, const std::string& peer, const std::string& detail,
                      base::TimePoint now) {
  counters_.count(reason);
  Said& said = said_.at(static_cast<std::size_t>(reason));
  if (said.ever && now - said.at < kOncePer) {
    ++said.since;
    return;
  }
  said.ever = true;
  said.at = now;
  base::log::warn("console", "refused",
                  {{"reason", name(reason)},
                   {"peer", peer},
                   {"why", detail},
                   {"more_before", std::exchange(said.since, 0)}});
}

}  // namespace linli::console
