#include "firmware/core/accounts.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/core/gate.hpp"
#include "firmware/core/own_account.hpp"
#include "firmware/core/people_admin.hpp"
#include "firmware/core/token_desk.hpp"

namespace linli::core {
namespace {

constexpr auto kSweepEvery = std::chrono::minutes(10);
constexpr std::size_t kSweptAtOnce = 200;

}  // namespace

// The parts in the order in which they need each other.
struct Accounts::Body {
  Body(base::Loop& on, Dependencies with)
      : loop(on),
        given(std::move(with)),
        changes(on, given.store),
        entrance(books, given.crypto, given.clock),
        sign_in({on, books, changes, lock_out, entrance},
                {given.keys, given.hashes, given.crypto, given.clock}),
        gate({on, books, changes, entrance}, given.crypto, given.clock),
        joining({on, books, changes, lock_out, entrance},
                {given.keys, given.hashes, given.crypto, given.clock}, given.site),
        own({on, books, changes, sign_in}, {given.keys, given.hashes, given.crypto, given.clock},
            given.site),
        admin({on, books, changes, lock_out, joining}, given.clock, given.parent_of),
        tokens(on, books, changes, given.crypto, given.clock) {}

  // Takes away what is over; nobody could use it any more.
  void sweep() {
    changes.add<void>([this] { return plan_sweep(); },
                      [](const AccountResult<void>& /*the next time will do*/) {});
    timer = loop.after(kSweepEvery, [this] { sweep(); });
  }

  AccountResult<Plan<void>> plan_sweep() {
    auto old = old_rows();
    if (old.size() > kSweptAtOnce) old.resize(kSweptAtOnce);
    Plan<void> plan;
    plan.turn.erasures = old;
    plan.apply = [this, old = std::move(old)] {
      for (const auto& [space, id] : old) forget(space, id);
    };
    return plan;
  }

  std::vector<ports::StateErase> old_rows() const {
    std::vector<ports::StateErase> old;
    for (const auto& [id, session] : books.sessions.all()) {
      if (is_over(session)) old.push_back({ports::Space::kSession, id});
    }
    for (const auto& [id, token] : books.tokens.all()) {
      if (is_over(token.life, token_rule(token))) old.push_back({ports::Space::kToken, id});
    }
    for (const auto& [id, invitation] : books.invitations.all()) {
      if (is_over(invitation.life, invitation_rule()))
        old.push_back({ports::Space::kInvitation, id});
    }
    return old;
  }

  void forget(ports::Space space, const std::string& id) {
    if (space == ports::Space::kSession) books.sessions.remove(id);
    if (space == ports::Space::kToken) books.tokens.remove(id);
    if (space == ports::Space::kInvitation) books.invitations.remove(id);
  }

  bool is_over(const Session& session) const {
    const Person* const person = books.people.find(session.person);
    return person == nullptr || is_over(session.life, session_rule(person->role));
  }

  bool is_over(const Lifetime& life, const LifetimeRule& rule) const {
    return standing(life, rule, given.clock) == Standing::kOver;
  }

