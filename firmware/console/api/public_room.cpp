#include "firmware/console/api/public_room.hpp"

#include <utility>

#include "firmware/console/api/openapi.hpp"

namespace linli::console::api {
namespace {

using base::Json;

constexpr std::int64_t kYearMs = 365LL * 24 * 3600 * 1000;

void text(Call call, std::string body) {
  answer(std::move(call),
         Response{200,
                  {{"Content-Type", "text/plain; charset=utf-8"}, {"Cache-Control", "no-store"}},
                  std::move(body)});
}

}  // namespace

Json now_json(const domain::EventTime& now) {
  return {{"now", domain::rfc3339(now.unix_ms)}, {"quality", domain::name(now.quality)}};
}

void PublicRoom::add_to(Handlers& handlers) {
  handlers["health"] = [](Call call) { text(std::move(call), "ok\n"); };
  handlers["ready"] = [this](Call call) { ready(std::move(call)); };
  handlers["security_txt"] = [this](Call call) { security_txt(std::move(call)); };
  handlers["welcome"] = [this](Call call) { welcome(std::move(call)); };
  handlers["openapi"] = [this](Call call) {
    answer(std::move(call), openapi_document(house_.facts().version));
  };
  handlers["problem_page"] = [](Call call) {
    Response page = problem_page(call.path_value("code"), call.language);
    answer(std::move(call), std::move(page));
  };
}

void PublicRoom::ready(Call call) {
  house_.readiness(
      [call = std::move(call)](base::Result<std::vector<House::Check>> checks) mutable {
        if (!checks) return refuse(std::move(call), checks.error());
        bool all = true;
        Json list = Json::array();
        for (const House::Check& check : *checks) {
          all = all && check.ok;
          list.push_back({{"name", check.name}, {"ok", check.ok}, {"detail", check.detail}});
        }
        const Json json = spoken_to(call, {{"ready", all}, {"checks", std::move(list)}});
        answer(std::move(call), json_response(all ? 200 : 503, json));
      });
}

void PublicRoom::security_txt(Call call) const {
  const std::string contact = house_.facts().contact;
  if (contact.empty()) {
    return refuse(std::move(call),
                  Problem{"not_found", "no contact is set: see console.contact in the settings"});
  }
  text(std::move(call), fmt::format("Contact: {}\nExpires: {}\nPreferred-Languages: zh, en\n",
                                    contact, domain::rfc3339(clock_.now().unix_ms + kYearMs)));
}

void PublicRoom::welcome(Call call) const {
  const House::Facts facts = house_.facts();
  answer(std::move(call), Json{{"claimed", is_claimed_()},
                               {"site", facts.site},
                               {"gateway", facts.gateway},
                               {"version", facts.version},
                               {"time", now_json(clock_.now())}});
}

}  // namespace linli::console::api
