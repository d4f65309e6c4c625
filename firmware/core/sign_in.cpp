#include "firmware/core/sign_in.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/json.hpp"
#include "firmware/base/log.hpp"
#include "firmware/core/account_rules.hpp"
#include "firmware/core/second_factor.hpp"

namespace linli::core {
namespace {

constexpr auto kTellLocksEvery = std::chrono::minutes(1);

AccountRefusal wrong() {
  return {RefusalKind::kSignInRefused, "login, password or code is not right"};
}

std::string small_letters(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

}  // namespace

void SignIn::sign_in(SignInForm form, Origin origin, AccountDone<Entry> done) {
  Attempt attempt{
      small_letters(form.login.substr(0, 64)), std::move(form.otp), std::move(origin), {}};
  const auto verdict =
      parts_.lock_out.attempt(attempt.login, attempt.origin.peer, parts_.loop.now());
  if (verdict.wait > base::Duration::zero()) {
    if (verdict.begins) note_lock(attempt.login, attempt.origin);
    return refuse_later<Entry>(parts_.loop, locked_out(verdict.wait), std::move(done));
  }
  const Person* const person = parts_.books.people.by_login(attempt.login);
  if (person != nullptr) attempt.password_hash = person->password_hash;
  std::string stored = attempt.password_hash;
  // No password is so long; the hash of a long one would take longer than that of others.
  if (form.password.reveal().size() > kLongestPassword) form.password = base::SecretText("");
  ports_.hashes.verify(
      std::move(form.password), std::move(stored),
      [this, living = std::weak_ptr<const bool>(own_), attempt = std::move(attempt),
       done = std::move(done)](base::Result<bool> is_right) mutable {
        if (living.expired()) return;
        after_password(std::move(attempt), std::move(is_right), std::move(done));
      });
}

void SignIn::after_password(Attempt attempt, base::Result<bool> is_right, AccountDone<Entry> done) {
  if (!is_right) {
    parts_.lock_out.take_back(attempt.login, attempt.origin.peer);
    return std::move(done)(refuse(RefusalKind::kBusy, is_right.error().what));
  }
  if (!*is_right) return std::move(done)(tl::unexpected(wrong()));
  auto kept = std::make_shared<const Attempt>(std::move(attempt));
  parts_.changes.add<Entry>([this, kept] { return plan(*kept); },
                            [this, kept, living = std::weak_ptr<const bool>(own_),
                             done = std::move(done)](AccountResult<Entry> outcome) mutable {
                              if (!living.expired()) settle(*kept, outcome);
                              std::move(done)(std::move(outcome));
                            });
}

// Only who came in is forgiven; a code that is missing, or a store that cannot write, is no
// failure.
void SignIn::settle(const Attempt& attempt, const AccountResult<Entry>& outcome) {
  if (outcome) return parts_.lock_out.forgive(attempt.login, attempt.origin.peer);
  if (outcome.error().kind == RefusalKind::kSignInRefused) return;
  parts_.lock_out.take_back(attempt.login, attempt.origin.peer);
}

AccountResult<Plan<Entry>> SignIn::plan(const Attempt& attempt) {
  const Person* const found = parts_.books.people.by_login(attempt.login);
  if (found == nullptr || found->password_hash != attempt.password_hash)
    return tl::unexpected(wrong());
  Person person = *found;
  if (!person.sealed_factor.empty()) {
    if (!attempt.otp) {
      return refuse(RefusalKind::kSecondFactorRequired,
                    "the code of your authenticator app is needed");
    }
    auto step = factor_step(person, *attempt.otp);
    if (!step) return tl::unexpected(std::move(step).error());
    note_step(person.factor_steps, *step);
  }
  return parts_.entrance.enter(std::move(person), attempt.origin, Entrance::Others::kStay, {});
}

AccountResult<std::uint64_t> SignIn::factor_step(const Person& person,
                                                 const base::SecretText& otp) const {
  auto secret = ports_.keys.open(factor_secret_name(person.id), person.sealed_factor);
  if (!secret) {
    base::log::error("accounts", "a second factor cannot be opened: linlictl person recover",
                     {{"person", person.id}, {"why", secret.error()}});
    return tl::unexpected(wrong());
  }
  const auto step =
      step_of(ports_.crypto, *secret, otp, ports_.clock.now().unix_ms, person.factor_steps);
  if (!step) return tl::unexpected(wrong());
  return *step;
}

void SignIn::check_password(const std::string& person, base::SecretText password, Origin origin,
                            AccountDone<void> done) {
  const Person* const found = parts_.books.people.find(person);
  if (found == nullptr) return refuse_later<void>(parts_.loop, no_such_person(), std::move(done));
  const std::string login = found->login;
  const auto verdict = parts_.lock_out.attempt(login, origin.peer, parts_.loop.now());
  if (verdict.wait > base::Duration::zero()) {
    if (verdict.begins) note_lock(login, origin);
    return refuse_later<void>(parts_.loop, locked_out(verdict.wait), std::move(done));
  }
  if (password.reveal().size() > kLongestPassword) password = base::SecretText("");
  ports_.hashes.verify(
      std::move(password), found->password_hash,
      [this, living = std::weak_ptr<const bool>(own_), login, origin = std::move(origin),
       done = std::move(done)](base::Result<bool> is_right) mutable {
        if (living.expired()) return;
        if (is_right && !*is_right)
          return std::move(done)(refuse(RefusalKind::kSignInRefused, "the password is not right"));
        parts_.lock_out.take_back(login, origin.peer);
        if (!is_right) return std::move(done)(refuse(RefusalKind::kBusy, is_right.error().what));
        std::move(done)({});
      });
}

// The login is somebody's word and may be a password typed into the wrong field: only the id of a
// person that there is.
void SignIn::note_lock(const std::string& login, const Origin& origin) {
  ++locks_untold_;
  const base::TimePoint now = parts_.loop.now();
  if (lock_told_ != base::TimePoint{} && now - lock_told_ < kTellLocksEvery) return;
  lock_told_ = now;
  const Person* const person = parts_.books.people.by_login(login);
  const std::string target = person == nullptr ? "" : "person:" + person->id;
  base::log::warn("accounts", "too many wrong attempts to sign in",
                  {{"peer", origin.peer}, {"since_last", locks_untold_}});
  const std::string detail =
      base::dump_json({{"peer", origin.peer}, {"locks", std::exchange(locks_untold_, 0)}});
  parts_.changes.add<void>(
      [this, target, detail]() -> AccountResult<Plan<void>> {
        Plan<void> plan;
        plan.turn.audits.push_back(
            audit(ports_.clock, "gateway", "sign_in.locked_out", target, detail));
        return plan;
      },
      [](const AccountResult<void>& /*the log has it too*/) {});
}

}  // namespace linli::core
