#include "tests/powercut/recording.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

namespace linli::powercut {
namespace {

Recorder* living = nullptr;

std::string name_of(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

// The index of shared memory is made anew after a power cut, and nothing is in the lock file.
bool is_durable_data(const std::string& name) {
  return !name.ends_with("-shm") && !name.ends_with(".lock");
}

std::map<std::string, std::size_t> numbered(const Files& files) {
  std::map<std::string, std::size_t> names;
  for (const auto& [name, content] : files) names.emplace(name, names.size());
  return names;
}

}  // namespace

std::map<std::string, std::size_t> Recording::names_after(std::size_t count) const {
  auto names = numbered(begun_with);
  for (std::size_t i = 0; i < count; ++i) {
    const Operation& operation = operations[i];
    if (operation.kind == Kind::kCreate) names[operation.name] = operation.file;
    if (operation.kind == Kind::kDelete || operation.kind == Kind::kRename)
      names.erase(operation.name);
    if (operation.kind == Kind::kRename) names[operation.new_name] = operation.file;
  }
  return names;
}

std::size_t Recording::files_after(std::size_t count) const {
  std::size_t files = begun_with.size();
  for (std::size_t i = 0; i < count; ++i) files += operations[i].kind == Kind::kCreate ? 1 : 0;
  return files;
}

std::string Recording::describe(std::size_t index) const {
  const Operation& operation = operations.at(index);
  std::string name = operation.name;
  for (const auto& [known, file] : names_after(index)) {
    if (name.empty() && file == operation.file) name = known;
  }
  switch (operation.kind) {
    case Kind::kCreate:
      return "create " + name;
    case Kind::kWrite:
      return fmt::format("write {} at {}, {} bytes", name, operation.offset,
                         operation.bytes.size());
    case Kind::kTruncate:
      return fmt::format("truncate {} to {}", name, operation.offset);
    case Kind::kSync:
      return "sync " + name;
    case Kind::kDelete:
      return "delete " + name;
    case Kind::kRename:
      return fmt::format("rename {} to {}", name, operation.new_name);
    case Kind::kSyncDirectory:
      return "sync the directory";
  }
  return {};
}

Recorder::Recorder(const std::string& directory)
    : Recorder(directory, {read_directory(directory), {}}) {}

Recorder::Recorder(std::string directory, Recording history)
    : directory_(std::move(directory)), recording_(std::move(history)) {
  names_ = recording_.names_after(recording_.operations.size());
  files_ = recording_.files_after(recording_.operations.size());
  living = this;
}

Recorder::~Recorder() {
  living = nullptr;
}

Recorder* Recorder::of(const std::string& path) {
  if (living == nullptr) return nullptr;
  const bool is_inside = std::filesystem::path(path).parent_path() == living->directory_;
  return is_inside && is_durable_data(path) ? living : nullptr;
}

void Recorder::add(Operation operation) {
  recording_.operations.push_back(std::move(operation));
}

std::size_t Recorder::opened(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const std::string name = name_of(path);
  if (const auto known = names_.find(name); known != names_.end()) return known->second;
  names_[name] = files_;
  add({Kind::kCreate, files_, name, {}, 0, {}});
  return files_++;
}

void Recorder::wrote(std::size_t file, std::uint64_t offset, std::string bytes) {
  const std::lock_guard lock(mutex_);
  add({Kind::kWrite, file, {}, {}, offset, std::move(bytes)});
}

void Recorder::truncated(std::size_t file, std::uint64_t size) {
  const std::lock_guard lock(mutex_);
  add({Kind::kTruncate, file, {}, {}, size, {}});
}

void Recorder::synced(std::size_t file) {
  const std::lock_guard lock(mutex_);
  add({Kind::kSync, file, {}, {}, 0, {}});
}

void Recorder::deleted(const std::string& path) {
  const std::lock_guard lock(mutex_);
  const auto known = names_.find(name_of(path));
  if (known == names_.end()) return;
  add({Kind::kDelete, known->second, known->first, {}, 0, {}});
  names_.erase(known);
}

void Recorder::renamed(const std::string& from, const std::string& to) {
  const std::lock_guard lock(mutex_);
  const auto known = names_.find(name_of(from));
  if (known == names_.end()) return;
  add({Kind::kRename, known->second, known->first, name_of(to), 0, {}});
  names_[name_of(to)] = known->second;
  names_.erase(known);
}

void Recorder::directory_synced() {
  const std::lock_guard lock(mutex_);
  add({Kind::kSyncDirectory, 0, {}, {}, 0, {}});
}

std::size_t Recorder::count() const {
  const std::lock_guard lock(mutex_);
  return recording_.operations.size();
}

Recording Recorder::take() {
  const std::lock_guard lock(mutex_);
  return std::move(recording_);
}

Files read_directory(const std::string& directory) {
  Files files;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    const std::string name = entry.path().filename().string();
    if (!is_durable_data(name)) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    std::ostringstream content;
    content << in.rdbuf();
    files[name] = content.str();
  }
  return files;
}

void write_directory(const std::string& directory, const Files& files) {
  std::filesystem::remove_all(directory);
  std::filesystem::create_directories(directory);
  for (const auto& [name, content] : files) {
    std::ofstream out(std::filesystem::path(directory) / name, std::ios::binary);
    out.write(content.data(), static_cast<std::streamsize>(content.size()));
  }
}

}  // namespace linli::powercut
