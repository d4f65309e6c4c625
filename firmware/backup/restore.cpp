#include "firmware/backup/restore.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "firmware/backup/archive.hpp"
#include "firmware/backup/owner.hpp"
#include "firmware/base/log.hpp"
#include "firmware/storage/database_copy.hpp"
#include "firmware/storage/store_files.hpp"
#include "firmware/tls/files.hpp"

namespace linli::backup {
namespace {

using base::Code;
using base::Json;
namespace fs = std::filesystem;

constexpr std::size_t kMaxFiles = 1000;

bool is_expected(const std::string& name) {
  static const std::set<std::string> kAlone{
      "manifest.json", "database.db",       "config.json",
      "settings.json", "platform/ca",       "platform/certificate",
      "platform/key",  "platform/coap_key", "platform/interlocks"};
  const bool is_in_folder = name.starts_with("identity/") || name.starts_with("broker/");
  return kAlone.contains(name) ||
         (is_in_folder && name.find('/') == name.rfind('/') && !name.ends_with('/'));
}

// Writes what is in an archive into a folder.
class Unpacker {
 public:
  explicit Unpacker(std::string folder) : folder_(std::move(folder)) {}

  base::Result<void> unpack(const std::string& archive, const base::SecretText& key) {
    for (const char* sub : {"", "/identity", "/broker", "/platform"}) {
      if (auto made = tls::make_private_directory(folder_ + sub); !made) return made;
    }
    return read_archive(
        archive, key,
        {[this](const TarEntry& entry) { return begin(entry); },
         [this](std::string_view bytes) { return write(bytes); }, [this] { return end(); }});
  }

 private:
  base::Result<void> begin(const TarEntry& entry) {
    if (!is_expected(entry.name) || ++files_ > kMaxFiles)
      return base::fail(Code::kCorrupt, "the archive holds '{}', which no backup does", entry.name);
    path_ = folder_ + "/" + entry.name;
    // Made with its mode first: there are keys among them.
    const int fd = open(path_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0) return failed("write");
    close(fd);
    out_.open(path_, std::ios::binary | std::ios::trunc);
    return out_ ? base::Result<void>() : failed("write");
  }
  base::Result<void> write(std::string_view bytes) {
    errno = 0;
    return out_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()))
               ? base::Result<void>()
               : failed("write");
  }
  base::Result<void> end() {
    errno = 0;
    out_.close();
    if (!out_) return failed("write");
    return storage::sync_file(path_);
  }
  base::Failure failed(const char* doing) const {
    const bool is_full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
    return base::fail(is_full ? Code::kFull : Code::kInternal,
                      "cannot {} {}: {}; nothing was changed", doing, path_, std::strerror(errno));
  }

  std::string folder_;
  std::string path_;
  std::ofstream out_;
  std::size_t files_ = 0;
};

void remove_all(const std::string& folder) {
  std::error_code ignored;
  fs::remove_all(folder, ignored);
}

base::Result<Json> unpack_and_compare(const std::string& archive, const base::SecretText& key,
                                      const Places& places, const std::string& part) {
  if (auto unpacked = Unpacker(part).unpack(archive, key); !unpacked)
    return base::failure_of(std::move(unpacked));
  if (auto checked = storage::check_copy(part + "/database.db"); !checked)
    return base::failure_of(std::move(checked));
  return restore_diff(part, places);
}

base::Result<void> make_ready(const Places& places, const std::string& part) {
  auto epoch = storage::renew_copy(part + "/database.db");
  if (!epoch) return base::failure_of(std::move(epoch));
  const std::string ready = places.data_dir + kStaged;
  remove_all(ready);
  give_to_owner_of(places.data_dir, part);
  for (const char* sub : {"/identity/", "/broker/", "/platform/", "/"}) {
    if (auto synced = storage::sync_directory_of(part + sub); !synced) return synced;
  }
  if (auto moved = storage::rename_if_there(part, ready); !moved) return moved;
  return storage::sync_directory_of(ready);
}

base::Result<void> put(const std::string& from, const std::string& to) {
  auto text = tls::read_file(from);
  if (!text) return base::failure_of(std::move(text));
  return tls::write_private_file(to, *text);
}

base::Result<void> put_folder(const std::string& from, const std::string& to) {
  if (auto made = tls::make_private_directory(to); !made) return made;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(from, failed)) {
    const std::string name = entry.path().filename().string();
    if (auto done = put(entry.path().string(), fmt::format("{}/{}", to, name)); !done) return done;
  }
  return {};
}

// These may lie where the daemon must not write: whoever restores is told.
void put_files(const std::string& from, const Places& places) {
  for (const auto& [name, path] : places.files) {
    const std::string staged = fmt::format("{}/{}", from, name);
    if (!tls::file_exists(staged)) continue;
    const auto now = tls::read_file(path);
    const auto then = tls::read_file(staged);
    if (now && then && *now == *then) continue;
    if (auto done = put(staged, path); !done) {
      base::log::error("restore", "a file of the backup is not in its place: put it there by hand",
                       {{"file", path}, {"why", done.error()}});
    }
  }
}

}  // namespace

base::Result<Json> stage_restore(const std::string& archive, const base::SecretText& key,
                                 const Places& places, bool dry_run) {
  if (auto made = tls::make_private_directory(places.data_dir); !made)
    return base::failure_of(std::move(made));
  const std::string part = places.data_dir + "/restore.part";
  remove_all(part);
  auto diff = unpack_and_compare(archive, key, places, part);
  if (diff && !dry_run) {
    if (auto ready = make_ready(places, part); !ready) diff = base::failure_of(std::move(ready));
  }
  remove_all(part);
  if (diff) (*diff)["staged"] = !dry_run;
  return diff;
}

base::Result<bool> take_over(const Places& places) {
  const std::string ready = places.data_dir + kStaged;
  if (!tls::file_exists(ready)) return false;
  if (auto done = put_folder(ready + "/identity", places.identity_dir); !done)
    return base::failure_of(std::move(done), "restore");
  if (auto done = put_folder(ready + "/broker", places.broker_dir); !done)
    return base::failure_of(std::move(done), "restore");
  put_files(ready + "/platform", places);
  if (tls::file_exists(ready + "/settings.json")) {
    if (auto done = put(ready + "/settings.json", places.settings()); !done)
      return base::failure_of(std::move(done), "restore");
  } else {
    unlink(places.settings().c_str());
  }
  // The last step that is not undone: without the staged database all above is written once more.
  if (auto done = storage::replace_database(ready + "/database.db", places.database()); !done)
    return base::failure_of(std::move(done), "restore");
  remove_all(ready);
  base::log::warn("restore", "the restored backup is in place",
                  {{"old_database", places.database() + ".before-restore"}});
  return true;
}

void give_to_owner_of(const std::string& directory, const std::string& path) {
  struct stat owner {};
  if (geteuid() != 0 || stat(directory.c_str(), &owner) != 0 || owner.st_uid == 0) return;
  std::error_code failed;
  std::vector<std::string> all{path};
  for (const auto& entry : fs::recursive_directory_iterator(path, failed))
    all.push_back(entry.path().string());
  for (const std::string& each : all) {
    if (lchown(each.c_str(), owner.st_uid, owner.st_gid) != 0) {
      base::log::error("backup", "a file could not be given to the daemon's user",
                       {{"file", each}, {"why", std::strerror(errno)}});
    }
  }
}

}  // namespace linli::backup
