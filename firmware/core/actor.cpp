#include "firmware/core/actor.hpp"

#include <algorithm>

namespace linli::core {

bool may(const Actor& actor, domain::Privilege privilege) {
  if (!domain::may(actor.role, privilege)) return false;
  if (actor.token.empty()) return true;
  return std::find(actor.scope.begin(), actor.scope.end(), privilege) != actor.scope.end();
}

std::string issuer_of(const Actor& actor) {
  return actor.token.empty() ? "person:" + actor.person : "token:" + actor.token;
}

}  // namespace linli::core
