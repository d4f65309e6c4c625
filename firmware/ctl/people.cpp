#include "firmware/ctl/people.hpp"

#include <algorithm>
#include <array>
#include <iostream>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/number.hpp"
#include "firmware/ctl/control_client.hpp"
#include "firmware/ctl/qr.hpp"
#include "firmware/ctl/show.hpp"

namespace linli::ctl {
namespace {

using base::Json;

constexpr int kLimitS = 15;

// Asks the daemon and shows the answer.
int ask(const Invocation& in, const std::string& method, const Json& params,
        void (*show)(const Json&)) {
  auto result = ControlClient(in.socket).call(method, params, kLimitS);
  if (!result) return show_error(result.error(), in.json);
  if (in.json) {
    std::cout << result->dump(2) << "\n";
  } else {
    show(*result);
  }
  return kDone;
}

std::string text(const Json& json, const char* key) {
  const Json value = json.value(key, Json());
  if (value.is_string()) return value.get<std::string>();
  return value.is_null() ? "-" : value.dump();
}

std::string words(const Json& list) {
  std::string out;
  for (const Json& word : list) out += (out.empty() ? "" : ",") + word.get<std::string>();
  return out.empty() ? "-" : out;
}

// "a,b" as ["a","b"].
Json list_of(std::string_view commas) {
  Json list = Json::array();
  while (!commas.empty()) {
    const std::size_t end = std::min(commas.find(','), commas.size());
    if (end > 0) list.push_back(std::string(commas.substr(0, end)));
    commas.remove_prefix(std::min(end + 1, commas.size()));
  }
  return list;
}

void show_code(const Json& answer) {
  const std::string code = text(answer, "code");
  std::cout << "code  " << code.substr(0, 5) << " " << code.substr(5) << "\n"
            << "link  " << text(answer, "uri") << "\n";
  if (answer.contains("expires_at"))
    std::cout << "until " << text(answer, "expires_at") << "; it is good once\n";
  std::cout << qr_text(text(answer, "uri"));
}

void show_people(const Json& answer) {
  for (const Json& person : answer["people"]) {
    std::cout << fmt::format("{:<20} {:<16} {:<10} {:<24} {}{}{}\n", text(person, "id"),
                             text(person, "login"), text(person, "role"), words(person["places"]),
                             text(person, "name"), person["locked"] == true ? "  locked" : "",
                             person["invited"] == true ? "  invited" : "");
  }
}

void show_token(const Json& token) {
  std::cout << "token " << text(token, "token") << "\nid    " << text(token, "id") << "\nscope "
            << words(token["scope"]) << "\nuntil " << text(token, "expires_at")
            << "\nIt is not shown again.\n";
}

void show_tokens(const Json& answer) {
  for (const Json& token : answer["tokens"]) {
    std::cout << fmt::format("{:<20} {:<20} until {}  last used {}  {}  {}\n", text(token, "id"),
                             text(token, "person"), text(token, "expires_at"),
                             text(token, "last_used_at"), words(token["scope"]),
                             text(token, "name"));
  }
}

void show_done(const Json& answer) {
  for (const auto& [word, id] : answer.items())
    std::cout << word << " " << id.get<std::string>() << "\n";
}

}  // namespace

base::Result<std::int64_t> seconds_of(std::string_view text) {
  using Unit = std::pair<std::string_view, std::int64_t>;
  constexpr std::array kUnits{Unit{"min", 60}, Unit{"h", 3'600}, Unit{"d", 86'400}};
  for (const auto& [unit, seconds] : kUnits) {
    if (!text.ends_with(unit)) continue;
    const auto number = base::parse_number<std::int64_t>(text.substr(0, text.size() - unit.size()));
    if (number && *number > 0 && *number <= 1'000'000) return *number * seconds;
  }
  return base::fail(base::Code::kInvalid, "'{}' is no time: write 90min, 1h or 30d", text);
}

int claim(const Invocation& in) {
  return ask(in, "claim.show", in.params, show_code);
}
int person_list(const Invocation& in) {
  return ask(in, "person.list", in.params, show_people);
}
int person_recover(const Invocation& in) {
  return ask(in, "person.recover", in.params, show_code);
}
int person_unlock(const Invocation& in) {
  return ask(in, "person.unlock", in.params, show_done);
}
int person_remove(const Invocation& in) {
  return ask(in, "person.remove", in.params, show_done);
}
int token_list(const Invocation& in) {
  return ask(in, "token.list", in.params, show_tokens);
}
int token_revoke(const Invocation& in) {
  return ask(in, "token.revoke", in.params, show_done);
}

int person_invite(const Invocation& in) {
  Json params = in.params;
  params["places"] = list_of(params.value("places", ""));
  return ask(in, "person.invite", params, show_code);
}

int token_create(const Invocation& in) {
  const auto ttl = seconds_of(in.params.value("ttl", ""));
  if (!ttl) return show_error(ttl.error(), in.json);
  Json params = {{"scope", list_of(in.params.value("scope", ""))}, {"ttl_s", *ttl}};
  if (in.params.contains("name")) params["name"] = in.params["name"];
  return ask(in, "token.create", params, show_token);
}

}  // namespace linli::ctl
