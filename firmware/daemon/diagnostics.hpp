#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "firmware/base/json.hpp"
#include "firmware/base/loop.hpp"
#include "firmware/base/once.hpp"
#include "firmware/daemon/log_ring.hpp"
#include "firmware/daemon/worker.hpp"

namespace linli::daemon {

struct DiagnosticFile {
  std::string name = {};
  std::string what = {};  // one sentence for people
  std::string text = {};
  int redacted = 0;
};

// What only the loop can tell, taken at the moment of the asking.
struct DiagnosticSnapshot {
  std::vector<DiagnosticFile> files = {};      // status, doctor, configuration, devices, metrics
  std::vector<std::string> certificates = {};  // files; subjects and dates are read
  std::string data_dir = {};
  std::vector<std::string> names = {};  // of devices, for people: not to be in the bundle
};

// The bundle that helps others to find a fault without learning anything of the residents. Names of
// people are looked up in the database and taken out with the rest (daemon::Redactor). Loop thread
// only; `done`s run once, later than the call.
class Diagnostics {
 public:
  static constexpr std::size_t kMaxBytes = 5 * 1024 * 1024;  // of the bundle
  static constexpr std::size_t kMaxFileBytes = 4 * 1024 * 1024;

  struct Dependencies {
    std::function<DiagnosticSnapshot()> snapshot;
    std::shared_ptr<const LogRing> log;
  };
  Diagnostics(base::Loop& loop, Worker& worker, Dependencies dependencies)
      : loop_(loop), worker_(worker), dependencies_(std::move(dependencies)) {}

  // {"files":[{"name","bytes","what","redacted"}],"bytes","redacted"}: what the bundle would hold.
  void preview(base::Done<base::Json> done);
  // A tar.gz of at most kMaxBytes; the oldest log lines are left out first.
  void bundle(base::Done<std::string> done);

 private:
  base::Loop& loop_;
  Worker& worker_;
  Dependencies dependencies_;
};

// All files of the bundle, redacted. Blocking.
std::vector<DiagnosticFile> diagnostic_files(DiagnosticSnapshot snapshot, std::string log,
                                             std::int64_t now_ms);
// Blocking.
std::string pack_diagnostics(std::vector<DiagnosticFile> files, std::int64_t now_s,
                             std::size_t max_bytes);

}  // namespace linli::daemon
