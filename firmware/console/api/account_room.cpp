#include "firmware/console/api/account_room.hpp"

#include <utility>

#include "firmware/console/api/gate.hpp"

namespace linli::console::api {
namespace {

using base::Json;
using base::SecretText;
using core::AccountResult;

constexpr std::size_t kMaxSecret = 256;
constexpr std::string_view kCookieRules = "HttpOnly; Secure; SameSite=Strict; Path=/";

core::Origin origin_of(const Call& call) {
  return {call.request.peer, std::string(call.request.header("user-agent").substr(0, 200))};
}

std::string at(const domain::EventTime& time) {
  return domain::rfc3339(time.unix_ms);
}

Json privileges_json(const core::Actor& actor) {
  Json all = Json::array();
  for (const domain::Privilege privilege : domain::kPrivileges) {
    if (core::may(actor, privilege)) all.push_back(domain::name(privilege));
  }
  return all;
}

Json session_json(const core::SessionInfo& session) {
  const core::Actor& actor = session.actor;
  return {{"person",
           {{"id", actor.person},
            {"name", actor.name},
            {"login", session.login},
            {"role", domain::name(actor.role)},
            {"places", actor.places}}},
          {"privileges", privileges_json(actor)},
          {"csrf", session.csrf},
          {"expires_at", at(session.expires_at)},
          {"second_factor", session.second_factor},
          {"kind", session.is_resident ? "resident" : "console"}};
}

// What every way in ends with.
core::AccountDone<core::Entry> enter(Call call) {
  return [call = std::move(call)](AccountResult<core::Entry> entry) mutable {
    if (!entry) return refuse(std::move(call), entry.error());
    Response response = json_response(201, session_json(entry->session));
    response.headers.emplace_back("Set-Cookie",
                                  set_cookie(entry->cookie.reveal(), entry->max_age_s));
    answer(std::move(call), std::move(response));
  };
}

core::AccountDone<void> nothing(Call call, bool clears = false) {
  return [clears, call = std::move(call)](AccountResult<void> done) mutable {
    if (!done) return refuse(std::move(call), done.error());
    Response response{204, {{"Cache-Control", "no-store"}}, ""};
    if (clears) response.headers.emplace_back("Set-Cookie", clear_cookie());
    answer(std::move(call), std::move(response));
  };
}

SecretText secret(base::JsonReader& in, std::string_view key) {
  return SecretText(in.text(key, kMaxSecret));
}

Json token_json(const core::TokenView& token) {
  Json scope = Json::array();
  for (const domain::Privilege privilege : token.scope) scope.push_back(domain::name(privilege));
  return {{"id", token.id},
          {"name", token.name},
          {"scope", std::move(scope)},
          {"created_at", at(token.created_at)},
          {"expires_at", at(token.expires_at)},
          {"last_used_at", token.last_used_at ? Json(at(*token.last_used_at)) : Json()}};
}

void read_scope(base::JsonReader& in, core::TokenForm& form) {
  const Json& words = in.array("scope", 16);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto privilege =
        domain::privilege_of(words[i].is_string() ? words[i].get<std::string>() : "");
    if (!privilege) return in.reject(fmt::format("scope[{}]", i), "is no privilege");
    form.scope.push_back(*privilege);
  }
}

}  // namespace

std::string set_cookie(const std::string& value, std::int64_t max_age_s) {
  return fmt::format("__Host-linli={}; Max-Age={}; {}", value, max_age_s, kCookieRules);
}

std::string clear_cookie() {
  return fmt::format("__Host-linli=; Max-Age=0; {}", kCookieRules);
}

void AccountRoom::add_to(Handlers& handlers) {
  add_ways_in(handlers);
  add_tokens(handlers);
  handlers["session"] = [this](Call call) { show_session(std::move(call)); };
  handlers["sign_out"] = [this](Call call) { sign_out(std::move(call)); };
  handlers["sessions"] = [this](Call call) { list_sessions(std::move(call)); };
  handlers["sign_out_everywhere"] = [this](Call call) { sign_out_everywhere(std::move(call)); };
  handlers["end_session"] = [this](Call call) { end_session(std::move(call)); };
  handlers["change_password"] = [this](Call call) { change_password(std::move(call)); };
  handlers["offer_second_factor"] = [this](Call call) { offer_second_factor(std::move(call)); };
  handlers["confirm_second_factor"] = [this](Call call) { confirm_second_factor(std::move(call)); };
  handlers["remove_second_factor"] = [this](Call call) { remove_second_factor(std::move(call)); };
}

void AccountRoom::add_ways_in(Handlers& handlers) {
  handlers["claim"] = [this](Call call) { claim(std::move(call)); };
  handlers["sign_in"] = [this](Call call) { sign_in(std::move(call)); };
  handlers["accept_invitation"] = [this](Call call) { accept(std::move(call)); };
  handlers["recover"] = [this](Call call) { recover(std::move(call)); };
}

void AccountRoom::add_tokens(Handlers& handlers) {
  handlers["tokens"] = [this](Call call) { list_tokens(std::move(call)); };
  handlers["new_token"] = [this](Call call) { new_token(std::move(call)); };
  handlers["revoke_token"] = [this](Call call) {
    const core::Actor actor = call.actor;
    const std::string id = call.path_value("id");
    accounts_.remove_token(actor, id, nothing(std::move(call)));
  };
}

void AccountRoom::claim(Call call) {
  base::JsonReader in(call.body);
  core::ClaimForm form{secret(in, "code"), in.text("name", 64), in.text("login", 64),
                       secret(in, "password")};
  if (auto read = in.finish(); !read) return refuse(std::move(call), read.error());
  const core::Origin origin = origin_of(call);
  accounts_.claim(std::move(form), origin, enter(std::move(call)));
}

