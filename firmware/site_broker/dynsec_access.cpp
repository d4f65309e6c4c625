#include "firmware/site_broker/dynsec_access.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/log.hpp"

namespace linli::site_broker {
namespace {

using base::Code;
using base::Json;

constexpr auto kLimit = std::chrono::seconds(5);
constexpr std::string_view kRolePrefix = "device-";
// A role of a native device is about 700 bytes in an answer; a foreign one may have many topics.
constexpr int kRolesAPage = 40;
constexpr int kClientsAPage = 400;
constexpr base::JsonLimits kAnswer{.max_bytes = 1024 * 1024, .max_values = 64 * 1024};

std::string role_of(const std::string& device) {
  return std::string(kRolePrefix) + device;
}

Json rule(const char* type, const std::string& topic) {
  return {{"acltype", type}, {"topic", topic}, {"priority", 0}, {"allow", true}};
}

Json delete_login(const std::string& device) {
  return {{"command", "deleteClient"}, {"username", device}};
}
Json delete_role(const std::string& device) {
  return {{"command", "deleteRole"}, {"rolename", role_of(device)}};
}

Json create_role(const std::string& device, const ports::DeviceTopics& topics) {
  Json rules = Json::array();
  for (const std::string& topic : topics.publish) rules.push_back(rule("publishClientSend", topic));
  for (const std::string& topic : topics.subscribe) {
    rules.push_back(rule("subscribePattern", topic));
    rules.push_back(rule("publishClientReceive", topic));
  }
  return {{"command", "createRole"}, {"rolename", role_of(device)}, {"acls", std::move(rules)}};
}

Json create_login(const std::string& device, const base::SecretText& password) {
  return {{"command", "createClient"},
          {"username", device},
          {"password", password.reveal()},
          {"roles", Json::array({{{"rolename", role_of(device)}}})}};
}

// Deleting what is not there is what was wanted. A grant deletes first, so that only what may be
// there already is.
bool is_harmless(const Json& response) {
  const std::string command = response.value("command", "");
  const std::string error = response.value("error", "");
  if (command.starts_with("create")) return error.find("exists") != std::string::npos;
  return command.starts_with("delete") && error.find("not found") != std::string::npos;
}

base::Done<Json> without_answer(base::Done<void> done) {
  return [done = std::move(done)](base::Result<Json> answer) mutable {
    std::move(done)(answer ? base::Result<void>()
                           : base::Result<void>(base::failure_of(std::move(answer))));
  };
}

// A member of a response that should be a list; an empty one if it is not there.
Json list_in(const Json& response, const char* name) {
  const Json data = response.is_object() ? response.value("data", Json()) : Json();
  const Json list = data.is_object() ? data.value(name, Json()) : Json();
  return list.is_array() ? list : Json::array();
}

std::string text_in(const Json& object, const char* name) {
  const Json text = object.is_object() ? object.value(name, Json()) : Json();
  return text.is_string() ? text.get<std::string>() : "";
}

// The topics of a role; whatever it allows beyond them makes it look different from what is wanted.
ports::DeviceTopics topics_in(const Json& role) {
  ports::DeviceTopics topics;
  const Json rules = role.value("acls", Json::array());
  for (const Json& rule : rules) {
    const std::string type = text_in(rule, "acltype");
    std::string topic = text_in(rule, "topic");
    if (type == "subscribePattern") {
      topics.subscribe.push_back(std::move(topic));
    } else if (type != "publishClientReceive") {
      topics.publish.push_back(std::move(topic));
    }
  }
  std::sort(topics.publish.begin(), topics.publish.end());
  std::sort(topics.subscribe.begin(), topics.subscribe.end());
  return topics;
}

}  // namespace

// The pages of roles and then of logins, put together by device.
struct DynsecAccess::Listing {
  enum class Part { kRoles, kClients, kDone } part = Part::kRoles;
  int offset = 0;
  std::map<std::string, ports::DeviceLogin> found;
  base::Done<std::vector<ports::DeviceLogin>> done;

  Json request() const {
    const bool roles = part == Part::kRoles;
    return {{"command", roles ? "listRoles" : "listClients"},
            {"verbose", roles},
            {"count", roles ? kRolesAPage : kClientsAPage},
            {"offset", offset}};
  }

  int take_roles(const Json& page) {
    for (const Json& role : page) {
      const std::string name = text_in(role, "rolename");
      if (!name.starts_with(kRolePrefix)) continue;
      const std::string device = name.substr(kRolePrefix.size());
      found[device] = {device, false, topics_in(role)};
    }
    return static_cast<int>(page.size());
  }

  int take_clients(const Json& page) {
    for (const Json& client : page) {
      if (!client.is_string()) continue;
      const auto login = found.find(client.get<std::string>());
      if (login != found.end()) login->second.whole = true;
    }
    return static_cast<int>(page.size());
  }

