#include "tests/powercut/disk_image.hpp"

#include <algorithm>

namespace linli::powercut {
namespace {

constexpr std::uint64_t kSector = 512;
constexpr double kTorn = 1.0 / 3;        // of the writes that survive
constexpr double kLengthOnly = 1.0 / 8;  // of the writes that do not

struct File {
  std::string seen;        // by programs, as long as the power stays on
  std::string kept;        // on disk
  std::size_t synced = 0;  // operations before this one are on disk
};

void put(std::string& content, std::uint64_t offset, const std::string& bytes) {
  if (content.size() < offset + bytes.size()) content.resize(offset + bytes.size());
  content.replace(offset, bytes.size(), bytes);
}

void keep_sector(File& file, std::uint64_t sector) {
  const std::uint64_t begin = sector * kSector;
  if (begin >= file.seen.size()) return;
  const std::uint64_t size = std::min<std::uint64_t>(kSector, file.seen.size() - begin);
  if (file.kept.size() < begin + size) file.kept.resize(begin + size);
  std::copy_n(file.seen.begin() + static_cast<std::ptrdiff_t>(begin), size,
              file.kept.begin() + static_cast<std::ptrdiff_t>(begin));
}

class Disk {
 public:
  Disk(const Recording& recording, std::size_t count, Survival survival, Random& random)
      : recording_(recording), count_(count), survival_(survival), random_(random) {
    files_.resize(recording.files_after(count));
    std::size_t number = 0;
    for (const auto& [name, content] : recording.begun_with) {
      files_[number] = {content, content, 0};
      names_[name] = number++;
    }
    find_syncs();
  }

  Files after_cut() {
    for (std::size_t i = 0; i < count_; ++i) apply(recording_.operations[i], i);
    Files left;
    for (const auto& [name, number] : names_) left[name] = files_[number].kept;
    return left;
  }

 private:
  void find_syncs() {
    for (std::size_t i = 0; i < count_; ++i) {
      const Operation& operation = recording_.operations[i];
      if (operation.kind == Kind::kSync) files_[operation.file].synced = i + 1;
      if (operation.kind == Kind::kSyncDirectory) names_synced_ = i + 1;
    }
  }

  void apply(const Operation& operation, std::size_t at) {
    File& file = files_[operation.file];
    switch (operation.kind) {
      case Kind::kWrite:
        put(file.seen, operation.offset, operation.bytes);
        if (at >= file.synced) write_unsynced(file, operation);
        break;
      case Kind::kTruncate:
        file.seen.resize(operation.offset);
        if (at >= file.synced && survives(survival_.data)) file.kept.resize(operation.offset);
        break;
      case Kind::kSync:
        if (at + 1 == file.synced) file.kept = file.seen;
        break;
      case Kind::kSyncDirectory:
        break;
      default:
        if (at < names_synced_ || survives(survival_.names)) change_name(operation);
    }
  }

  bool survives(double probability) { return chance(random_, probability); }

  void write_unsynced(File& file, const Operation& operation) {
    const std::uint64_t end = operation.offset + operation.bytes.size();
    if (!survives(survival_.data)) {
      if (survival_.data > 0 && chance(random_, kLengthOnly) && file.kept.size() < end)
        file.kept.resize(end);
      return;
    }
    const bool is_torn = survival_.data < 1 && chance(random_, kTorn);
    for (std::uint64_t sector = operation.offset / kSector; sector * kSector < end; ++sector) {
      if (!is_torn || chance(random_, 0.5)) keep_sector(file, sector);
    }
  }

  void change_name(const Operation& operation) {
    if (operation.kind != Kind::kCreate) names_.erase(operation.name);
    if (operation.kind == Kind::kCreate) names_[operation.name] = operation.file;
    if (operation.kind == Kind::kRename) names_[operation.new_name] = operation.file;
  }

  const Recording& recording_;
  const std::size_t count_;
  const Survival survival_;
  Random& random_;
  std::vector<File> files_;
  std::map<std::string, std::size_t> names_;
  std::size_t names_synced_ = 0;
};

}  // namespace

Files disk_after_cut(const Recording& recording, std::size_t count, Survival survival,
                     Random& random) {
  return Disk(recording, count, survival, random).after_cut();
}

}  // namespace linli::powercut