void AccountRoom::sign_in(Call call) {
  base::JsonReader in(call.body);
  core::SignInForm form{in.text("login", 64), secret(in, "password")};
  if (auto otp = in.optional_text("otp", 16)) form.otp = SecretText(*std::move(otp));
  if (auto read = in.finish(); !read) return refuse(std::move(call), read.error());
  if (!accounts_.is_claimed())
    return refuse(std::move(call), Problem{"not_claimed", "nobody has claimed this gateway yet"});
  const core::Origin origin = origin_of(call);
  accounts_.sign_in(std::move(form), origin, enter(std::move(call)));
}

void AccountRoom::accept(Call call) {
  base::JsonReader in(call.body);
  core::AcceptForm form{secret(in, "code"), in.text("name", 64), in.optional_text("login", 64)};
  if (auto password = in.optional_text("password", kMaxSecret))
    form.password = SecretText(*std::move(password));
  if (auto read = in.finish(); !read) return refuse(std::move(call), read.error());
  const core::Origin origin = origin_of(call);
  accounts_.accept_invitation(std::move(form), origin, enter(std::move(call)));
}

void AccountRoom::recover(Call call) {
  base::JsonReader in(call.body);
  const SecretText code = secret(in, "code");
  SecretText password = secret(in, "password");
  if (auto read = in.finish(); !read) return refuse(std::move(call), read.error());
  const core::Origin origin = origin_of(call);
  accounts_.recover(code, std::move(password), origin, enter(std::move(call)));
}

void AccountRoom::show_session(Call call) const {
  const auto session = accounts_.session(call.actor, call.cookie);
  if (!session)
    return refuse(std::move(call), Problem{"unauthenticated", "this session has ended"});
  const Json json = session_json(*session);
  answer(std::move(call), json);
}

void AccountRoom::sign_out(Call call) {
  const core::Actor actor = call.actor;
  accounts_.end_session(actor, actor.session, nothing(std::move(call), true));
}

void AccountRoom::sign_out_everywhere(Call call) {
  const core::Actor actor = call.actor;
  accounts_.end_sessions(actor, nothing(std::move(call), true));
}

void AccountRoom::list_sessions(Call call) const {
  Json items = Json::array();
  for (const core::SessionView& session : accounts_.sessions(call.actor)) {
    items.push_back({{"id", session.id},
                     {"current", session.is_current},
                     {"created_at", at(session.created_at)},
                     {"last_used_at", at(session.last_used_at)},
                     {"expires_at", at(session.expires_at)},
                     {"peer", session.peer},
                     {"agent", session.agent}});
  }
  answer(std::move(call), Json{{"items", std::move(items)}});
}

void AccountRoom::end_session(Call call) {
  const core::Actor actor = call.actor;
  const std::string id = call.path_value("id");
  accounts_.end_session(actor, id, nothing(std::move(call), id == actor.session));
}

void AccountRoom::change_password(Call call) {
  base::JsonReader in(call.body);
  SecretText old_one = secret(in, "old");
  SecretText new_one = secret(in, "new");
  if (auto read = in.finish(); !read) return refuse(std::move(call), read.error());
  const core::Actor actor = call.actor;
  accounts_.change_password(actor, std::move(old_one), std::move(new_one),
                            nothing(std::move(call)));
}

void AccountRoom::offer_second_factor(Call call) {
  const core::Actor actor = call.actor;
  accounts_.begin_second_factor(actor, [call = std::move(call)](
                                           AccountResult<core::SecondFactorOffer> offer) mutable {
    if (!offer) return refuse(std::move(call), offer.error());
    answer(std::move(call), Json{{"secret", offer->secret.reveal()}, {"uri", offer->uri.reveal()}});
  });
}

void AccountRoom::confirm_second_factor(Call call) {
  base::JsonReader in(call.body);
  const SecretText otp(in.text("otp", 16));
  if (auto read = in.finish(); !read) return refuse(std::move(call), read.error());
  const core::Actor actor = call.actor;
  accounts_.confirm_second_factor(actor, otp, nothing(std::move(call)));
}

void AccountRoom::remove_second_factor(Call call) {
  base::JsonReader in(call.body);
  SecretText password = secret(in, "password");
  if (auto read = in.finish(); !read) return refuse(std::move(call), read.error());
  const core::Actor actor = call.actor;
  accounts_.remove_second_factor(actor, std::move(password), nothing(std::move(call)));
}

void AccountRoom::list_tokens(Call call) const {
  Json items = Json::array();
  for (const core::TokenView& token : accounts_.tokens(call.actor))
    items.push_back(token_json(token));
  answer(std::move(call), Json{{"items", std::move(items)}});
}

void AccountRoom::new_token(Call call) {
  base::JsonReader in(call.body);
  core::TokenForm form;
  form.name = in.text("name", 64);
  read_scope(in, form);
  form.ttl_s = in.integer("ttl_s", {3600, 365LL * 24 * 3600});
  if (auto read = in.finish(); !read) return refuse(std::move(call), read.error());
  const core::Actor actor = call.actor;
  accounts_.create_token(actor, std::move(form),
                         [call = std::move(call)](AccountResult<core::TokenOffer> offer) mutable {
                           if (!offer) return refuse(std::move(call), offer.error());
                           answer(std::move(call),
                                  Json{{"id", offer->view.id},
                                       {"token", offer->token.reveal()},
                                       {"expires_at", at(offer->view.expires_at)}});
                         });
}

}  // namespace linli::console::api