  // Takes one page in and moves on to the next one.
  void take(const Json& response) {
    const bool roles = part == Part::kRoles;
    const int page = roles ? kRolesAPage : kClientsAPage;
    const int got =
        roles ? take_roles(list_in(response, "roles")) : take_clients(list_in(response, "clients"));
    offset += got;
    if (got == page) return;
    part = roles ? Part::kClients : Part::kDone;
    offset = 0;
  }

  std::vector<ports::DeviceLogin> result() {
    std::vector<ports::DeviceLogin> logins;
    for (auto& [device, login] : found) logins.push_back(std::move(login));
    return logins;
  }
};

DynsecAccess::DynsecAccess(base::Loop& loop, Dependencies dependencies)
    : loop_(loop), dependencies_(std::move(dependencies)) {}

DynsecAccess::~DynsecAccess() = default;

ports::DeviceTopics DynsecAccess::topics_of(const domain::DeviceId& device,
                                            const domain::Profile& profile) const {
  ports::DeviceTopics topics = dependencies_.topics_of(device, profile);
  std::sort(topics.publish.begin(), topics.publish.end());
  std::sort(topics.subscribe.begin(), topics.subscribe.end());
  return topics;
}

void DynsecAccess::grant(const domain::DeviceId& device, const domain::Profile& profile,
                         const base::SecretText& password, base::Done<void> done) {
  const std::string& name = device.str();
  ask(Json::array({delete_login(name), delete_role(name),
                   create_role(name, topics_of(device, profile)), create_login(name, password)}),
      without_answer(std::move(done)));
}

void DynsecAccess::ensure_listener(const std::string& name, const base::SecretText& password,
                                   base::Done<void> done) {
  const Json role = {
      {"command", "createRole"},
      {"rolename", name},
      {"acls", Json::array({rule("subscribePattern", "#"), rule("publishClientReceive", "#")})}};
  const Json login = {{"command", "createClient"},
                      {"username", name},
                      {"password", password.reveal()},
                      {"roles", Json::array({{{"rolename", name}}})}};
  ask(Json::array({role, login}), without_answer(std::move(done)));
}

void DynsecAccess::revoke(const std::string& device, base::Done<void> done) {
  // The plugin cuts the live connection of a login that it deletes.
  ask(Json::array({delete_login(device), delete_role(device)}), without_answer(std::move(done)));
}

void DynsecAccess::logins(base::Done<std::vector<ports::DeviceLogin>> done) {
  auto listing = std::make_shared<Listing>();
  listing->done = std::move(done);
  ask_page(std::move(listing));
}

void DynsecAccess::ask_page(std::shared_ptr<Listing> listing) {
  Json request = listing->request();
  ask(Json::array({std::move(request)}),
      [this, listing = std::move(listing)](base::Result<Json> responses) {
        after_page(listing, std::move(responses));
      });
}

void DynsecAccess::after_page(const std::shared_ptr<Listing>& listing,
                              base::Result<Json> responses) {
  if (!responses) return std::move(listing->done)(base::failure_of(std::move(responses)));
  listing->take(responses->front());
  if (listing->part != Listing::Part::kDone) return ask_page(listing);
  std::move(listing->done)(listing->result());
}

void DynsecAccess::ask(Json commands, base::Done<Json> done) {
  const std::uint64_t id = next_++;
  for (Json& command : commands) command["correlationData"] = std::to_string(id);
  requests_[id] = {
      std::move(done), loop_.after(kLimit, [this, id] {
        finish(id, base::fail(Code::kTimeout, "the site broker did not answer within 5 s"));
      })};
  dependencies_.send(base::dump_json({{"commands", std::move(commands)}}),
                     [this, id](base::Result<void> sent) {
                       if (!sent) finish(id, base::failure_of(std::move(sent), "site broker"));
                     });
}

void DynsecAccess::on_response(const std::string& payload) {
  auto json = base::parse_json(payload, kAnswer);
  if (!json) {
    base::log::warn("site_broker", "an answer cannot be read", {{"why", json.error()}});
    return;
  }
  Json responses = json->is_object() ? json->value("responses", Json()) : Json();
  if (!responses.is_array() || responses.empty()) return;
  std::uint64_t id = 0;
  base::Result<void> refused;
  for (const Json& response : responses) {
    const std::string correlation = text_in(response, "correlationData");
    if (!correlation.empty()) id = std::strtoull(correlation.c_str(), nullptr, 10);
    if (text_in(response, "error").empty() || is_harmless(response) || !refused) continue;
    refused = base::fail(Code::kRefused, "the site broker refused {}: {}",
                         text_in(response, "command"), text_in(response, "error"));
  }
  finish(id,
         refused ? base::Result<Json>(std::move(responses)) : base::failure_of(std::move(refused)));
}

void DynsecAccess::finish(std::uint64_t id, base::Result<Json> result) {
  auto node = requests_.extract(id);
  if (node.empty()) return;
  std::move(node.mapped().done)(std::move(result));
}

}  // namespace linli::site_broker
