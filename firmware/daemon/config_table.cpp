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
              "where the database lives"},
    ConfigRow{"log.level", WordRule{[](Config& c) -> auto& { return c.log.level; }, {"debug", "info", "warn", "error"}},
              "the lowest level that is written"},
    ConfigRow{"log.target", WordRule{[](Config& c) -> auto& { return c.log.target; }, {"auto", "stderr", "journal"}},
              "auto: the journal if stderr is one"},
    ConfigRow{"control.socket", PathRule{[](Config& c) -> auto& { return c.control.socket; }},
              "where linlictl finds the daemon"},
    ConfigRow{"control.group", TextRule{[](Config& c) -> auto& { return c.control.group; }, 32},
              "a group whose members may use linlictl; empty: root and the daemon's user only"},
    ConfigRow{"identity.dir", PathRule{[](Config& c) -> auto& { return c.identity.dir; }},
              "keys and certificates, see linlictl keys"},
    ConfigRow{"profiles.dirs", ListRule{[](Config& c) -> auto& { return c.profiles.dirs; }, true},
              "folders of device models 物模型, searched in order"},
    ConfigRow{"store.commit_window_ms", IntegerRule{[](Config& c) -> auto& { return c.store.commit_window_ms; }, 0, 5000},
              "how long telemetry may wait for company in a commit; urgent classes never wait"},
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
    ConfigRow{"broker.dir", PathRule{[](Config& c) -> auto& { return c.broker.dir; }},
              "the site broker's configuration and logins, see linlictl broker init"},
    ConfigRow{"broker.socket", PathRule{[](Config& c) -> auto& { return c.broker.socket; }},
              "the Unix socket between gateway and site broker"},
    ConfigRow{"broker.listen", TextRule{[](Config& c) -> auto& { return c.broker.listen; }, 64},
              "address on which devices reach the broker"},
    ConfigRow{"broker.port", IntegerRule{[](Config& c) -> auto& { return c.broker.port; }, 1, 65535},
              "port on which devices reach the broker with TLS"},
    ConfigRow{"broker.plain_port", IntegerRule{[](Config& c) -> auto& { return c.broker.plain_port; }, 0, 65535},
              "loopback port without TLS, for measurements; 0: none"},
    ConfigRow{"broker.hosts", ListRule{[](Config& c) -> auto& { return c.broker.hosts; }, false},
              "names and addresses of the broker in its certificate"},
    ConfigRow{"broker.run_as", TextRule{[](Config& c) -> auto& { return c.broker.run_as; }, 32},
              "the user that the broker stays when started as root"},
    ConfigRow{"broker.max_devices", IntegerRule{[](Config& c) -> auto& { return c.broker.max_devices; }, 1, 100000},
              "connections that the broker takes"},
    ConfigRow{"mqtt.window", IntegerRule{[](Config& c) -> auto& { return c.mqtt.window; }, 1, 1000},
              "messages that may wait for their commit before reading stops"},
    ConfigRow{"mqtt.keepalive_s", IntegerRule{[](Config& c) -> auto& { return c.mqtt.keepalive_s; }, 5, 300},
              "keep-alive between gateway and site broker"},
    ConfigRow{"platform.link", WordRule{[](Config& c) -> auto& { return c.platform.link; }, {"off", "mqtt"}},
              "the way to the platform 平台"},
    ConfigRow{"platform.host", TextRule{[](Config& c) -> auto& { return c.platform.host; }, 253},
              "the platform's host name, verified against its certificate"},
    ConfigRow{"platform.port", IntegerRule{[](Config& c) -> auto& { return c.platform.port; }, 1, 65535},
              "the platform's port"},
    ConfigRow{"platform.protocol", WordRule{[](Config& c) -> auto& { return c.platform.protocol; }, {"mqtt5", "mqtt311"}},
              "mqtt311 cannot say that a batch was refused"},
    ConfigRow{"platform.ca", PathRule{[](Config& c) -> auto& { return c.platform.ca; }, true},
              "CA that signs the platform's certificate"},
    ConfigRow{"platform.certificate", PathRule{[](Config& c) -> auto& { return c.platform.certificate; }, true},
              "our certificate"},
    ConfigRow{"platform.key", PathRule{[](Config& c) -> auto& { return c.platform.key; }, true},
              "its key"},
    ConfigRow{"platform.keepalive_s", IntegerRule{[](Config& c) -> auto& { return c.platform.keepalive_s; }, 5, 600},
              "keep-alive with the platform"},
    ConfigRow{"platform.drain_per_s", IntegerRule{[](Config& c) -> auto& { return c.platform.drain_per_s; }, 0, 1000000},
              "events a second of a backlog; 0: no limit"},
    ConfigRow{"platform.backoff.first_spread_ms", IntegerRule{[](Config& c) -> auto& { return c.platform.backoff.first_spread_ms; }, 0, 3600000},
              "the first attempt after an outage is within this"},
    ConfigRow{"platform.backoff.base_ms", IntegerRule{[](Config& c) -> auto& { return c.platform.backoff.base_ms; }, 10, 600000},
              "then within this, doubling"},
    ConfigRow{"platform.backoff.cap_ms", IntegerRule{[](Config& c) -> auto& { return c.platform.backoff.cap_ms; }, 10, 3600000},
              "up to this"},
    ConfigRow{"devices.flood_per_s", IntegerRule{[](Config& c) -> auto& { return c.devices.flood_per_s; }, 1, 1000000},
              "readings a second of one device; more are dropped and counted"},
                        // clang-format on
}
;

}  // namespace

std::span<const ConfigRow> config_table() {
  return kTable;
}

}  // namespace linli::daemon
