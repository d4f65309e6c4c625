#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "firmware/console/api/house.hpp"
#include "firmware/console/server_counts.hpp"
#include "firmware/daemon/gateway.hpp"
#include "firmware/tls/identity.hpp"

namespace linli::daemon {

// What the console's API asks the daemon. Loop thread only.
class ConsoleHouse final : public console::api::House {
 public:
  explicit ConsoleHouse(Gateway& gateway);

  // Begins to follow what has no state of its own: since when the link is up or down, what was
  // lost.
  void start();
  // For the metrics: what the console's server counts.
  void on_counts(std::function<console::ServerCounts()> counts) { counts_ = std::move(counts); }

  Facts facts() const override;
  core::DeviceSurroundings around(const core::Device& device) const override;
  void readiness(base::Done<std::vector<Check>> done) override;
  std::vector<core::ProfilePtr> profiles() const override;
  base::Json credentials_json(const ports::DeviceCredentials& credentials) const override;
  base::Result<std::string> random_word() override;
  core::TodoSnapshot todo_around() const override;
  std::vector<console::api::MetricFamily> metrics() const override;
  void platform(base::Done<base::Json> done) override;
  base::Json operations() const override;
  void device_changed(const std::string& device) override;
  void on_last_backup(std::function<base::Json()> last) { last_backup_ = std::move(last); }

 private:
  struct Certificate {
    std::string name;
    std::string layer;
    std::optional<tls::CertificateInfo> info;
  };
  struct LastError {
    std::string what;
    std::int64_t unix_ms = 0;
  };
  struct OldestRun;

  void look();
  void look_back();
  void look_at_certificates();
  std::uint64_t waiting() const;
  console::api::MetricFamily certificate_days() const;
  std::string link_state() const;
  base::Json certificates_json() const;
  base::Json streams_json(const std::map<domain::Stream, std::int64_t>& oldest) const;
  void read_oldest(const std::shared_ptr<OldestRun>& run);
  base::Json platform_json(const std::map<domain::Stream, std::int64_t>& oldest) const;

  Gateway& gateway_;
  std::int64_t started_ms_ = 0;
  std::string link_state_;
  std::optional<std::int64_t> link_since_ms_;
  std::optional<LastError> last_error_;
  core::TodoSnapshot::Loss loss_;
  std::optional<std::int64_t> salvaged_ms_;
  std::vector<Certificate> certificates_;
  std::function<console::ServerCounts()> counts_;
  std::function<base::Json()> last_backup_;
  base::Handle look_timer_;
  base::Handle look_back_timer_;
};

}  // namespace linli::daemon
