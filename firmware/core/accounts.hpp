#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "firmware/base/json.hpp"
#include "firmware/base/loop.hpp"
#include "firmware/core/account_forms.hpp"
#include "firmware/core/account_refusal.hpp"
#include "firmware/core/place_rule.hpp"
#include "firmware/ports/crypto.hpp"
#include "firmware/ports/key_store.hpp"
#include "firmware/ports/password_hash.hpp"
#include "firmware/ports/query.hpp"
#include "firmware/ports/store.hpp"
#include "firmware/ports/wall_clock.hpp"

namespace linli::core {

// Everything that the ways in (API, control socket) may ask about people. Loop thread only. What
// changes something is checked, written with its audit line in one turn of the store, and only then
// true and answered; `done` runs once, later than the call. The caller has checked the route's
// privilege with may(); places are held to here (what lies outside is kNotFound).
class Accounts {
 public:
  struct Dependencies {
    ports::Store& store;
    ports::KeyStore& keys;
    ports::PasswordHash& hashes;
    ports::Crypto& crypto;
    ports::WallClock& clock;
    ParentOf parent_of;
    std::string site;  // the compound's id: no password, and the issuer in second-factor apps
  };

  Accounts(base::Loop& loop, Dependencies dependencies);
  ~Accounts();
  Accounts(const Accounts&) = delete;
  Accounts& operator=(const Accounts&) = delete;

  // At start, before anything else: what is stored. A row that cannot be read is left out with an
  // error in the log.
  base::Result<void> restore(ports::Query& query);
  // Makes the claim code if nobody has claimed the gateway; takes away what is over, now and then.
  void start();

  // The gate: who asks? kUnauthenticated, kCsrf. Notes the use, written at most once a minute.
  AccountResult<Actor> admit(const Knock& knock);
  // One's session (or token) in full; nullopt if it has ended since. `cookie` gives the CSRF token.
  std::optional<SessionInfo> session(const Actor& actor, const std::string& cookie) const;
  // True while a session or token that was admitted still stands with the same rights: for
  // connections that stay open (the feed), looked at now and then.
  bool still_stands(const Actor& actor) const;

  // --- anybody ---
  bool is_claimed() const;
  // kAlreadyClaimed, kSignInRefused (wrong code), kLockedOut, kInvalid.
  void claim(ClaimForm form, Origin origin, AccountDone<Entry> done);
  // kSignInRefused, kSecondFactorRequired, kLockedOut, kBusy.
  void sign_in(SignInForm form, Origin origin, AccountDone<Entry> done);
  // kGone (no such code, used, over), kLockedOut, kInvalid, kConflict (login taken).
  void accept_invitation(AcceptForm form, Origin origin, AccountDone<Entry> done);
  // Sets the password and takes the second factor away; all other sessions end. As above.
  void recover(const base::SecretText& code, base::SecretText password, Origin origin,
               AccountDone<Entry> done);

  // --- own ---
  std::vector<SessionView> sessions(const Actor& actor) const;
  // Of one's own; kNotFound. Signing out is ending actor.session.
  void end_session(const Actor& actor, std::string id, AccountDone<void> done);
  void end_sessions(const Actor& actor, AccountDone<void> done);
  // kSignInRefused for a wrong old one, kLockedOut, kInvalid. The other sessions end.
  void change_password(const Actor& actor, base::SecretText old_one, base::SecretText new_one,
                       AccountDone<void> done);
  // Nothing is in force until confirmed; a second call replaces the first offer. kConflict if there
  // is one in force.
  void begin_second_factor(const Actor& actor, AccountDone<SecondFactorOffer> done);
  // kInvalid (wrong code), kNotFound (not begun).
  void confirm_second_factor(const Actor& actor, const base::SecretText& otp,
                             AccountDone<void> done);
  void remove_second_factor(const Actor& actor, base::SecretText password, AccountDone<void> done);
  // All that is stored of the person, without secrets.
  base::Json data_of(const Actor& actor) const;

  // --- manage_people ---
  // People, and invitations that were not accepted yet; by name.
  std::vector<PersonView> people(const By& by) const;
  std::optional<PersonView> person(const By& by, const std::string& id) const;
  // kInvalid, kDenied (a place outside one's own).
  void invite(const By& by, InviteForm form, AccountDone<CodeOffer> done);
  // A code with which the person sets a new password.
  void offer_recovery(const By& by, std::string person, AccountDone<CodeOffer> done);
  // kNotFound, kConflict (the last manager), kDenied, kInvalid.
  void change_person(const By& by, std::string id, PersonChange change,
                     AccountDone<PersonView> done);
  // A person with all of theirs, or an invitation. kNotFound, kConflict (the last manager).
  void remove_person(const By& by, std::string id, AccountDone<void> done);
  // Of a resident who has moved out: the account, if there is one, and the invitations for it.
  void end_resident(const By& by, std::string resident, AccountDone<void> done);
  void unlock(const By& by, std::string id, AccountDone<void> done);
  void end_sessions_of(const By& by, std::string id, AccountDone<void> done);

  // --- own, console roles ---
  // kDenied for a scope that the actor does not have, kInvalid. At most 32 a person.
  void create_token(const Actor& actor, TokenForm form, AccountDone<TokenOffer> done);
  std::vector<TokenView> tokens(const Actor& actor) const;
  void remove_token(const Actor& actor, std::string id, AccountDone<void> done);

  // --- on this machine, for linlictl ---
  // The claim code; kAlreadyClaimed when it is void.
  AccountResult<base::SecretText> claim_code() const;
  void create_local_token(const By& by, TokenForm form, AccountDone<TokenOffer> done);
  std::vector<TokenView> all_tokens() const;
  void remove_any_token(const By& by, std::string id, AccountDone<void> done);

 private:
  struct Body;
  std::unique_ptr<Body> body_;
};

}  // namespace linli::core
