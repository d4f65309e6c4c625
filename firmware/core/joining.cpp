#include "firmware/core/joining.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/bytes.hpp"
#include "firmware/base/json.hpp"
#include "firmware/base/log.hpp"
#include "firmware/core/account_rules.hpp"

namespace linli::core {
namespace {

constexpr const char* kClaimRow = "claim_code";
constexpr std::size_t kLongestCode = 64;

AccountRefusal wrong_code() {
  return {RefusalKind::kGone,
          "no such code: it was used, it is older than 72 hours, or a letter is wrong"};
}

AccountRefusal login_taken() {
  return {RefusalKind::kConflict, "somebody has this login: choose another", 0, "login"};
}

AccountRefusal console_account() {
  return {RefusalKind::kConflict,
          "an account of the console has this id: give the resident another one"};
}

AccountRefusal claimed() {
  return {RefusalKind::kAlreadyClaimed,
          "this gateway has a manager: ask for an invitation, or linlictl person recover"};
}

}  // namespace

base::Result<void> Joining::restore(ports::Query& query) {
  auto row = query.get(ports::Space::kMeta, kClaimRow);
  if (!row) return base::failure_of(std::move(row));
  if (*row) {
    auto code = ports_.keys.open(kClaimRow, **row);
    if (code) claim_ = *std::move(code);  // else make_claim_code() makes another
  }
  for (const auto& [id, invitation] : parts_.books.invitations.all()) {
    auto code = ports_.keys.open(invitation_secret_name(id), invitation.sealed_code);
    if (!code) {
      base::log::warn("accounts", "an invitation cannot be opened: invite again",
                      {{"invitation", id}, {"why", code.error()}});
      continue;
    }
    Invitation known = invitation;
    known.digest = ports_.crypto.sha256(code->reveal());
    parts_.books.invitations.put(std::move(known));
  }
  return {};
}

void Joining::make_claim_code() {
  if (parts_.books.people.has_manager() || claim_) return;
  auto code = new_code(ports_.crypto);
  auto sealed = code ? ports_.keys.seal(kClaimRow, *code)
                     : base::Result<std::string>(base::Failure(code.error()));
  if (!sealed)
    return base::log::error("accounts", "no claim code can be made", {{"why", sealed.error()}});
  parts_.changes.add<void>(
      [this, code = *std::move(code),
       sealed = *std::move(sealed)]() mutable -> AccountResult<Plan<void>> {
        Plan<void> plan;
        plan.turn.puts.push_back({ports::Space::kMeta, kClaimRow, std::move(sealed)});
        plan.turn.audits.push_back(audit(ports_.clock, "gateway", "claim.offer", ""));
        plan.apply = [this, code = std::move(code)]() mutable { claim_ = std::move(code); };
        return plan;
      },
      [](const AccountResult<void>& made) {
        if (made) base::log::info("accounts", "nobody has claimed this gateway: linlictl claim");
      });
}

AccountResult<base::SecretText> Joining::claim_code() const {
  if (parts_.books.people.has_manager()) return tl::unexpected(claimed());
  if (!claim_) return refuse(RefusalKind::kBusy, "the claim code is not stored yet: try again");
  return *claim_;
}

bool Joining::may_try(const Origin& origin, AccountDone<Entry>& done) {
  const auto verdict = parts_.lock_out.attempt("", origin.peer, parts_.loop.now());
  if (verdict.wait <= base::Duration::zero()) return true;
  refuse_later<Entry>(parts_.loop, locked_out(verdict.wait), std::move(done));
  return false;
}

void Joining::claim(ClaimForm form, Origin origin, AccountDone<Entry> done) {
  if (parts_.books.people.has_manager())
    return refuse_later<Entry>(parts_.loop, claimed(), std::move(done));
  if (!may_try(origin, done)) return;
  const bool is_right =
      claim_ && form.code.reveal().size() <= kLongestCode &&
      base::equal_in_constant_time(typed_code(form.code).reveal(), claim_->reveal());
  if (!is_right) {
    return refuse_later<Entry>(
        parts_.loop,
        {RefusalKind::kSignInRefused, "this is not the claim code: linlictl claim shows it"},
        std::move(done));
  }
  parts_.lock_out.take_back("", origin.peer);
  auto good = check_name(form.name);
  if (good) good = check_login(form.login);
  if (good) good = check_password(form.password, form.login, site_, "password");
  if (!good) return refuse_later<Entry>(parts_.loop, good.error(), std::move(done));
  base::SecretText password = form.password;
  hash_and_add(
      std::move(password),
      [this, form = std::move(form), origin = std::move(origin)](const std::string& hash) {
        return plan_claim(form, origin, hash);
      },
      std::move(done));
}

AccountResult<Plan<Entry>> Joining::plan_claim(const ClaimForm& form, const Origin& origin,
                                               const std::string& password_hash) {
  if (parts_.books.people.has_manager()) return tl::unexpected(claimed());
  if (parts_.books.people.by_login(form.login) != nullptr) return tl::unexpected(login_taken());
  auto id = new_id(ports_.crypto, "p-");
  if (!id) return refuse(id.error());
  Person person{.id = *std::move(id), .name = form.name, .login = form.login};
  person.role = domain::Role::kManager;
  person.password_hash = password_hash;
  person.created = ports_.clock.now();
  Plan<Entry> plan;
  plan.turn.erasures.push_back({ports::Space::kMeta, kClaimRow});
  plan.turn.audits.push_back(
      audit(ports_.clock, "person:" + person.id, "gateway.claim", "person:" + person.id));
  plan.apply = [this] { claim_.reset(); };
  return parts_.entrance.enter(std::move(person), origin, Entrance::Others::kStay, std::move(plan));
}

const Invitation* Joining::find(const base::SecretText& code, bool recovers) const {
  if (code.reveal().size() > kLongestCode) return nullptr;
  const Invitation* const found =
      parts_.books.invitations.by_digest(ports_.crypto.sha256(typed_code(code).reveal()));
  if (found == nullptr || found->person.empty() == recovers) return nullptr;
  const bool stands = standing(found->life, invitation_rule(), ports_.clock) == Standing::kStands;
  return stands ? found : nullptr;
}

AccountResult<void> Joining::check_accept(const Invitation& invitation,
                                          const AcceptForm& form) const {
  if (auto good = check_name(form.name.empty() ? invitation.name : form.name); !good) return good;
  const bool needs_login = domain::uses_console(invitation.role);
  if (!form.login && !form.password && !needs_login) return {};
  if (!form.login) return refuse(RefusalKind::kInvalid, "a login is needed", "login");
  if (!form.password) return refuse(RefusalKind::kInvalid, "a password is needed", "password");
  if (auto good = check_login(*form.login); !good) return good;
  if (parts_.books.people.by_login(*form.login) != nullptr) return tl::unexpected(login_taken());
  return check_password(*form.password, *form.login, site_, "password");
}

void Joining::accept(AcceptForm form, Origin origin, AccountDone<Entry> done) {
  if (!may_try(origin, done)) return;
  const Invitation* const invitation = find(form.code, false);
  if (invitation == nullptr) return refuse_later<Entry>(parts_.loop, wrong_code(), std::move(done));
  parts_.lock_out.take_back("", origin.peer);
  if (auto good = check_accept(*invitation, form); !good)
    return refuse_later<Entry>(parts_.loop, good.error(), std::move(done));
  base::SecretText password = form.password.value_or(base::SecretText());
  hash_and_add(
      std::move(password),
      [this, id = invitation->id, form = std::move(form), origin = std::move(origin)](
          const std::string& hash) { return plan_accept(id, form, origin, hash); },
      std::move(done));
}

// Somebody new, or a resident who comes with another phone. An id of the household book never opens
// an account of the console.
AccountResult<Person> Joining::person_who_joins(const Invitation& invitation) {
  if (const Person* const known = parts_.books.people.find(invitation.resident)) {
    if (domain::uses_console(known->role)) return tl::unexpected(console_account());
    return *known;
  }
  if (parts_.books.people.all().size() >= People::kMost)
    return refuse(RefusalKind::kConflict, "there are 10,000 people: remove some first");
  auto id = invitation.resident.empty() ? new_id(ports_.crypto, "p-")
                                        : base::Result<std::string>(invitation.resident);
  if (!id) return refuse(id.error());
  Person person{.id = *std::move(id), .name = invitation.name, .login = {}};
  person.role = invitation.role;
  person.created = ports_.clock.now();
  return person;
}

AccountResult<Plan<Entry>> Joining::plan_accept(const std::string& id, const AcceptForm& form,
                                                const Origin& origin,
                                                const std::string& password_hash) {
  const Invitation* const invitation = parts_.books.invitations.find(id);
  if (invitation == nullptr) return tl::unexpected(wrong_code());
  const std::string login = form.login.value_or("");
  if (!login.empty() && parts_.books.people.by_login(login) != nullptr)
    return tl::unexpected(login_taken());
  auto joining = person_who_joins(*invitation);
  if (!joining) return tl::unexpected(std::move(joining).error());
  Person person = *std::move(joining);
  if (!form.name.empty()) person.name = form.name;
  person.places = invitation->places;
  if (!login.empty()) person.login = login;
  if (!login.empty()) person.password_hash = password_hash;
  Plan<Entry> plan;
  plan.turn.erasures.push_back({ports::Space::kInvitation, id});
  plan.turn.audits.push_back(
      audit(ports_.clock, "person:" + person.id, "person.join", "invitation:" + id,
            base::dump_json({{"role", domain::name(person.role)}, {"places", person.places}})));
  plan.apply = [this, id] { parts_.books.invitations.remove(id); };
  return parts_.entrance.enter(std::move(person), origin, Entrance::Others::kStay, std::move(plan));
}

void Joining::recover(const base::SecretText& code, base::SecretText password, Origin origin,
                      AccountDone<Entry> done) {
  if (!may_try(origin, done)) return;
  const Invitation* const invitation = find(code, true);
  const Person* const person =
      invitation == nullptr ? nullptr : parts_.books.people.find(invitation->person);
  if (person == nullptr) return refuse_later<Entry>(parts_.loop, wrong_code(), std::move(done));
  parts_.lock_out.take_back("", origin.peer);
  const bool has_password = !person->login.empty();
  auto good = has_password ? check_password(password, person->login, site_, "password")
                           : AccountResult<void>();
  if (!good) return refuse_later<Entry>(parts_.loop, good.error(), std::move(done));
  hash_and_add(
      has_password ? std::move(password) : base::SecretText(),
      [this, id = invitation->id, origin = std::move(origin)](const std::string& hash) {
        return plan_recover(id, origin, hash);
      },
      std::move(done));
}

AccountResult<Plan<Entry>> Joining::plan_recover(const std::string& id, const Origin& origin,
                                                 const std::string& password_hash) {
  const Invitation* const invitation = parts_.books.invitations.find(id);
  const Person* const found =
      invitation == nullptr ? nullptr : parts_.books.people.find(invitation->person);
  if (found == nullptr) return tl::unexpected(wrong_code());
  Person person = *found;
  person.password_hash = password_hash;
  person.sealed_factor.clear();
  person.factor_steps.clear();
  ++person.version;
  Plan<Entry> plan;
  plan.turn.erasures.push_back({ports::Space::kInvitation, id});
  plan.turn.audits.push_back(
      audit(ports_.clock, "person:" + person.id, "person.recover", "person:" + person.id));
  plan.apply = [this, id, login = person.login] {
    parts_.books.invitations.remove(id);
    parts_.lock_out.unlock(login);
  };
  return parts_.entrance.enter(std::move(person), origin, Entrance::Others::kEnd, std::move(plan));
}

void Joining::hash_and_add(base::SecretText password, MakeEntry make, AccountDone<Entry> done) {
  if (password.empty()) {
    return parts_.changes.add<Entry>([make = std::move(make)] { return make(""); },
                                     std::move(done));
  }
  ports_.hashes.hash(std::move(password), [this, living = std::weak_ptr<const bool>(own_),
                                           make = std::move(make), done = std::move(done)](
                                              base::Result<std::string> hash) mutable {
    if (living.expired()) return;
    if (!hash) return std::move(done)(refuse(RefusalKind::kBusy, hash.error().what));
    parts_.changes.add<Entry>(
        [make = std::move(make), hash = *std::move(hash)] { return make(hash); }, std::move(done));
  });
}

AccountResult<Plan<CodeOffer>> Joining::offer(Invitation invitation, const std::string& issuer) {
  if (parts_.books.invitations.all().size() >= Invitations::kMost)
    return refuse(RefusalKind::kConflict, "1,000 invitations are open: take some back first");
  auto id = new_id(ports_.crypto, "i-");
  if (!id) return refuse(id.error());
  auto code = new_code(ports_.crypto);
  if (!code) return refuse(code.error());
  invitation.id = *std::move(id);
  auto sealed = ports_.keys.seal(invitation_secret_name(invitation.id), *code);
  if (!sealed) return refuse(sealed.error());
  invitation.sealed_code = *std::move(sealed);
  invitation.life = born(ports_.clock);
  invitation.digest = ports_.crypto.sha256(code->reveal());
  const bool recovers = !invitation.person.empty();
  Plan<CodeOffer> plan;
  plan.turn.puts.push_back({ports::Space::kInvitation, invitation.id, to_row(invitation)});
  plan.turn.audits.push_back(
      recovers ? audit(ports_.clock, issuer, "person.offer_recovery", "person:" + invitation.person)
               : audit(ports_.clock, issuer, "person.invite", "invitation:" + invitation.id,
                       base::dump_json({{"role", domain::name(invitation.role)},
                                        {"places", invitation.places}})));
  CodeOffer offer{recovers ? invitation.person : invitation.id, *std::move(code),
                  end_of(invitation.life, invitation_rule(), ports_.clock), invitation.role};
  plan.apply = [this, invitation = std::move(invitation)]() mutable {
    parts_.books.invitations.put(std::move(invitation));
  };
  plan.answer = [offer = std::move(offer)]() mutable { return std::move(offer); };
  return plan;
}

}  // namespace linli::core
