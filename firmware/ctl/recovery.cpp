#include "firmware/ctl/recovery.hpp"

#include <unistd.h>

#include <filesystem>
#include <functional>
#include <iostream>
#include <nlohmann/json.hpp>

#include "firmware/backup/archive.hpp"
#include "firmware/backup/key_words.hpp"
#include "firmware/backup/restore.hpp"
#include "firmware/ctl/local.hpp"
#include "firmware/ctl/show.hpp"
#include "firmware/ctl/show_operations.hpp"
#include "firmware/daemon/backup_places.hpp"
#include "firmware/tls/files.hpp"

namespace linli::ctl {
namespace {

using base::Code;
using base::Json;

constexpr int kAttempts = 5;
constexpr std::size_t kMaxConfig = 256 * 1024;

std::string absolute(const std::string& file) {
  return file.empty() ? file : std::filesystem::absolute(file).string();
}

int print(const Invocation& in, const Json& answer, void (*show)(const Json&)) {
  in.json ? void(std::cout << answer.dump(2) << "\n") : show(answer);
  return kDone;
}

// A wrong key is no end: whoever types it may try again.
template <class T>
base::Result<T> with_key(const Invocation& in,
                         const std::function<base::Result<T>(const base::SecretText&)>& use) {
  if (in.params.contains("key_file")) {
    auto words = tls::read_file(in.params["key_file"].get<std::string>());
    if (!words) return base::failure_of(std::move(words));
    auto key = backup::key_of(*words);
    return key ? use(*key) : base::failure_of(std::move(key));
  }
  base::Result<T> result = base::fail(Code::kInvalid, "no key was given");
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    std::string words;
    std::cerr << "the key, 24 words: " << std::flush;
    if (!std::getline(std::cin, words)) return result;
    auto key = backup::key_of(words);
    result = key ? use(*key) : base::failure_of(std::move(key));
    const bool is_key_wrong =
        !result && (result.error().code == Code::kDenied || result.error().code == Code::kInvalid);
    if (!is_key_wrong) return result;
    std::cerr << result.error().what << "\n";
  }
  return result;
}

// The configuration as it stands in the archive.
base::Result<std::string> config_in(const std::string& archive, const base::SecretText& key) {
  std::string name;
  std::string config;
  auto read = backup::read_archive(archive, key,
                                   {[&name](const backup::TarEntry& entry) -> base::Result<void> {
                                      name = entry.name;
                                      return {};
                                    },
                                    [&name, &config](std::string_view bytes) -> base::Result<void> {
                                      if (name == "config.json" && config.size() < kMaxConfig)
                                        config += bytes;
                                      return {};
                                    },
                                    []() -> base::Result<void> { return {}; }});
  if (!read) return base::failure_of(std::move(read));
  if (config.empty()) return base::fail(Code::kNotFound, "no configuration file is in the archive");
  return config;
}

base::Result<Json> stage(const Invocation& in, const base::SecretText& key) {
  const std::string archive = absolute(in.params.value("file", ""));
  const bool dry_run = in.params.value("dry_run", false);
  const std::string config_file = absolute(in.config);
  if (!in.params.value("with_config", false)) {
    const auto config = config_of(in);
    if (!config) return base::Failure(config.error());
    return backup::stage_restore(archive, key, daemon::places_of(*config, config_file), dry_run);
  }
  // Its folders and names are those of the archive's configuration.
  if (config_file.empty())
    return base::fail(Code::kInvalid, "--with-config needs --config FILE: where shall it stand?");
  auto text = config_in(archive, key);
  if (!text) return base::failure_of(std::move(text));
  const auto reading =
      daemon::read_config(*text, std::filesystem::path(config_file).parent_path().string());
  if (!reading.problems.empty()) {
    return base::fail(Code::kInvalid, "the configuration in the archive: {}",
                      daemon::describe(reading.problems.front(), "config.json"));
  }
  auto diff =
      backup::stage_restore(archive, key, daemon::places_of(reading.config, config_file), dry_run);
  if (!diff || dry_run) return diff;
  if (auto written = tls::write_private_file(config_file, *text); !written)
    return base::failure_of(std::move(written));
  std::filesystem::permissions(config_file, std::filesystem::perms(0644));
  return diff;
}

}  // namespace

int backup_make(const Invocation& in) {
  const std::string file = absolute(in.params.value("file", ""));
  if (file.empty()) {
    show_error({Code::kInvalid, "name the archive: linlictl backup FILE"}, in.json);
    return kUsage;
  }
  const auto config = config_of(in);
  if (!config) return show_error(config.error(), in.json);
  const auto made = backup::make_backup(daemon::places_of(*config, absolute(in.config)),
                                        daemon::about(*config), file);
  if (!made) return show_error(made.error(), in.json);
  return print(in,
               {{"file", file},
                {"bytes", made->archive_bytes},
                {"files", made->files},
                {"words", made->words},
                {"warnings", made->warnings}},
               show_backup);
}

int backup_verify(const Invocation& in) {
  const std::string file = absolute(in.params.value("file", ""));
  const auto verified = with_key<backup::Verified>(
      in, [&file](const base::SecretText& key) { return backup::verify_backup(file, key); });
  if (!verified) return show_error(verified.error(), in.json);
  return print(in,
               {{"files", verified->files},
                {"bytes", verified->bytes},
                {"manifest", base::parse_json(verified->manifest).value_or(Json::object())}},
               show_verified);
}

int restore(const Invocation& in) {
  const auto diff =
      with_key<Json>(in, [&in](const base::SecretText& key) { return stage(in, key); });
  if (!diff) return show_error(diff.error(), in.json);
  return print(in, *diff, show_diff);
}

}  // namespace linli::ctl
