#include "firmware/scenarios/access/key_ring.hpp"

#include <utility>

#include "firmware/base/bytes.hpp"

namespace linli::scenarios::access {
namespace {

constexpr std::string_view kPassName = "access/pass-1";
constexpr std::string_view kKeypadName = "access/keypad";

base::Result<base::SecretText> open_key(ports::Query& query, ports::KeyStore& keys,
                                        std::string_view name, ports::Turn& turn) {
  const std::string key(name);
  auto row = query.get(ports::Space::kSecret, key);
  if (!row) return base::failure_of(std::move(row));
  if (*row) {
    auto sealed = base::from_hex(**row);
    if (!sealed) return base::failure_of(std::move(sealed), name);
    auto opened = keys.open(name, *sealed);
    if (!opened) return base::failure_of(std::move(opened), name);
    return opened;
  }
  auto made = keys.new_password();
  if (!made) return made;
  auto sealed = keys.seal(name, *made);
  if (!sealed) return base::failure_of(std::move(sealed), name);
  turn.puts.push_back({ports::Space::kSecret, key, base::to_hex(*sealed)});
  return made;
}

}  // namespace

base::Result<std::shared_ptr<const KeyRing>> KeyRing::open(ports::Query& query,
                                                           ports::KeyStore& keys,
                                                           ports::Turn& turn) {
  auto pass = open_key(query, keys, kPassName, turn);
  if (!pass) return base::failure_of(std::move(pass));
  auto keypad = open_key(query, keys, kKeypadName, turn);
  if (!keypad) return base::failure_of(std::move(keypad));
  std::shared_ptr<KeyRing> ring(new KeyRing());
  ring->pass_ = *std::move(pass);
  ring->keypad_ = *std::move(keypad);
  return std::shared_ptr<const KeyRing>(std::move(ring));
}

AccessMacs KeyRing::macs(std::shared_ptr<const KeyRing> ring, ports::Crypto& crypto,
                         std::string site) {
  AccessMacs macs;
  macs.site = std::move(site);
  macs.code_key = kPassKey;
  macs.pass_mac = [ring, &crypto](std::uint8_t key, std::string_view bytes) {
    return key == kPassKey ? crypto.hmac_sha256(ring->pass_, bytes) : std::string();
  };
  macs.keypad_mac = [ring = std::move(ring), &crypto](std::string_view bytes) {
    return crypto.hmac_sha256(ring->keypad_, bytes);
  };
  return macs;
}

}  // namespace linli::scenarios::access
