#include "firmware/daemon/people_control.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/json_reader.hpp"
#include "firmware/daemon/people_parts.hpp"

namespace linli::daemon {
namespace {

using base::Code;
using base::Json;

constexpr std::size_t kMaxText = 256;
constexpr std::size_t kMaxItems = 64;

Code code_of(core::RefusalKind kind) {
  using Kind = core::RefusalKind;
  switch (kind) {
    case Kind::kInvalid:
      return Code::kInvalid;
    case Kind::kNotFound:
    case Kind::kGone:
      return Code::kNotFound;
    case Kind::kConflict:
    case Kind::kAlreadyClaimed:
      return Code::kConflict;
    case Kind::kBusy:
      return Code::kFull;
    case Kind::kInternal:
      return Code::kInternal;
    default:
      return Code::kDenied;
  }
}

base::Failure failure_of(const core::AccountRefusal& refusal) {
  return base::fail(code_of(refusal.kind), "{}", refusal.what);
}

// The outcome of a change that has nothing more to say than whose it was.
core::AccountDone<void> answer(net::ControlServer::Reply reply, const char* word, std::string id) {
  return
      [reply = std::move(reply), word, id = std::move(id)](core::AccountResult<void> done) mutable {
        if (!done) return std::move(reply)(failure_of(done.error()));
        std::move(reply)(Json{{word, id}});
      };
}

std::vector<std::string> texts_of(base::JsonReader& in, std::string_view key) {
  std::vector<std::string> texts;
  const Json* const list = in.optional_array(key, kMaxItems);
  if (list == nullptr) return texts;
  for (const Json& text : *list) {
    if (text.is_string()) {
      texts.push_back(text.get<std::string>());
    } else {
      in.reject(key, "expected texts");
    }
  }
  return texts;
}

Json scope_json(const std::vector<domain::Privilege>& scope) {
  Json words = Json::array();
  for (const domain::Privilege privilege : scope) words.push_back(domain::name(privilege));
  return words;
}

std::vector<domain::Privilege> scope_of(base::JsonReader& in) {
  std::vector<domain::Privilege> scope;
  for (const std::string& word : texts_of(in, "scope")) {
    const auto privilege = domain::privilege_of(word);
    if (privilege) {
      scope.push_back(*privilege);
    } else {
      in.reject("scope",
                "expected own, view_site, operate_devices, operate_doors, rotate_credentials, "
                "configure_devices, configure_doors, view_system, configure_system, "
                "manage_people or read_audit");
    }
  }
  return scope;
}

Json time_json(const domain::EventTime& time) {
  return domain::rfc3339(time.unix_ms);
}

Json token_json(const core::TokenView& token) {
  return {{"id", token.id},
          {"name", token.name},
          {"scope", scope_json(token.scope)},
          {"person", token.person},
          {"created_at", time_json(token.created_at)},
          {"expires_at", time_json(token.expires_at)},
          {"last_used_at", token.last_used_at ? time_json(*token.last_used_at) : Json()}};
}

Json person_json(const core::PersonView& person) {
  return {{"id", person.id},
          {"name", person.name},
          {"login", person.login},
          {"role", domain::name(person.role)},
          {"places", person.places},
          {"second_factor", person.second_factor},
          {"locked", person.is_locked},
          {"invited", person.is_invited},
          {"last_seen_at", person.last_seen_at ? time_json(*person.last_seen_at) : Json()}};
}

}  // namespace

void PeopleControl::add_to(ControlMethods& methods) {
  methods.add(*this, {
                         {"claim.show", &PeopleControl::show_claim},
                         {"person.list", &PeopleControl::list_people},
                         {"person.invite", &PeopleControl::invite},
                         {"person.recover", &PeopleControl::recover},
                         {"person.unlock", &PeopleControl::unlock},
                         {"person.remove", &PeopleControl::remove},
                         {"token.create", &PeopleControl::create_token},
                         {"token.list", &PeopleControl::list_tokens},
                         {"token.revoke", &PeopleControl::revoke_token},
                         {"audit.read", &PeopleControl::read_audit},
                     });
}

void PeopleControl::show_claim(const Request& request, Reply reply) {
  base::JsonReader in(request.params, "params");
  if (auto read = in.finish(); !read)
    return reply_later(std::move(reply), base::failure_of(std::move(read)));
  const auto code = accounts_.claim_code();
  if (!code) return reply_later(std::move(reply), failure_of(code.error()));
  reply_later(std::move(reply), Json{{"code", code->reveal()},
                                     {"uri", console_uri(config_, "/#claim=" + code->reveal())}});
}

void PeopleControl::list_people(const Request& request, Reply reply) {
  Json list = Json::array();
  for (const core::PersonView& person : accounts_.people(core::by_local(request.user)))
    list.push_back(person_json(person));
  reply_later(std::move(reply), Json{{"people", std::move(list)}});
}

Json PeopleControl::offer_json(const core::CodeOffer& offer, bool recovers) const {
  const std::string uri = recovers ? console_uri(config_, "/#r=" + offer.code.reveal())
                                   : invitation_uri(config_, offer.role, offer.code);
  return {{"id", offer.id},
          {"code", offer.code.reveal()},
          {"uri", uri},
          {"expires_at", time_json(offer.expires_at)}};
}

void PeopleControl::invite(const Request& request, Reply reply) {
  base::JsonReader in(request.params, "params");
  core::InviteForm form;
  form.name = in.text("name", kMaxText);
  const auto role = domain::role_of(in.text("role", kMaxText));
  if (!role) in.reject("role", "expected manager, installer, on_call, viewer or resident");
  form.role = role.value_or(domain::Role::kViewer);
  form.places = texts_of(in, "places");
  if (auto read = in.finish(); !read)
    return reply_later(std::move(reply), base::failure_of(std::move(read)));
  accounts_.invite(
      core::by_local(request.user), std::move(form),
      [this, reply = std::move(reply)](core::AccountResult<core::CodeOffer> offer) mutable {
        if (!offer) return std::move(reply)(failure_of(offer.error()));
        std::move(reply)(offer_json(*offer, false));
      });
}

base::Result<std::string> PeopleControl::person_of(const Request& request) const {
  base::JsonReader in(request.params, "params");
  std::string id = in.text("person", kMaxText);
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  for (const core::PersonView& person : accounts_.people(core::by_local(request.user))) {
    if (person.id == id || (!person.login.empty() && person.login == id)) return person.id;
  }
  return base::fail(Code::kNotFound, "nobody has the id or login '{}': see linlictl person list",
                    id);
}

void PeopleControl::recover(const Request& request, Reply reply) {
  auto id = person_of(request);
  if (!id) return reply_later(std::move(reply), base::failure_of(std::move(id)));
  accounts_.offer_recovery(
      core::by_local(request.user), *std::move(id),
      [this, reply = std::move(reply)](core::AccountResult<core::CodeOffer> offer) mutable {
        if (!offer) return std::move(reply)(failure_of(offer.error()));
        std::move(reply)(offer_json(*offer, true));
      });
}

void PeopleControl::unlock(const Request& request, Reply reply) {
  auto id = person_of(request);
  if (!id) return reply_later(std::move(reply), base::failure_of(std::move(id)));
  accounts_.unlock(core::by_local(request.user), *id, answer(std::move(reply), "unlocked", *id));
}

void PeopleControl::remove(const Request& request, Reply reply) {
  auto id = person_of(request);
  if (!id) return reply_later(std::move(reply), base::failure_of(std::move(id)));
  accounts_.remove_person(core::by_local(request.user), *id,
                          answer(std::move(reply), "removed", *id));
}

void PeopleControl::create_token(const Request& request, Reply reply) {
  base::JsonReader in(request.params, "params");
  core::TokenForm form;
  form.name = in.optional_text("name", kMaxText).value_or("linlictl");
  form.scope = scope_of(in);
  form.ttl_s = in.integer("ttl_s", {});
  if (auto read = in.finish(); !read)
    return reply_later(std::move(reply), base::failure_of(std::move(read)));
  accounts_.create_local_token(
      core::by_local(request.user), std::move(form),
      [reply = std::move(reply)](core::AccountResult<core::TokenOffer> offer) mutable {
        if (!offer) return std::move(reply)(failure_of(offer.error()));
        Json json = token_json(offer->view);
        json["token"] = offer->token.reveal();
        std::move(reply)(std::move(json));
      });
}

void PeopleControl::list_tokens(const Request& /*request*/, Reply reply) {
  Json list = Json::array();
  for (const core::TokenView& token : accounts_.all_tokens()) list.push_back(token_json(token));
  reply_later(std::move(reply), Json{{"tokens", std::move(list)}});
}

void PeopleControl::revoke_token(const Request& request, Reply reply) {
  base::JsonReader in(request.params, "params");
  const std::string id = in.text("id", kMaxText);
  if (auto read = in.finish(); !read)
    return reply_later(std::move(reply), base::failure_of(std::move(read)));
  accounts_.remove_any_token(core::by_local(request.user), id,
                             answer(std::move(reply), "revoked", id));
}

// Exported lines, so that who reads them can check the chain.
void PeopleControl::read_audit(const Request& request, Reply reply) {
  base::JsonReader in(request.params, "params");
  const ports::StoreStats stats = store_.stats();
  const auto limit = in.optional_integer("limit", {1, 200}).value_or(100);
  const auto newest = static_cast<std::int64_t>(stats.audit_last) - limit + 1;
  const auto from =
      in.optional_integer("from", {.min = 1}).value_or(std::max<std::int64_t>(1, newest));
  if (auto read = in.finish(); !read)
    return reply_later(std::move(reply), base::failure_of(std::move(read)));
  store_.read_audit(
      static_cast<std::uint64_t>(from), static_cast<std::size_t>(limit),
      [stats, reply = std::move(reply)](base::Result<std::vector<domain::AuditRow>> rows) mutable {
        if (!rows) return std::move(reply)(base::failure_of(std::move(rows)));
        Json lines = Json::array();
        for (const domain::AuditRow& row : *rows) lines.push_back(domain::export_line(row));
        std::move(reply)(Json{
            {"first", stats.audit_first}, {"last", stats.audit_last}, {"lines", std::move(lines)}});
      });
}

}  // namespace linli::daemon
