#include "firmware/daemon/profile_files.hpp"

#include <filesystem>
#include <utility>

#include "firmware/domain/profile_codec.hpp"
#include "firmware/tls/files.hpp"

namespace linli::daemon {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kEnding = ".tm.jsonld";

}  // namespace

base::Result<std::map<std::string, std::shared_ptr<const domain::Profile>>> load_profiles(
    const std::vector<std::string>& dirs) {
  std::map<std::string, std::shared_ptr<const domain::Profile>> profiles;
  for (const std::string& dir : dirs) {
    std::error_code error;
    for (const auto& entry : fs::recursive_directory_iterator(dir, error)) {
      const std::string path = entry.path().string();
      if (!entry.is_regular_file() || !path.ends_with(kEnding)) continue;
      std::string name = fs::relative(entry.path(), dir).generic_string();
      name.resize(name.size() - kEnding.size());
      auto text = tls::read_file(path);
      if (!text) return base::failure_of(std::move(text));
      auto profile = domain::parse_profile(name, *text);
      if (!profile) return base::failure_of(std::move(profile), path);
      profiles.emplace(name, std::make_shared<const domain::Profile>(*std::move(profile)));
    }
  }
  if (profiles.empty()) {
    return base::fail(base::Code::kNotFound, "no device models in {}: see profiles.dirs",
                      fmt::join(dirs, ", "));
  }
  return profiles;
}

}  // namespace linli::daemon
