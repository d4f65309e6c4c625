#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "firmware/console/limits.hpp"
#include "firmware/console/static_files.hpp"

// From the directory into memory.
namespace linli::console {
namespace {

namespace fs = std::filesystem;
using base::Code;

base::Result<Bytes> content_of(const fs::path& file) {
  std::error_code error;
  const auto size = fs::file_size(file, error);
  if (error) return base::fail(Code::kInternal, "{}: {}", file.string(), error.message());
  if (size > limits::kFileBytes)
    return base::fail(Code::kFull, "{} is larger than {} bytes", file.string(), limits::kFileBytes);
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) return base::fail(Code::kInternal, "{} cannot be read", file.string());
  return std::make_shared<const std::string>(std::move(text).str());
}

// "x.js.br" → "x.js".
std::string original_of(const std::string& path) {
  return path.ends_with(".br") || path.ends_with(".gz") ? path.substr(0, path.size() - 3) : path;
}

class Walk {
 public:
  explicit Walk(const std::string& directory) : root_(directory) {}

  base::Result<std::map<std::string, StaticFiles::File>> run() {
    std::error_code error;
    // Links are not followed: what is served is what was installed.
    for (auto at = fs::recursive_directory_iterator(root_, error);
         !error && at != fs::recursive_directory_iterator(); at.increment(error)) {
      if (fs::is_symlink(at->symlink_status()) || !at->is_regular_file(error)) continue;
      if (auto taken = take(at->path()); !taken) return base::failure_of(std::move(taken));
    }
    if (error) {
      return base::fail(Code::kNotFound, "the pages in {} cannot be read ({}): see console.web",
                        root_.string(), error.message());
    }
    // A variant whose original is missing is no file of its own.
    std::erase_if(files_, [](const auto& entry) { return entry.second.plain == nullptr; });
    return std::move(files_);
  }

 private:
  base::Result<void> take(const fs::path& file) {
    auto bytes = content_of(file);
    if (!bytes) return base::failure_of(std::move(bytes));
    all_bytes_ += (*bytes)->size();
    const std::string path = "/" + file.lexically_relative(root_).generic_string();
    const std::string original = original_of(path);
    StaticFiles::File& entry = files_[original];
    entry.type = content_type_of(original);
    (path == original        ? entry.plain
     : path.ends_with(".br") ? entry.brotli
                             : entry.gzip) = *std::move(bytes);
    if (files_.size() > limits::kFiles || all_bytes_ > limits::kAllFileBytes) {
      return base::fail(Code::kFull, "{} holds more than {} files or {} bytes", root_.string(),
                        limits::kFiles, limits::kAllFileBytes);
    }
    return {};
  }

  fs::path root_;
  std::map<std::string, StaticFiles::File> files_;
  std::size_t all_bytes_ = 0;
};

}  // namespace

base::Result<StaticFiles> StaticFiles::read(const std::string& directory) {
  auto files = Walk(directory).run();
  if (!files) return base::failure_of(std::move(files));
  if (files->empty()) {
    return base::fail(Code::kNotFound, "there are no pages in {}: see console.web", directory);
  }
  return StaticFiles(directory, *std::move(files));
}

}  // namespace linli::console
