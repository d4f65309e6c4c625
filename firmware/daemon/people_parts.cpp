#include "firmware/daemon/people_parts.hpp"

#include <utility>

namespace linli::daemon {

base::Result<std::unique_ptr<PeopleParts>> PeopleParts::make(base::Loop& loop, Ports ports,
                                                             ports::Query& query,
                                                             const Config& config) {
  auto hashes = tls::Argon2Hash::make(loop);
  if (!hashes) return base::failure_of(std::move(hashes));
  std::unique_ptr<PeopleParts> parts(new PeopleParts);
  parts->hashes_ = *std::move(hashes);
  parts->accounts_ = std::make_unique<core::Accounts>(
      loop,
      core::Accounts::Dependencies{ports.store, ports.keys, *parts->hashes_, parts->crypto_,
                                   ports.clock, std::move(ports.parent_of), config.gateway.site});
  if (auto restored = parts->accounts_->restore(query); !restored)
    return base::failure_of(std::move(restored), "people");
  return parts;
}

std::string console_uri(const Config& config, std::string_view tail) {
  return fmt::format("https://{}:{}{}", console_hosts(config).front(), config.console.port, tail);
}

std::string invitation_uri(const Config& config, domain::Role role, const base::SecretText& code) {
  const char* const page = domain::uses_console(role) ? "/#i=" : "/app/#i=";
  return console_uri(config, page + code.reveal());
}

}  // namespace linli::daemon
