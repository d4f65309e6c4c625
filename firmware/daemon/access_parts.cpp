#include "firmware/daemon/access_parts.hpp"

#include <utility>

#include "firmware/base/log.hpp"
#include "firmware/scenarios/access/key_ring.hpp"

namespace linli::daemon {
namespace {

using scenarios::access::AccessScenario;
using scenarios::access::KeyRing;

constexpr auto kPause = std::chrono::seconds(1);

}  // namespace

base::Result<std::unique_ptr<AccessParts>> AccessParts::make(Dependencies needs,
                                                             ports::Query& query,
                                                             std::string site) {
  std::unique_ptr<AccessParts> parts(new AccessParts(needs.loop, needs.store));
  ports::Turn turn;
  auto ring = KeyRing::open(query, needs.keys, turn);
  if (!ring) return base::failure_of(std::move(ring));
  if (!turn.empty()) parts->store_keys(std::move(turn));
  parts->scenario_ = std::make_unique<AccessScenario>(
      scenarios::access::AccessCommands::Dependencies{
          needs.loop, needs.store, needs.clock, needs.devices, needs.places, parts->crypto_,
          needs.keys, needs.hash, &needs.history, std::move(needs.release_fire),
          std::move(needs.reset_fire)},
      std::move(needs.driver_of), KeyRing::macs(*std::move(ring), parts->crypto_, std::move(site)),
      std::move(needs.may_move));
  return parts;
}

// What is made with keys that are lost is worth nothing: they are written until they stand.
void AccessParts::store_keys(ports::Turn turn) {
  ports::Turn copy = turn;
  store_.commit(std::move(copy), [this, living = std::weak_ptr(alive_), turn = std::move(turn)](
                                     const base::Result<void>& stored) mutable {
    if (stored || living.expired()) return;
    base::log::error("access", "the keys of passes and PINs could not be written: trying again",
                     {{"why", stored.error()}});
    timer_ = loop_.after(kPause,
                         [this, turn = std::move(turn)]() mutable { store_keys(std::move(turn)); });
  });
}

}  // namespace linli::daemon
