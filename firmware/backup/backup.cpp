#include "firmware/backup/backup.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "firmware/backup/archive.hpp"
#include "firmware/backup/key_words.hpp"
#include "firmware/backup/owner.hpp"
#include "firmware/base/json_reader.hpp"
#include "firmware/domain/event_time.hpp"
#include "firmware/storage/database_copy.hpp"
#include "firmware/tls/files.hpp"
#include "firmware/tls/random.hpp"

namespace linli::backup {
namespace {

using base::Code;
using base::Json;
namespace fs = std::filesystem;

constexpr std::uint64_t kReserve = 64ULL * 1024 * 1024;
constexpr std::size_t kMaxManifest = 64 * 1024;

// A file that is gone again when this is.
class Temporary {
 public:
  explicit Temporary(std::string path) : path_(std::move(path)) { remove(); }
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  ~Temporary() { remove(); }
  const std::string& path() const { return path_; }

 private:
  void remove() const { unlink(path_.c_str()); }
  std::string path_;
};

bool is_good_name(const std::string& name) {
  return !name.empty() && name.size() <= 80 &&
         name.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
             std::string::npos;
}

// A backup must not be what fills the disk on which events are stored.
base::Result<void> check_room(const Places& places, const std::string& file) {
  std::error_code failed;
  const auto parent = fs::absolute(file).parent_path();
  const fs::space_info space = fs::space(parent, failed);
  if (failed)
    return base::fail(Code::kNotFound, "cannot write into {}: {}", parent.string(),
                      failed.message());
  const std::uint64_t database = fs::file_size(places.database(), failed);
  const std::uint64_t needed = (failed ? 0 : 2 * database) + kReserve;
  if (space.available >= needed) return {};
  return base::fail(Code::kFull,
                    "a backup needs {} MiB in {} for a while, and {} are free: write it elsewhere",
                    needed >> 20U, parent.string(), space.available >> 20U);
}

class Maker {
 public:
  Maker(const Places& places, const About& about) : places_(places), about_(about) {}

  base::Result<Made> make(const std::string& file) {
    auto key_bytes = tls::random_bytes(tls::ChunkCipher::kKeyBytes);
    if (!key_bytes) return base::failure_of(std::move(key_bytes));
    const base::SecretText key(*std::move(key_bytes));
    const Temporary part(file + ".part");
    const Temporary copy(file + ".part.db");
    if (auto copied = storage::copy_database(places_.database(), copy.path()); !copied)
      return base::failure_of(std::move(copied), "copying the database");
    auto facts = storage::check_copy(copy.path());
    if (!facts) return base::failure_of(std::move(facts));
    auto writer = ArchiveWriter::create(part.path(), key, about_.now_ms / 1000);
    if (!writer) return base::failure_of(std::move(writer));
    archive_ = writer->get();
    if (auto added = add_all(*facts, copy.path()); !added)
      return base::failure_of(std::move(added));
    if (auto finished = archive_->finish(); !finished) return base::failure_of(std::move(finished));
    return prove(part.path(), file, key);
  }

 private:
  base::Result<void> add_all(const storage::DatabaseFacts& facts, const std::string& database) {
    const Json manifest = {{"format", kFormat},         {"made", domain::rfc3339(about_.now_ms)},
                           {"version", about_.version}, {"gateway", about_.gateway},
                           {"site", about_.site},       {"epoch", facts.epoch},
                           {"schema", facts.schema}};
    if (auto added = archive_->add_text("manifest.json", manifest.dump(2) + "\n"); !added)
      return added;
    if (auto added = archive_->add_file("database.db", database); !added) return added;
    if (auto added = add_own_files(); !added) return added;
    for (const auto& [folder, path] : {std::pair{std::string("identity"), places_.identity_dir},
                                       std::pair{std::string("broker"), places_.broker_dir}}) {
      if (auto added = add_folder(folder, path); !added) return added;
    }
    return add_platform();
  }

  base::Result<void> add_own_files() {
    for (const auto& [name, path] : {std::pair{"config.json", places_.config_file},
                                     std::pair{"settings.json", places_.settings()},
                                     std::pair{"identity/secret.key", places_.sealing_key_file}}) {
      if (path.empty() || !tls::file_exists(path)) continue;
      if (auto added = archive_->add_file(name, path); !added) return added;
    }
    if (!tls::file_exists(places_.sealing_key_file))
      made_.warnings.emplace_back(
          "the key that opens stored passwords is not here (is it a systemd credential?): keep it "
          "yourself, or each device needs a new password after a restore");
    return {};
  }

