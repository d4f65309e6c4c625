#include "firmware/site_broker/dynsec_access.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/log.hpp"
#include "firmware/tls/random.hpp"

namespace linli::site_broker {
namespace {

using base::Code;
using base::Json;

constexpr auto kLimit = std::chrono::seconds(5);

std::string role_of(const domain::DeviceId& device) {
  return "device-" + device.str();
}

Json rule(const char* type, const std::string& topic) {
  return {{"acltype", type}, {"topic", topic}, {"priority", 0}, {"allow", true}};
}

Json delete_login(const domain::DeviceId& device) {
  return {{"command", "deleteClient"}, {"username", device.str()}};
}
Json delete_role(const domain::DeviceId& device) {
  return {{"command", "deleteRole"}, {"rolename", role_of(device)}};
}

Json create_role(const domain::DeviceId& device, const DeviceTopics& topics) {
  Json rules = Json::array();
  for (const std::string& topic : topics.publish) rules.push_back(rule("publishClientSend", topic));
  for (const std::string& topic : topics.subscribe) {
    rules.push_back(rule("subscribePattern", topic));
    rules.push_back(rule("publishClientReceive", topic));
  }
  return {{"command", "createRole"}, {"rolename", role_of(device)}, {"acls", std::move(rules)}};
}

Json create_login(const domain::DeviceId& device, const base::SecretText& password) {
  return {{"command", "createClient"},
          {"username", device.str()},
          {"password", password.reveal()},
          {"roles", Json::array({{{"rolename", role_of(device)}}})}};
}

// Deleting what is not there is what was wanted.
bool is_harmless(const Json& response) {
  const std::string command = response.value("command", "");
  const std::string error = response.value("error", "");
  return command.starts_with("delete") && error.find("not found") != std::string::npos;
}

}  // namespace

DynsecAccess::DynsecAccess(base::Loop& loop, Dependencies dependencies)
    : loop_(loop), dependencies_(std::move(dependencies)) {}

DynsecAccess::~DynsecAccess() = default;

void DynsecAccess::grant(const domain::DeviceId& device, const domain::Profile& profile,
                         base::Done<ports::DeviceCredentials> done) {
  auto password = tls::random_password();
  if (!password) {
    loop_.post([done = std::move(done), error = password.error()]() mutable {
      std::move(done)(base::Failure(error));
    });
    return;
  }
  DeviceTopics topics = dependencies_.topics_of(device, profile);
  Json commands = Json::array({delete_login(device), delete_role(device),
                               create_role(device, topics), create_login(device, *password)});
  ports::DeviceCredentials credentials{device.str(), *std::move(password),
                                       std::move(topics.publish), std::move(topics.subscribe)};
  ask(std::move(commands), [done = std::move(done), credentials = std::move(credentials)](
                               base::Result<void> answer) mutable {
    if (!answer) return std::move(done)(base::failure_of(std::move(answer)));
    std::move(done)(std::move(credentials));
  });
}

void DynsecAccess::revoke(const domain::DeviceId& device, base::Done<void> done) {
  // The plugin cuts the live connection of a login that it deletes.
  ask(Json::array({delete_login(device), delete_role(device)}), std::move(done));
}

void DynsecAccess::ask(Json commands, base::Done<void> done) {
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
  const auto json = base::parse_json(payload);
  if (!json || !json->is_object() || !json->contains("responses") ||
      !(*json)["responses"].is_array())
    return;
  std::uint64_t id = 0;
  base::Result<void> result;
  for (const Json& response : (*json)["responses"]) {
    if (!response.is_object()) continue;
    const Json correlation = response.value("correlationData", Json());
    if (correlation.is_string())
      id = std::strtoull(correlation.get<std::string>().c_str(), nullptr, 10);
    if (!response.contains("error") || is_harmless(response) || !result) continue;
    result = base::fail(Code::kRefused, "the site broker refused {}: {}",
                        response.value("command", "a request"), response.value("error", ""));
  }
  finish(id, std::move(result));
}

void DynsecAccess::finish(std::uint64_t id, base::Result<void> result) {
  auto node = requests_.extract(id);
  if (node.empty()) return;
  std::move(node.mapped().done)(std::move(result));
}

}  // namespace linli::site_broker
