#include "firmware/daemon/config_table.hpp"

#include <array>

namespace linli::daemon {
namespace {

// The table of everything that can be configured; linlid --print-config shows the result.
const std::array kTable{// clang-format off
    ConfigRow{"gateway.id", IdRule{[](Config& c) -> auto& { return c.gateway.id; }},
              "the gateway's name at the platform 网关编号"},
    ConfigRow{"gateway.site", IdRule{[](Config& c) -> auto& { return c.gateway.site; }},
              "the compound 小区"},
    ConfigRow{"data_dir", PathRule{[](Config& c) -> auto& { return c.data_dir; }},
              "where the database lives", Effect::kFile},
    ConfigRow{"interlocks", PathRule{[](Config& c) -> auto& { return c.interlocks; }, true},
              "what opens when there is a fire 消防联动, see interlocks.schema.json; read again on reload; empty: none", Effect::kFile},
    ConfigRow{"log.level", WordRule{[](Config& c) -> auto& { return c.log.level; }, {"debug", "info", "warn", "error"}},
              "the lowest level that is written", Effect::kLive},
    ConfigRow{"log.target", WordRule{[](Config& c) -> auto& { return c.log.target; }, {"auto", "stderr", "journal"}},
              "auto: the journal if stderr is one", Effect::kLive},
    ConfigRow{"control.socket", PathRule{[](Config& c) -> auto& { return c.control.socket; }},
              "where linlictl finds the daemon", Effect::kFile},
    ConfigRow{"control.group", TextRule{[](Config& c) -> auto& { return c.control.group; }, 32},
              "a group whose members may use linlictl; empty: root and the daemon's user only", Effect::kFile},
    ConfigRow{"identity.dir", PathRule{[](Config& c) -> auto& { return c.identity.dir; }},
              "keys and certificates, see linlictl keys", Effect::kFile},
    ConfigRow{"profiles.dirs", ListRule{[](Config& c) -> auto& { return c.profiles.dirs; }, true},
              "folders of device models 物模型, searched in order", Effect::kFile},
    ConfigRow{"store.commit_window_ms", IntegerRule{[](Config& c) -> auto& { return c.store.commit_window_ms; }, 0, 5000},
              "how long telemetry may wait for company in a commit; urgent classes never wait", Effect::kLive},
    ConfigRow{"store.max_mb", IntegerRule{[](Config& c) -> auto& { return c.store.max_mb; }, 1, 1048576},
              "size of the database; keep it below 70 % of the partition"},
    ConfigRow{"store.ballast_mb", IntegerRule{[](Config& c) -> auto& { return c.store.ballast_mb; }, 0, 1024},
              "room kept aside for a full disk"},
    ConfigRow{"store.quota_mb.alarm", IntegerRule{[](Config& c) -> auto& { return c.store.quota_mb.alarm; }, 1, 1048576},
              "what may wait for the platform in the stream alarm"},
    ConfigRow{"store.quota_mb.access", IntegerRule{[](Config& c) -> auto& { return c.store.quota_mb.access; }, 1, 1048576},
              "what may wait for the platform in the stream access"},
    ConfigRow{"store.quota_mb.money", IntegerRule{[](Config& c) -> auto& { return c.store.quota_mb.money; }, 1, 1048576},
              "what may wait for the platform in the stream money"},
    ConfigRow{"store.quota_mb.ticket", IntegerRule{[](Config& c) -> auto& { return c.store.quota_mb.ticket; }, 1, 1048576},
              "what may wait for the platform in the stream ticket"},
    ConfigRow{"store.quota_mb.command", IntegerRule{[](Config& c) -> auto& { return c.store.quota_mb.command; }, 1, 1048576},
              "what may wait for the platform in the stream command"},
    ConfigRow{"store.quota_mb.telemetry", IntegerRule{[](Config& c) -> auto& { return c.store.quota_mb.telemetry; }, 1, 1048576},
              "what may wait for the platform in the stream telemetry"},
    ConfigRow{"retention.access_days", IntegerRule{[](Config& c) -> auto& { return c.retention.access_days; }, 1, 3650},
              "days of running for which the access log 通行记录 can be looked back on", Effect::kLive},
    ConfigRow{"retention.alarm_days", IntegerRule{[](Config& c) -> auto& { return c.retention.alarm_days; }, 1, 3650},
              "the same for alarms 告警", Effect::kLive},
    ConfigRow{"retention.command_days", IntegerRule{[](Config& c) -> auto& { return c.retention.command_days; }, 1, 3650},
              "the same for commands 指令 and their outcomes", Effect::kLive},
    ConfigRow{"retention.other_days", IntegerRule{[](Config& c) -> auto& { return c.retention.other_days; }, 1, 3650},
              "the same for all other events", Effect::kLive},
    ConfigRow{"retention.credential_days", IntegerRule{[](Config& c) -> auto& { return c.retention.credential_days; }, 1, 3650},
              "days of running for which a revoked card, PIN, code or face 已注销的凭证 is remembered", Effect::kLive},
    ConfigRow{"retention.consent_days", IntegerRule{[](Config& c) -> auto& { return c.retention.consent_days; }, 1, 3650},
              "the same for the proof of a consent 同意 that was taken back", Effect::kLive},
    ConfigRow{"broker.dir", PathRule{[](Config& c) -> auto& { return c.broker.dir; }},
              "the site broker's configuration and logins, see linlictl broker init", Effect::kFile},
    ConfigRow{"broker.socket", PathRule{[](Config& c) -> auto& { return c.broker.socket; }},
              "the Unix socket between gateway and site broker", Effect::kFile},
    ConfigRow{"broker.listen", TextRule{[](Config& c) -> auto& { return c.broker.listen; }, 64},
              "address on which devices reach the broker", Effect::kRollback},
    ConfigRow{"broker.port", IntegerRule{[](Config& c) -> auto& { return c.broker.port; }, 1, 65535},
              "port on which devices reach the broker with TLS", Effect::kRollback},
    ConfigRow{"broker.plain_port", IntegerRule{[](Config& c) -> auto& { return c.broker.plain_port; }, 0, 65535},
              "loopback port without TLS, for measurements; 0: none", Effect::kRollback},
    ConfigRow{"broker.hosts", ListRule{[](Config& c) -> auto& { return c.broker.hosts; }, false},
              "names and addresses of the broker in its certificate", Effect::kRollback},
    ConfigRow{"broker.run_as", TextRule{[](Config& c) -> auto& { return c.broker.run_as; }, 32},
              "the user that the broker stays when started as root", Effect::kFile},
    ConfigRow{"broker.max_devices", IntegerRule{[](Config& c) -> auto& { return c.broker.max_devices; }, 1, 100000},
              "connections that the broker takes", Effect::kRollback},
    ConfigRow{"broker.max_packet_kb", IntegerRule{[](Config& c) -> auto& { return c.broker.max_packet_kb; }, 70, 2048},
              "the longest message that the broker takes; 1200 where face terminals send pictures", Effect::kRollback},
    ConfigRow{"mqtt.window", IntegerRule{[](Config& c) -> auto& { return c.mqtt.window; }, 1, 1000},
              "messages that may wait for their commit before reading stops"},
    ConfigRow{"mqtt.keepalive_s", IntegerRule{[](Config& c) -> auto& { return c.mqtt.keepalive_s; }, 5, 300},
              "keep-alive between gateway and site broker"},
    ConfigRow{"coap.listen", TextRule{[](Config& c) -> auto& { return c.coap.listen; }, 64},
              "address on which CoAP devices reach the gateway; opened with the first of them"},
    ConfigRow{"coap.port", IntegerRule{[](Config& c) -> auto& { return c.coap.port; }, 1, 65535},
              "UDP port for coaps, with a key for each device"},
    ConfigRow{"coap.plain_port", IntegerRule{[](Config& c) -> auto& { return c.coap.plain_port; }, 0, 65535},
              "UDP port for CoAP without keys, usually 5683; 0: none"},
    ConfigRow{"coap.plain_from", ListRule{[](Config& c) -> auto& { return c.coap.plain_from; }, false},
              "subnets of the devices that may speak without a key"},
    ConfigRow{"coap.silent_after_s", IntegerRule{[](Config& c) -> auto& { return c.coap.silent_after_s; }, 0, 2678400},
              "a device that was not heard for so long is offline, if its model has no heartbeat; 0: never"},
    ConfigRow{"osdp.buses", ListRule{[](Config& c) -> auto& { return c.osdp.buses; }, false, true},
              "RS-485 buses of card readers 读卡器总线, name=/dev/ttyUSB0@9600 or name=tcp://host:port@9600"},
    ConfigRow{"osdp.turnaround_ms", IntegerRule{[](Config& c) -> auto& { return c.osdp.turnaround_ms; }, 0, 100},
              "silence on a bus between two frames; more for slow converters"},
    ConfigRow{"gpio.lines", ListRule{[](Config& c) -> auto& { return c.gpio.lines; }, false, true},
              "lines of this board 本机 GPIO, name=gpiochip0/17 in pull-up low or name=gpiochip0/22 out fail-safe"},
    ConfigRow{"gpio.debounce_ms", IntegerRule{[](Config& c) -> auto& { return c.gpio.debounce_ms; }, 0, 1000},
              "how long a contact on a line must stand still before it counts"},
    ConfigRow{"console.listen", TextRule{[](Config& c) -> auto& { return c.console.listen; }, 64},
              "address on which people reach the console 管理页面", Effect::kRollback},
    ConfigRow{"console.port", IntegerRule{[](Config& c) -> auto& { return c.console.port; }, 0, 65535},
              "its port for HTTPS; 0: no console", Effect::kRollback},
    ConfigRow{"console.hosts", ListRule{[](Config& c) -> auto& { return c.console.hosts; }, false, true},
              "names and addresses by which browsers may call it, also in its certificate; empty: broker.hosts", Effect::kRollback},
    ConfigRow{"console.contact", TextRule{[](Config& c) -> auto& { return c.console.contact; }, 256},
              "for security.txt: mailto:… or https://…, where a weakness is told; empty: none", Effect::kLive},
    ConfigRow{"console.web", PathRule{[](Config& c) -> auto& { return c.console.web; }},
              "the folder of its pages, read at the start", Effect::kFile},
    ConfigRow{"platform.link", WordRule{[](Config& c) -> auto& { return c.platform.link; }, {"off", "mqtt", "coap"}},
              "the way to the platform 平台", Effect::kRollback},
    ConfigRow{"platform.host", TextRule{[](Config& c) -> auto& { return c.platform.host; }, 253},
              "the platform's host name; on MQTT verified against its certificate", Effect::kRollback},
    ConfigRow{"platform.port", IntegerRule{[](Config& c) -> auto& { return c.platform.port; }, 1, 65535},
              "the platform's port for MQTT", Effect::kRollback},
    ConfigRow{"platform.protocol", WordRule{[](Config& c) -> auto& { return c.platform.protocol; }, {"mqtt5", "mqtt311"}},
              "mqtt311 cannot say that a batch was refused", Effect::kRollback},
    ConfigRow{"platform.ca", PathRule{[](Config& c) -> auto& { return c.platform.ca; }, true},
              "CA that signs the platform's certificate, for MQTT", Effect::kRollback},
    ConfigRow{"platform.certificate", PathRule{[](Config& c) -> auto& { return c.platform.certificate; }, true},
              "our certificate", Effect::kRollback},
    ConfigRow{"platform.key", PathRule{[](Config& c) -> auto& { return c.platform.key; }, true},
              "its key", Effect::kRollback},
    ConfigRow{"platform.coap.port", IntegerRule{[](Config& c) -> auto& { return c.platform.coap.port; }, 1, 65535},
              "the platform's UDP port for CoAP with DTLS", Effect::kRollback},
    ConfigRow{"platform.coap.identity", TextRule{[](Config& c) -> auto& { return c.platform.coap.identity; }, 128},
              "what we call ourselves in the DTLS handshake", Effect::kRollback},
    ConfigRow{"platform.coap.key_file", PathRule{[](Config& c) -> auto& { return c.platform.coap.key_file; }, true},
              "one line of 16 to 128 characters: the pre-shared key; readable for its owner only (chmod 600)", Effect::kRollback},
    ConfigRow{"platform.keepalive_s", IntegerRule{[](Config& c) -> auto& { return c.platform.keepalive_s; }, 5, 600},
              "keep-alive with the platform", Effect::kRollback},
    ConfigRow{"platform.drain_per_s", IntegerRule{[](Config& c) -> auto& { return c.platform.drain_per_s; }, 0, 1000000},
              "events a second of a backlog; 0: no limit", Effect::kRollback},
    ConfigRow{"platform.backoff.first_spread_ms", IntegerRule{[](Config& c) -> auto& { return c.platform.backoff.first_spread_ms; }, 0, 3600000},
              "the first attempt after an outage is within this", Effect::kRollback},
    ConfigRow{"platform.backoff.base_ms", IntegerRule{[](Config& c) -> auto& { return c.platform.backoff.base_ms; }, 10, 600000},
              "then within this, doubling", Effect::kRollback},
    ConfigRow{"platform.backoff.cap_ms", IntegerRule{[](Config& c) -> auto& { return c.platform.backoff.cap_ms; }, 10, 3600000},
              "up to this", Effect::kRollback},
    ConfigRow{"devices.flood_per_s", IntegerRule{[](Config& c) -> auto& { return c.devices.flood_per_s; }, 1, 1000000},
              "readings a second of one device; more are dropped and counted", Effect::kLive},
                        // clang-format on
}
;

}  // namespace

std::string_view name(Effect effect) {
  switch (effect) {
    case Effect::kRestart:
      return "restart";
    case Effect::kLive:
      return "live";
    case Effect::kRollback:
      return "rollback";
    case Effect::kFile:
      return "file";
  }
  return "restart";
}

std::span<const ConfigRow> config_table() {
  return kTable;
}

}  // namespace linli::daemon