  base::Result<void> add_platform() {
    for (const auto& [name, path] : places_.files) {
      if (!tls::file_exists(path)) {
        made_.warnings.push_back(path + " is not there, and so not in the backup");
      } else if (auto added = archive_->add_file("platform/" + name, path); !added) {
        return added;
      }
    }
    return {};
  }

  base::Result<void> add_folder(const std::string& folder, const std::string& path) {
    std::error_code failed;
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(path, failed)) {
      if (entry.is_regular_file(failed)) files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    for (const fs::path& file : files) {
      const std::string name = file.filename().string();
      if (folder == "identity" && name == "secret.key") continue;
      if (!is_good_name(name)) {
        made_.warnings.push_back(file.string() + " has a name that is not ours: left out");
      } else if (auto added = archive_->add_file(fmt::format("{}/{}", folder, name), file.string());
                 !added) {
        return added;
      }
    }
    return {};
  }

  // The way that a restore will take, from the words on.
  base::Result<Made> prove(const std::string& part, const std::string& file,
                           const base::SecretText& key) {
    made_.words = words_of(key);
    auto typed = key_of(fmt::format("{}", fmt::join(made_.words, " ")));
    if (!typed) return base::failure_of(std::move(typed));
    auto verified = verify_backup(part, *typed);
    if (!verified) return base::failure_of(std::move(verified), "reading the archive back");
    if (verified->files != archive_->files() || verified->bytes != archive_->bytes())
      return base::fail(Code::kInternal, "the archive does not hold what was put into it");
    made_.files = verified->files;
    made_.bytes = verified->bytes;
    std::error_code failed;
    made_.archive_bytes = fs::file_size(part, failed);
    fs::rename(part, file, failed);
    if (failed) return base::fail(Code::kInternal, "cannot write {}: {}", file, failed.message());
    return std::move(made_);
  }

  const Places& places_;
  const About& about_;
  ArchiveWriter* archive_ = nullptr;
  Made made_;
};

base::Result<void> check_manifest(const Json& manifest) {
  base::JsonReader in(manifest, "manifest");
  in.integer("format", {1, kFormat});
  for (const char* member : {"made", "version", "gateway", "site", "epoch"}) in.text(member, 256);
  in.integer("schema", {1, 1'000'000});
  return in.finish();
}

}  // namespace

base::Result<Made> make_backup(const Places& places, const About& about, const std::string& file) {
  if (tls::file_exists(file))
    return base::fail(Code::kConflict, "{} is there already: choose another name", file);
  if (auto room = check_room(places, file); !room) return base::failure_of(std::move(room));
  auto made = Maker(places, about).make(file);
  if (!made) return made;
  const Json last = {{"time", domain::rfc3339(about.now_ms)},
                     {"bytes", made->archive_bytes},
                     {"files", made->files}};
  const std::string note = places.data_dir + "/last_backup.json";
  if (auto noted = tls::write_private_file(note, base::dump_json(last)); !noted)
    made->warnings.push_back("that this backup was made is not noted: " + noted.error().what);
  give_to_owner_of(places.data_dir, note);
  return made;
}

base::Result<Verified> verify_backup(const std::string& file, const base::SecretText& key) {
  Verified verified;
  std::string name;
  std::string manifest;
  bool has_database = false;
  auto read =
      read_archive(file, key,
                   {[&verified, &name, &has_database](const TarEntry& entry) -> base::Result<void> {
                      name = entry.name;
                      ++verified.files;
                      verified.bytes += entry.bytes;
                      has_database = has_database || (name == "database.db" && entry.bytes > 0);
                      return {};
                    },
                    [&name, &manifest](std::string_view bytes) -> base::Result<void> {
                      if (name == "manifest.json" && manifest.size() < kMaxManifest)
                        manifest += bytes;
                      return {};
                    },
                    []() -> base::Result<void> { return {}; }});
  if (!read) return base::failure_of(std::move(read));
  auto json = base::parse_json(manifest);
  if (!json || !has_database)
    return base::fail(Code::kCorrupt, "the archive lacks its manifest or its database");
  if (auto checked = check_manifest(*json); !checked) return base::failure_of(std::move(checked));
  verified.manifest = std::move(manifest);
  return verified;
}

Json last_backup(const std::string& data_dir) {
  const auto text = tls::read_file(data_dir + "/last_backup.json");
  return text ? base::parse_json(*text).value_or(Json()) : Json();
}

}  // namespace linli::backup
