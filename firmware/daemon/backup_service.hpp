#pragma once

#include <memory>
#include <string>

#include "firmware/base/json.hpp"
#include "firmware/base/loop.hpp"
#include "firmware/base/once.hpp"
#include "firmware/base/secret.hpp"
#include "firmware/daemon/config.hpp"
#include "firmware/daemon/worker.hpp"

namespace linli::daemon {

// Backup and restore for the API; linlictl uses firmware/backup itself, without a daemon. All that
// blocks runs on the worker. Loop thread only; `done`s run once, later than the call.
class BackupService {
 public:
  // `config` must outlive it.
  BackupService(base::Loop& loop, Worker& worker, const Config& config, std::string config_file)
      : loop_(loop), worker_(worker), config_(config), config_file_(std::move(config_file)) {}

  // Makes one archive and reads it back with its key before it says so: {"id","words":[24],
  // "bytes","files","warnings":[…],"time"}. The words are nowhere else: who loses them loses the
  // backup. The last kKept archives stay, each until it is fetched or the next start. kFull if the
  // disk is.
  static constexpr int kKept = 2;
  void make(base::Done<base::Json> done);

  // The file of an archive that make() named, for a download; kNotFound.
  base::Result<std::string> file_of(const std::string& id) const;

  // What restoring this archive would change: {"diff":[{"what","text":{"zh","en"}}],"summary":{…},
  // "staged":bool}. Unless dry_run it is then staged, and taken over at the next start of the
  // daemon (start_anew() of the daemon will do). kDenied: the words are not this archive's key, try
  // again; kInvalid: the words are no key; kCorrupt: the archive is damaged or cut off;
  // kUnsupported: a newer linlid made it.
  void restore(std::string archive, base::SecretText words, bool dry_run,
               base::Done<base::Json> done);

  // {"time","bytes","files"} of the last one that was made here, by whomever; null.
  base::Json last() const;

 private:
  base::Loop& loop_;
  Worker& worker_;
  const Config& config_;
  std::string config_file_;
};

}  // namespace linli::daemon
