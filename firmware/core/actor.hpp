#pragma once

#include <optional>
#include <string>
#include <vector>

#include "firmware/domain/privilege.hpp"

namespace linli::core {

// Who makes a request, as the way in found out: a session of a person, or a token. A value that is
// good for this request only.
struct Actor {
  std::string person = {};  // id of the person; for a token, of who made it
  std::string name = {};    // for people; never in logs or on the way north
  domain::Role role = domain::Role::kViewer;
  std::vector<std::string> places = {};       // empty: the whole compound
  std::string session = {};                   // id of the session; empty for a token
  std::string token = {};                     // id of the token; empty for a session
  std::vector<domain::Privilege> scope = {};  // of a token; a session has all of its role

  friend bool operator==(const Actor&, const Actor&) = default;
};

// True if role and, for a token, scope have the privilege.
bool may(const Actor& actor, domain::Privilege privilege);

// How the ledger and the audit call the actor: "person:<id>" or "token:<id>".
std::string issuer_of(const Actor& actor);

}  // namespace linli::core
