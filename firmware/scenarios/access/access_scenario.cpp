#include "firmware/scenarios/access/access_scenario.hpp"

#include <iterator>
#include <utility>

namespace linli::scenarios::access {

AccessScenario::AccessScenario(AccessCommands::Dependencies needs, LockDrive::DriverOf driver_of,
                               AccessMacs macs, LockDrive::MayMove may_move)
    : loop_(needs.loop),
      store_(needs.store),
      clock_(needs.clock),
      drive_(needs.devices, needs.crypto, std::move(driver_of), std::move(may_move)),
      doors_(needs.loop, needs.store, needs.clock, books_, drive_),
      presentations_(needs.loop, doors_, books_, needs.hash, needs.crypto, macs),
      commands_(std::move(needs), books_, doors_, presentations_, std::move(macs)),
      roster_(books_, clock_),
      timer_(loop_.after(kSweepEvery, [this] { sweep(); })) {}

base::Result<void> AccessScenario::restore(ports::Query& query) {
  // Nothing is over yet: the clock has said too little.
  if (auto restored = access::restore(books_, query, 0); !restored) return restored;
  return doors_.restore(query);
}

void AccessScenario::sweep() {
  timer_ = loop_.after(kSweepEvery, [this] { sweep(); });
  if (const auto past_ms = past_.after(clock_.now())) expire(books_, *past_ms);
  if (books_.ended.empty()) return;
  std::vector<std::string> keys = std::exchange(books_.ended, {});
  ports::Turn turn;
  for (const std::string& key : keys) turn.erasures.push_back({ports::Space::kAccessPass, key});
  store_.commit(std::move(turn), [this, living = std::weak_ptr(alive_), keys = std::move(keys)](
                                     const base::Result<void>& stored) mutable {
    if (stored || living.expired()) return;
    books_.ended.insert(books_.ended.end(), std::make_move_iterator(keys.begin()),
                        std::make_move_iterator(keys.end()));
  });
}

core::Settle AccessScenario::on_report(ports::Turn& turn, const core::Device& device,
                                       const domain::Report& report, const domain::EventTime& now) {
  Writing writing{turn, now};
  doors_.on_device(writing, device, report);
  if (!report.presentations.empty()) presentations_.on_presentations(writing, report);
  return settle_of(std::move(writing.settles));
}

}  // namespace linli::scenarios::access
