#include "firmware/daemon/profile_files.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "firmware/base/id.hpp"
#include "firmware/domain/profile_codec.hpp"
#include "firmware/tls/files.hpp"

namespace linli::daemon {
namespace {

namespace fs = std::filesystem;
using base::Code;

constexpr std::string_view kEnding = ".tm.jsonld";
constexpr std::size_t kMaxFiles = 4096;
constexpr std::size_t kMaxProblems = 10;

class Loader {
 public:
  void read_dir(const std::string& dir) {
    for (const fs::path& vendor : entries(dir)) {
      std::error_code error;
      if (!fs::is_directory(vendor, error)) continue;
      for (const fs::path& file : entries(vendor)) {
        if (file.string().ends_with(kEnding)) read_file(file);
      }
    }
  }

  base::Result<Profiles> finish(const std::vector<std::string>& dirs) {
    if (!problems_.empty()) return base::fail(Code::kInvalid, "{}", fmt::join(problems_, "; "));
    if (profiles_.empty()) {
      return base::fail(Code::kNotFound, "no device models in {}: see profiles.dirs",
                        fmt::join(dirs, ", "));
    }
    return std::move(profiles_);
  }

 private:
  // In the order of their names, so that a problem is the same on every machine.
  std::vector<fs::path> entries(const fs::path& dir) {
    std::vector<fs::path> paths;
    std::error_code error;
    fs::directory_iterator each(dir, error);
    for (; !error && each != fs::directory_iterator(); each.increment(error)) {
      paths.push_back(each->path());
      if (paths.size() > kMaxFiles) {
        note(dir, "holds too many files");
        break;
      }
    }
    if (error) note(dir, "cannot be listed: " + error.message());
    std::sort(paths.begin(), paths.end());
    return paths;
  }

  void read_file(const fs::path& file) {
    const std::string vendor = file.parent_path().filename().string();
    std::string model = file.filename().string();
    model.resize(model.size() - kEnding.size());
    if (!base::is_id(vendor) || !base::is_id(model))
      return note(file, "use a-z A-Z 0-9 . _ - in the names of vendor and model");
    const std::string name = vendor + "/" + model;
    const auto text = tls::read_file(file.string());
    if (!text) return note(file, text.error().what);
    auto profile = domain::parse_profile(name, *text);
    if (!profile) return note(file, profile.error().what);
    profiles_.emplace(name, std::make_shared<const domain::Profile>(*std::move(profile)));
  }

  void note(const fs::path& path, const std::string& problem) {
    if (problems_.size() < kMaxProblems) problems_.push_back(path.string() + ": " + problem);
  }

  Profiles profiles_;
  std::vector<std::string> problems_;
};

}  // namespace

base::Result<Profiles> load_profiles(const std::vector<std::string>& dirs) {
  Loader loader;
  for (const std::string& dir : dirs) loader.read_dir(dir);
  return loader.finish(dirs);
}

}  // namespace linli::daemon
