#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "drivers/mqtt/mqtt_driver.hpp"
#include "firmware/base/json.hpp"
#include "firmware/core/command_ledger.hpp"
#include "firmware/core/device_admin.hpp"
#include "firmware/core/device_table.hpp"
#include "firmware/core/frame_log.hpp"
#include "firmware/core/interlock_desk.hpp"
#include "firmware/core/login_keeper.hpp"
#include "firmware/core/outbox_pump.hpp"
#include "firmware/core/report_intake.hpp"
#include "firmware/daemon/access_parts.hpp"
#include "firmware/daemon/coap_parts.hpp"
#include "firmware/daemon/config.hpp"
#include "firmware/daemon/console_parts.hpp"
#include "firmware/daemon/expiry_watch.hpp"
#include "firmware/daemon/gpio_parts.hpp"
#include "firmware/daemon/history_parts.hpp"
#include "firmware/daemon/osdp_parts.hpp"
#include "firmware/daemon/people_parts.hpp"
#include "firmware/daemon/system_clock.hpp"
#include "firmware/daemon/terminal_parts.hpp"
#include "firmware/ports/platform_link.hpp"
#include "firmware/site_broker/dynsec_access.hpp"
#include "firmware/storage/sqlite_store.hpp"
#include "firmware/tls/sealed_keys.hpp"

namespace linli::daemon {

// A certificate on which this gateway depends.
struct NamedCertificate {
  std::string layer;  // whose business it is
  std::string name;
  std::string file;
};

// The assembly: the one place that knows every part, makes them in order and ties them together.
class Gateway {
 public:
  // Opens the database and brings back what it holds; nothing is connected yet. Errors say what to
  // do.
  static base::Result<std::unique_ptr<Gateway>> open(base::Loop& loop, Config config);
  Gateway(const Gateway&) = delete;
  Gateway& operator=(const Gateway&) = delete;
  ~Gateway();

  // Connects to the site broker and the platform.
  void start();
  // What the console's server asks, before start(); without it there is no console.
  void on_request(console::RequestHandler handler) { on_request_ = std::move(handler); }

  // Applies a configuration that is valid. Only the parts whose sections changed are touched;
  // sections that need a restart are named in the answer.
  std::vector<std::string> apply(const Config& config);

  base::Loop& loop() { return loop_; }
  const Config& config() const { return config_; }
  ports::Store& store() { return *store_; }
  // See SqliteStore::on_replaced: the gateway must be opened again.
  void on_store_replaced(std::function<void()> observer) {
    store_->on_replaced(std::move(observer));
  }
  core::DeviceTable& devices() { return devices_; }
  core::DeviceAdmin& admin() { return *admin_; }
  core::CommandLedger& ledger() { return *ledger_; }
  core::InterlockDesk& interlocks() { return *interlocks_; }
  const core::InterlockDesk& interlocks() const { return *interlocks_; }
  // Reads the file of the fire rules again; whatever is wrong with it, the rules of before hold.
  void read_interlocks();
  core::Accounts& accounts() { return people_->accounts(); }
  scenarios::access::AccessScenario& doors() { return doors_->scenario(); }
  ports::KeyStore& keys() { return *keys_; }
  core::LoginKeeper& logins() { return *logins_; }
  const std::map<std::string, core::ProfilePtr>& profiles() const { return profiles_; }
  HistoryParts& history() { return *history_; }
  const core::ReportIntake& intake() const { return *intake_; }
  const core::OutboxPump* pump() const { return pump_.get(); }
  const ports::PlatformLink* link() const { return link_.get(); }
  const drivers::mqtt::MqttDriver& mqtt() const { return *mqtt_; }
  const CoapParts& coap() const { return *coap_; }
  OsdpParts& osdp() { return *osdp_; }
  const TerminalParts& terminals() const { return *terminals_; }
  const ConsoleParts* console() const { return console_.get(); }  // null: console.port is 0
  const SystemClock& clock() const { return *clock_; }
  core::FrameLog& frames() { return *frames_; }
  base::TimePoint started() const { return started_; }

  // All that the doctor looks at and that is warned of before it ends.
  std::vector<NamedCertificate> certificates() const;

  // Everything that is appended to the outbox, for linlictl events tail. Return false to be
  // forgotten.
  void follow(std::function<bool(const ports::OutboxChunk&)> follower) {
    followers_.push_back(std::move(follower));
  }

 private:
  Gateway(base::Loop& loop, Config config);

  base::Result<void> load_profiles();
  base::Result<void> open_store();
  base::Result<void> make_parts();
  base::Result<void> make_clock(ports::Query& query);
  void make_ledger();
  void make_intake();
  base::Result<void> make_people(ports::Query& query);
  base::Result<void> make_access(ports::Query& query);
  base::Result<void> make_expiry(ports::Query& query);
  base::Result<void> make_driver();
  ports::DeviceDriver* driver_of(std::string_view name);
  ports::DeviceAccess* own_access_of(std::string_view driver);
  base::Result<void> make_administration();
  base::Result<void> restore(ports::Query& query);
  base::Result<void> restore_devices(ports::Query& query);
  base::Result<void> restore_commands(ports::Query& query);
  void ensure_ear();
  void make_link();
  void start_link();
  void start_console();
  void restart_link(const Config::Platform& platform);
  bool differs_by_window_only(Config config) const;
  void look_at_clock();
  void save_time();

  base::Loop& loop_;
  Config config_;
  const base::TimePoint started_;
  std::map<std::string, core::ProfilePtr> profiles_;
  std::unique_ptr<SystemClock> clock_;
  std::vector<ports::InflightMark> marks_;
  std::vector<std::function<bool(const ports::OutboxChunk&)>> followers_;
  core::DeviceTable devices_;
  std::unique_ptr<core::FrameLog> frames_;
  std::unique_ptr<storage::SqliteStore> store_;
  std::unique_ptr<HistoryParts> history_;
  std::unique_ptr<AccessParts> doors_;  // outlives who tells it of reports and commands
  std::unique_ptr<core::InterlockDesk> interlocks_;
  std::unique_ptr<core::CommandLedger> ledger_;
  std::unique_ptr<core::ReportIntake> intake_;
  std::unique_ptr<tls::SealedKeys> keys_;
  std::unique_ptr<PeopleParts> people_;
  std::unique_ptr<site_broker::DynsecAccess> access_;
  std::unique_ptr<core::DeviceAdmin> admin_;
  std::unique_ptr<core::LoginKeeper> logins_;
  std::unique_ptr<drivers::mqtt::MqttDriver> mqtt_;
  std::unique_ptr<CoapParts> coap_;
  std::unique_ptr<OsdpParts> osdp_;
  std::unique_ptr<TerminalParts> terminals_;
  std::unique_ptr<GpioParts> gpio_;
  std::unique_ptr<ports::PlatformLink> link_;
  std::unique_ptr<core::OutboxPump> pump_;
  std::unique_ptr<ExpiryWatch> expiry_;
  console::RequestHandler on_request_;
  std::unique_ptr<ConsoleParts> console_;
  base::Handle console_timer_;
  base::Handle time_timer_;
  base::TimePoint next_save_{};
  bool is_offset_saved_ = false;  // of this boot
};

}  // namespace linli::daemon
