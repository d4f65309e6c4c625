#include "firmware/daemon/backup_service.hpp"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "firmware/backup/key_words.hpp"
#include "firmware/backup/restore.hpp"
#include "firmware/base/bytes.hpp"
#include "firmware/base/id.hpp"
#include "firmware/daemon/backup_places.hpp"
#include "firmware/domain/event_time.hpp"
#include "firmware/tls/files.hpp"
#include "firmware/tls/random.hpp"

namespace linli::daemon {
namespace {

using base::Code;
using base::Json;
namespace fs = std::filesystem;

std::string folder_of(const Config& config) {
  return config.data_dir + "/backups";
}

// The oldest make room.
void keep_at_most(const std::string& folder, std::size_t count) {
  std::error_code failed;
  std::vector<std::pair<fs::file_time_type, fs::path>> files;
  for (const auto& entry : fs::directory_iterator(folder, failed))
    files.emplace_back(entry.last_write_time(failed), entry.path());
  std::sort(files.begin(), files.end());
  for (std::size_t i = 0; i + count < files.size(); ++i) fs::remove(files[i].second, failed);
}

base::Result<Json> make(const backup::Places& places, const backup::About& about,
                        const std::string& folder) {
  if (auto made = tls::make_private_directory(folder); !made)
    return base::failure_of(std::move(made));
  keep_at_most(folder, BackupService::kKept - 1);
  const auto random = tls::random_bytes(8);
  if (!random) return base::Failure(random.error());
  const std::string id = base::to_hex(*random);
  auto made = backup::make_backup(places, about, folder + "/" + id);
  if (!made) return base::failure_of(std::move(made));
  return Json{{"id", id},
              {"words", made->words},
              {"bytes", made->archive_bytes},
              {"files", made->files},
              {"warnings", made->warnings},
              {"time", domain::rfc3339(about.now_ms)}};
}

base::Result<Json> unpack(const std::string& archive, const base::SecretText& words, bool dry_run,
                          const backup::Places& places) {
  auto key = backup::key_of(words.reveal());
  if (!key) return base::failure_of(std::move(key));
  const std::string file = places.data_dir + "/restore.upload";
  if (auto written = tls::write_private_file(file, archive); !written)
    return base::fail(Code::kFull, "{}; nothing was changed", written.error().what);
  auto diff = backup::stage_restore(file, *key, places, dry_run);
  std::error_code ignored;
  fs::remove(file, ignored);
  return diff;
}

}  // namespace

void BackupService::make(base::Done<Json> done) {
  run_on<Json>(
      loop_, worker_,
      [places = places_of(config_, config_file_), about = about(config_),
       folder = folder_of(config_)] { return daemon::make(places, about, folder); },
      std::move(done));
}

base::Result<std::string> BackupService::file_of(const std::string& id) const {
  const std::string file = folder_of(config_) + "/" + id;
  if (base::is_id(id) && tls::file_exists(file)) return file;
  return base::fail(Code::kNotFound,
                    "no backup '{}' is here any more: only the last {} are kept until the next "
                    "start, make a new one",
                    id.substr(0, 64), kKept);
}

void BackupService::restore(std::string archive, base::SecretText words, bool dry_run,
                            base::Done<Json> done) {
  run_on<Json>(
      loop_, worker_,
      [places = places_of(config_, config_file_), archive = std::move(archive),
       words = std::move(words), dry_run] { return unpack(archive, words, dry_run, places); },
      std::move(done));
}

Json BackupService::last() const {
  return backup::last_backup(config_.data_dir);
}

}  // namespace linli::daemon
