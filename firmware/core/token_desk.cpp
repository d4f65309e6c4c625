#include "firmware/core/token_desk.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "firmware/base/bytes.hpp"
#include "firmware/base/json.hpp"
#include "firmware/core/account_rules.hpp"

namespace linli::core {
namespace {

constexpr std::size_t kSecretBytes = 32;
constexpr std::int64_t kShortestS = 3'600;
constexpr std::int64_t kLongestS = 365LL * 24 * 3'600;

AccountRefusal no_such_token() {
  return {RefusalKind::kNotFound, "there is no such token"};
}

base::Json scope_json(const std::vector<domain::Privilege>& scope) {
  base::Json words = base::Json::array();
  for (const domain::Privilege privilege : scope) words.push_back(domain::name(privilege));
  return words;
}

}  // namespace

AccountResult<void> TokenDesk::check(const TokenForm& form) const {
  if (auto good = check_name(form.name); !good) return good;
  if (form.ttl_s < kShortestS || form.ttl_s > kLongestS)
    return refuse(RefusalKind::kInvalid, "a token lives 1 hour to 365 days", "ttl_s");
  const std::set<domain::Privilege> once(form.scope.begin(), form.scope.end());
  if (form.scope.empty() || once.size() != form.scope.size())
    return refuse(RefusalKind::kInvalid, "a token may do something: name each privilege once",
                  "scope");
  return {};
}

void TokenDesk::create(const Actor& actor, TokenForm form, AccountDone<TokenOffer> done) {
  auto good = check(form);
  if (good && !actor.token.empty())
    good = refuse(RefusalKind::kDenied, "a token cannot make tokens: sign in");
  if (good && !domain::uses_console(actor.role))
    good = refuse(RefusalKind::kDenied, "residents have no tokens");
  const bool has_all =
      std::all_of(form.scope.begin(), form.scope.end(),
                  [&actor](domain::Privilege privilege) { return may(actor, privilege); });
  if (good && !has_all)
    good = refuse(RefusalKind::kDenied, "a token may do no more than you", "scope");
  if (!good) return refuse_later<TokenOffer>(loop_, good.error(), std::move(done));
  add(issuer_of(actor), actor.person, std::move(form), std::move(done));
}

void TokenDesk::create_local(const By& by, TokenForm form, AccountDone<TokenOffer> done) {
  if (auto good = check(form); !good)
    return refuse_later<TokenOffer>(loop_, good.error(), std::move(done));
  add(by.issuer, "", std::move(form), std::move(done));
}

void TokenDesk::add(std::string issuer, std::string person, TokenForm form,
                    AccountDone<TokenOffer> done) {
  changes_.add<TokenOffer>([this, issuer = std::move(issuer), person = std::move(person),
                            form = std::move(form)] { return plan(issuer, person, form); },
                           std::move(done));
}

AccountResult<Plan<TokenOffer>> TokenDesk::plan(const std::string& issuer,
                                                const std::string& person, const TokenForm& form) {
  if (!person.empty() && books_.people.find(person) == nullptr)
    return tl::unexpected(no_such_person());
  if (books_.tokens.of(person).size() >= Tokens::kMostOfOne)
    return refuse(RefusalKind::kConflict, "there are 32 tokens: remove one first");
  const auto random = crypto_.random(kSecretBytes);
  if (!random) return refuse(random.error());
  auto id = new_id(crypto_, "t-");
  if (!id) return refuse(id.error());
  const base::SecretText secret(std::string(kTokenPrefix) + base::to_hex(*random));
  Token token{.id = *std::move(id), .person = person, .name = form.name};
  token.digest = crypto_.sha256(secret.reveal());
  token.scope = form.scope;
  token.ttl_ms = form.ttl_s * 1000;
  token.life = born(clock_);
  Plan<TokenOffer> plan;
  plan.turn.puts.push_back({ports::Space::kToken, token.id, to_row(token)});
  plan.turn.audits.push_back(
      audit(clock_, issuer, "token.create", "token:" + token.id,
            base::dump_json({{"scope", scope_json(token.scope)}, {"ttl_s", form.ttl_s}})));
  TokenOffer offer{view_of(token), secret};
  plan.apply = [this, token = std::move(token)]() mutable { books_.tokens.put(std::move(token)); };
  plan.answer = [offer = std::move(offer)]() mutable { return std::move(offer); };
  return plan;
}

TokenView TokenDesk::view_of(const Token& token) const {
  TokenView view{token.id,     token.name,         token.scope,
                 token.person, token.life.created, end_of(token.life, token_rule(token), clock_),
                 std::nullopt};
  if (token.was_used) view.last_used_at = token.life.used;
  return view;
}

std::vector<TokenView> TokenDesk::of(const std::string& person) const {
  std::vector<TokenView> views;
  for (const Token* token : books_.tokens.of(person)) {
    if (standing(token->life, token_rule(*token), clock_) != Standing::kOver)
      views.push_back(view_of(*token));
  }
  return views;
}

std::vector<TokenView> TokenDesk::all() const {
  std::vector<TokenView> views;
  for (const auto& [id, token] : books_.tokens.all()) {
    if (standing(token.life, token_rule(token), clock_) != Standing::kOver)
      views.push_back(view_of(token));
  }
  return views;
}

void TokenDesk::remove(const Actor& actor, std::string id, AccountDone<void> done) {
  changes_.add<void>(
      [this, actor, id = std::move(id)]() -> AccountResult<Plan<void>> {
        const Token* const token = books_.tokens.find(id);
        const bool is_own =
            token != nullptr && !actor.person.empty() && token->person == actor.person;
        if (!is_own) return tl::unexpected(no_such_token());
        return plan_remove(issuer_of(actor), id);
      },
      std::move(done));
}

void TokenDesk::remove_any(const By& by, std::string id, AccountDone<void> done) {
  changes_.add<void>(
      [this, issuer = by.issuer, id = std::move(id)] { return plan_remove(issuer, id); },
      std::move(done));
}

AccountResult<Plan<void>> TokenDesk::plan_remove(const std::string& issuer, const std::string& id) {
  if (books_.tokens.find(id) == nullptr) return tl::unexpected(no_such_token());
  Plan<void> plan;
  plan.turn.erasures.push_back({ports::Space::kToken, id});
  plan.turn.audits.push_back(audit(clock_, issuer, "token.remove", "token:" + id));
  plan.apply = [this, id] { books_.tokens.remove(id); };
  return plan;
}

}  // namespace linli::core
