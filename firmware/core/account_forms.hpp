#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "firmware/base/secret.hpp"
#include "firmware/core/actor.hpp"
#include "firmware/domain/event_time.hpp"

namespace linli::core {

// What goes into core::Accounts and comes out of it. Values, for the API to read and render.

// Where a request came from; shown in the list of one's sessions.
struct Origin {
  std::string peer = {};   // address without port
  std::string agent = {};  // User-Agent; longer than 200 bytes it is cut
};

struct ClaimForm {
  base::SecretText code = {};
  std::string name = {};
  std::string login = {};
  base::SecretText password = {};
};

struct SignInForm {
  std::string login = {};
  base::SecretText password = {};
  std::optional<base::SecretText> otp = {};  // six digits
};

struct AcceptForm {
  base::SecretText code = {};
  std::string name = {};                          // empty: as the invitation has it
  std::optional<std::string> login = {};          // console roles: required
  std::optional<base::SecretText> password = {};  // with login
};

struct InviteForm {
  domain::Role role = domain::Role::kResident;
  std::string name = {};
  std::vector<std::string> places = {};
  // A resident of the household book: the account will have this id, and so be the same person. The
  // caller knows that they live here. A resident who has an account already gets another way into
  // it (a new phone). Only the newest of their invitations is good.
  std::string resident = {};
};

// What is absent stays as it is.
struct PersonChange {
  std::optional<domain::Role> role = {};
  std::optional<std::vector<std::string>> places = {};
  std::optional<std::string> name = {};
};

struct TokenForm {
  std::string name = {};
  std::vector<domain::Privilege> scope = {};
  std::int64_t ttl_s = 0;  // 3,600 (1 h) to 31,536,000 (365 days)
};

// Who changes accounts: an actor, or root on this machine. A value of one request.
struct By {
  std::string issuer = {};               // as in the audit
  std::string person = {};               // empty: not a person of ours
  std::vector<std::string> places = {};  // empty: the whole compound
};
By by(const Actor& actor);
By by_local(std::uint32_t uid);

// One's own session, as GET /session shows it.
struct SessionInfo {
  Actor actor = {};
  std::string login = {};  // empty for residents without one
  std::string csrf = {};   // empty for a token
  domain::EventTime expires_at = {};
  bool second_factor = false;
  bool is_resident = false;  // "kind":"resident"
};

// A session that has just begun. The cookie's value is shown this once.
struct Entry {
  base::SecretText cookie = {};
  std::int64_t max_age_s = 0;  // for the cookie: the session's absolute end
  SessionInfo session = {};
};

struct SessionView {
  std::string id = {};
  bool is_current = false;
  domain::EventTime created_at = {};
  domain::EventTime last_used_at = {};
  domain::EventTime expires_at = {};
  std::string peer = {};
  std::string agent = {};
};

struct PersonView {
  std::string id = {};
  std::string name = {};
  std::string login = {};
  domain::Role role = domain::Role::kViewer;
  std::vector<std::string> places = {};
  bool second_factor = false;
  bool is_locked = false;
  bool is_invited = false;  // an invitation that was not accepted yet: id is the invitation's
  std::optional<domain::EventTime> last_seen_at = {};
  std::uint64_t version = 1;  // grows with each change of the members above but the last
};

// A one-time code, shown this once.
struct CodeOffer {
  std::string id = {};  // of the invitation, or of the person who recovers
  base::SecretText code = {};
  domain::EventTime expires_at = {};
  domain::Role role = domain::Role::kViewer;
};

struct SecondFactorOffer {
  base::SecretText secret = {};  // base32
  base::SecretText uri = {};     // otpauth://totp/…
};

struct TokenView {
  std::string id = {};
  std::string name = {};
  std::vector<domain::Privilege> scope = {};
  std::string person = {};  // empty: made on this machine
  domain::EventTime created_at = {};
  domain::EventTime expires_at = {};
  std::optional<domain::EventTime> last_used_at = {};
};

struct TokenOffer {
  TokenView view = {};
  base::SecretText token = {};  // "linli_…", shown this once
};

// What a request brings to the gate.
struct Knock {
  std::string cookie = {};  // value of __Host-linli, or empty
  std::string bearer = {};  // of Authorization: Bearer, or empty; it wins
  std::string csrf = {};    // header X-CSRF-Token
  bool is_unsafe = false;   // any method but GET, HEAD and OPTIONS
};

}  // namespace linli::core
