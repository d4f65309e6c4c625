#include "firmware/site_broker/broker_files.hpp"

#include <nlohmann/json.hpp>

#include "firmware/base/json.hpp"
#include "firmware/tls/files.hpp"
#include "firmware/tls/random.hpp"

namespace linli::site_broker {
namespace {

constexpr unsigned kIterations =
    101;  // what the plugin itself uses; our passwords are 160 random bits
constexpr std::size_t kSaltBytes = 12;  // the plugin refuses any other length
constexpr const char* kPlugin = "/usr/lib/{}-linux-gnu/mosquitto_dynamic_security.so";

#if defined(__aarch64__)
constexpr const char* kArchitecture = "aarch64";
#else
constexpr const char* kArchitecture = "x86_64";
#endif

base::Json rule(const char* type, const char* topic) {
  return {{"acltype", type}, {"topic", topic}, {"priority", 0}, {"allow", true}};
}

base::Json role(const char* name, base::Json rules) {
  return {{"rolename", name}, {"acls", std::move(rules)}};
}

base::Result<base::Json> login(const char* name, const base::SecretText& password) {
  auto salt = tls::random_bytes(kSaltBytes);
  if (!salt) return base::failure_of(std::move(salt));
  auto hash = tls::pbkdf2_sha512(password.reveal(), *salt, kIterations);
  if (!hash) return base::failure_of(std::move(hash));
  return base::Json{{"username", name},
                    {"roles", base::Json::array({{{"rolename", name}}})},
                    {"password", tls::base64(*hash)},
                    {"salt", tls::base64(*salt)},
                    {"iterations", kIterations}};
}

}  // namespace

std::string render_configuration(const BrokerSettings& s) {
  std::string out =
      "# Written by linlictl broker init; edit the gateway's configuration instead.\n";
  const auto line = [&out](std::string_view text, std::string_view why) {
    out += fmt::format("# {}\n{}\n\n", why, text);
  };
  line("per_listener_settings false", "one set of rules for all listeners");
  line("allow_anonymous false", "every device has a login of its own");
  line(fmt::format("plugin {}\nplugin_opt_config_file {}/dynamic-security.json",
                   fmt::format(fmt::runtime(kPlugin), kArchitecture), s.directory),
       "logins, roles and topic rules, changed while the broker runs");
  line(
      fmt::format("persistence true\npersistence_location {}/\nautosave_interval 300", s.directory),
      "keeps sessions over a clean restart; what must not be lost has an acknowledgement of the "
      "gateway's own");
  line("max_inflight_messages 1000", "the gateway acknowledges in batches, after its commits");
  // No limit: 2.0.11 loses count of what has left the queue. After so many messages in all, not at
  // a time, a limit makes it drop whatever would have to wait, for ever. The service unit bounds
  // the process instead.
  line("max_queued_messages 0", "what waits while the gateway restarts");
  line("set_tcp_nodelay true", "a command must not wait for the acknowledgement of the last one");
  line(fmt::format("max_packet_size {}", s.max_packet_bytes),
       "the largest payload the gateway reads is 64 KiB, but for the pictures of terminals, which "
       "it "
       "throws away");
  // No memory_limit: 2.0.11 counts memory that the dynamic security plugin frees but never counted
  // when it was allocated. After a handful of devices the count wraps around and everybody is "out
  // of memory". The service unit bounds the process instead.
  line("max_keepalive 300", "a device that is gone is noticed");
  line("persistent_client_expiration 1d", "sessions of devices that never come back");
  line("retain_available false", "retained messages are not used and could be piled up");
  line("upgrade_outgoing_qos false", "nobody gets more than was sent");
  line("log_dest stderr\nlog_type error\nlog_type warning\nlog_type notice",
       "to the service manager");
  if (!s.run_as.empty()) line("user " + s.run_as, "stay this user when started as root");
  // These two belong to the listener above them, not to the whole: said once for each.
  const std::string own = fmt::format("use_username_as_clientid true\nmax_connections {}",
                                      s.max_devices + s.max_devices / 5 + 8);
  line("listener 0 " + s.socket + "\n" + own,
       "the gateway itself, guarded by the directory's mode");
  if (s.plain_port != 0) {
    line(fmt::format("listener {} 127.0.0.1\n{}", s.plain_port, own),
         "loopback without TLS, for measurements only");
  }
  line(fmt::format("listener {} {}\n{}\ncertfile {}\nkeyfile {}\ntls_version tlsv1.2", s.port,
                   s.listen, own, s.certificate_file, s.key_file),
       "devices, with TLS; a login that is also the client id cannot take over another's session");
  return out;
}

base::Result<std::string> initial_logins(const base::SecretText& password) {
  auto ingest = login(kIngestUser, password);
  if (!ingest) return base::failure_of(std::move(ingest));
  auto outlet = login(kOutletUser, password);
  if (!outlet) return base::failure_of(std::move(outlet));
  auto ear = login(kEarUser, password);
  if (!ear) return base::failure_of(std::move(ear));
  const base::Json file = {
      {"defaultACLAccess",
       {{"publishClientSend", false},
        {"publishClientReceive", false},
        {"subscribe", false},
        {"unsubscribe", true}}},
      {"clients", base::Json::array({*ingest, *outlet, *ear})},
      {"groups", base::Json::array()},
      {"roles",
       base::Json::array(
           {role(kIngestUser, base::Json::array({rule("subscribePattern", "#"),
                                                 rule("publishClientReceive", "#")})),
            role(kEarUser, base::Json::array(
                               {rule("subscribePattern", "#"), rule("publishClientReceive", "#")})),
            role(kOutletUser,
                 base::Json::array({rule("publishClientSend", "#"),
                                    rule("publishClientSend", "$CONTROL/dynamic-security/#"),
                                    rule("publishClientReceive", "$CONTROL/dynamic-security/#"),
                                    rule("subscribePattern", "$CONTROL/dynamic-security/#")}))})},
  };
  return base::dump_json(file) + "\n";
}

base::Result<void> write_broker_files(const BrokerSettings& settings) {
  if (auto made = tls::make_private_directory(settings.directory); !made) return made;
  const std::string configuration = settings.directory + "/mosquitto.conf";
  if (auto written = tls::write_private_file(configuration, render_configuration(settings));
      !written)
    return written;
  const std::string logins = settings.directory + "/dynamic-security.json";
  const std::string password_file = settings.directory + "/gateway.password";
  if (tls::file_exists(logins) && tls::file_exists(password_file)) return {};
  auto password = tls::random_password();
  if (!password) return base::failure_of(std::move(password));
  auto content = initial_logins(*password);
  if (!content) return base::failure_of(std::move(content));
  if (auto written = tls::write_private_file(password_file, password->reveal()); !written)
    return written;
  return tls::write_private_file(logins, *content);
}

}  // namespace linli::site_broker