  base::Loop& loop;
  Dependencies given;
  AccountBooks books;
  LockOut lock_out;
  ChangeQueue changes;
  Entrance entrance;
  SignIn sign_in;
  Gate gate;
  Joining joining;
  OwnAccount own;
  PeopleAdmin admin;
  TokenDesk tokens;
  base::Handle timer;
};

Accounts::Accounts(base::Loop& loop, Dependencies dependencies)
    : body_(std::make_unique<Body>(loop, std::move(dependencies))) {}
Accounts::~Accounts() = default;

base::Result<void> Accounts::restore(ports::Query& query) {
  if (auto done = core::restore(body_->books, query); !done) return done;
  return body_->joining.restore(query);
}

void Accounts::start() {
  body_->joining.make_claim_code();
  body_->sweep();
}

AccountResult<Actor> Accounts::admit(const Knock& knock) {
  return body_->gate.admit(knock);
}
std::optional<SessionInfo> Accounts::session(const Actor& actor, const std::string& cookie) const {
  return body_->gate.session(actor, cookie);
}
bool Accounts::still_stands(const Actor& actor) const {
  return body_->gate.still_stands(actor);
}

bool Accounts::is_claimed() const {
  return body_->books.people.has_manager();
}
void Accounts::claim(ClaimForm form, Origin origin, AccountDone<Entry> done) {
  body_->joining.claim(std::move(form), std::move(origin), std::move(done));
}
void Accounts::sign_in(SignInForm form, Origin origin, AccountDone<Entry> done) {
  body_->sign_in.sign_in(std::move(form), std::move(origin), std::move(done));
}
void Accounts::accept_invitation(AcceptForm form, Origin origin, AccountDone<Entry> done) {
  body_->joining.accept(std::move(form), std::move(origin), std::move(done));
}
void Accounts::recover(const base::SecretText& code, base::SecretText password, Origin origin,
                       AccountDone<Entry> done) {
  body_->joining.recover(code, std::move(password), std::move(origin), std::move(done));
}

std::vector<SessionView> Accounts::sessions(const Actor& actor) const {
  return body_->own.sessions(actor);
}
void Accounts::end_session(const Actor& actor, std::string id, AccountDone<void> done) {
  body_->own.end_session(actor, std::move(id), std::move(done));
}
void Accounts::end_sessions(const Actor& actor, AccountDone<void> done) {
  body_->own.end_sessions(actor, std::move(done));
}
void Accounts::change_password(const Actor& actor, base::SecretText old_one,
                               base::SecretText new_one, AccountDone<void> done) {
  body_->own.change_password(actor, std::move(old_one), std::move(new_one), std::move(done));
}
void Accounts::begin_second_factor(const Actor& actor, AccountDone<SecondFactorOffer> done) {
  body_->own.begin_second_factor(actor, std::move(done));
}
void Accounts::confirm_second_factor(const Actor& actor, const base::SecretText& otp,
                                     AccountDone<void> done) {
  body_->own.confirm_second_factor(actor, otp, std::move(done));
}
void Accounts::remove_second_factor(const Actor& actor, base::SecretText password,
                                    AccountDone<void> done) {
  body_->own.remove_second_factor(actor, std::move(password), std::move(done));
}
base::Json Accounts::data_of(const Actor& actor) const {
  return body_->own.data_of(actor);
}

std::vector<PersonView> Accounts::people(const By& by) const {
  return body_->admin.people(by);
}
std::optional<PersonView> Accounts::person(const By& by, const std::string& id) const {
  return body_->admin.person(by, id);
}
void Accounts::invite(const By& by, InviteForm form, AccountDone<CodeOffer> done) {
  body_->admin.invite(by, std::move(form), std::move(done));
}
void Accounts::offer_recovery(const By& by, std::string person, AccountDone<CodeOffer> done) {
  body_->admin.offer_recovery(by, std::move(person), std::move(done));
}
void Accounts::change_person(const By& by, std::string id, PersonChange change,
                             AccountDone<PersonView> done) {
  body_->admin.change_person(by, std::move(id), std::move(change), std::move(done));
}
void Accounts::remove_person(const By& by, std::string id, AccountDone<void> done) {
  body_->admin.remove_person(by, std::move(id), std::move(done));
}
void Accounts::end_resident(const By& by, std::string resident, AccountDone<void> done) {
  body_->admin.end_resident(by, std::move(resident), std::move(done));
}
void Accounts::unlock(const By& by, std::string id, AccountDone<void> done) {
  body_->admin.unlock(by, std::move(id), std::move(done));
}
void Accounts::end_sessions_of(const By& by, std::string id, AccountDone<void> done) {
  body_->admin.end_sessions_of(by, std::move(id), std::move(done));
}

void Accounts::create_token(const Actor& actor, TokenForm form, AccountDone<TokenOffer> done) {
  body_->tokens.create(actor, std::move(form), std::move(done));
}
std::vector<TokenView> Accounts::tokens(const Actor& actor) const {
  return actor.person.empty() ? std::vector<TokenView>{} : body_->tokens.of(actor.person);
}
void Accounts::remove_token(const Actor& actor, std::string id, AccountDone<void> done) {
  body_->tokens.remove(actor, std::move(id), std::move(done));
}

AccountResult<base::SecretText> Accounts::claim_code() const {
  return body_->joining.claim_code();
}
void Accounts::create_local_token(const By& by, TokenForm form, AccountDone<TokenOffer> done) {
  body_->tokens.create_local(by, std::move(form), std::move(done));
}
std::vector<TokenView> Accounts::all_tokens() const {
  return body_->tokens.all();
}
void Accounts::remove_any_token(const By& by, std::string id, AccountDone<void> done) {
  body_->tokens.remove_any(by, std::move(id), std::move(done));
}

}  // namespace linli::core
