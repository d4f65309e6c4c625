#include "firmware/daemon/diagnostics.hpp"

#include <sys/statvfs.h>
#include <sys/utsname.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>

#include "firmware/backup/gzip.hpp"
#include "firmware/backup/tar.hpp"
#include "firmware/daemon/redaction.hpp"
#include "firmware/daemon/version.hpp"
#include "firmware/domain/event_time.hpp"
#include "firmware/ports/spaces_of_people.hpp"
#include "firmware/storage/sqlite_store.hpp"
#include "firmware/tls/files.hpp"
#include "firmware/tls/identity.hpp"

namespace linli::daemon {
namespace {

using base::Json;

constexpr std::int64_t kDayMs = 24LL * 60 * 60 * 1000;
constexpr std::size_t kMaxProc = 16 * 1024;
constexpr std::size_t kMaxPeople = 10'000;
constexpr const char* kLogName = "log.txt";

std::int64_t now_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

// Files of /proc have no size.
std::string proc(const std::string& path) {
  std::ifstream in(path);
  std::string text(kMaxProc, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return "== " + path + "\n" + text + "\n";
}

DiagnosticFile machine(const std::string& data_dir) {
  utsname system{};
  uname(&system);
  std::string text = fmt::format("linlid {}\n{} {} {}\n", kVersion, system.sysname, system.release,
                                 system.machine);
  struct statvfs disk {};
  if (statvfs(data_dir.c_str(), &disk) == 0) {
    const auto mib = [&disk](std::uint64_t blocks) { return (blocks * disk.f_frsize) >> 20U; };
    text += fmt::format("disk of the data: {} MiB free of {} MiB, {} files free\n\n",
                        mib(disk.f_bavail), mib(disk.f_blocks), disk.f_favail);
  }
  for (const char* path : {"/proc/self/status", "/proc/meminfo", "/proc/loadavg", "/proc/uptime",
                           "/proc/pressure/io", "/proc/self/io"})
    text += proc(path);
  return {"machine.txt", "system, memory of the process and the machine, disk", std::move(text)};
}

DiagnosticFile certificates(const std::vector<std::string>& files) {
  Json list = Json::array();
  for (const std::string& file : files) {
    const auto info = tls::read_certificate(file);
    if (!info) {
      list.push_back({{"file", file}, {"problem", info.error().what}});
      continue;
    }
    list.push_back({{"file", file},
                    {"subject", info->subject},
                    {"issuer", info->issuer},
                    {"not_before", domain::rfc3339(info->not_before_unix_s * 1000)},
                    {"not_after", domain::rfc3339(info->not_after_unix_s * 1000)}});
  }
  return {"certificates.json", "subjects and dates of certificates, no keys", list.dump(1) + "\n"};
}

void collect_names(const Json& row, std::vector<std::string>& names) {
  if (!row.is_object()) return;
  for (const char* member : {"name", "login"}) {
    const auto found = row.find(member);
    if (found != row.end() && found->is_string()) names.push_back(found->get<std::string>());
  }
}

std::vector<std::string> names_of_people(const std::string& data_dir) {
  std::vector<std::string> names;
  const auto query = storage::open_query(data_dir + "/linli.db");
  if (!query) return names;
  for (const ports::Space space : ports::kSpacesWithNames) {
    const auto rows = (*query)->scan(space, "", kMaxPeople);
    if (!rows) continue;
    for (const auto& [id, row] : *rows)
      collect_names(base::parse_json(row).value_or(Json::object()), names);
  }
  return names;
}

DiagnosticFile contents(const std::vector<DiagnosticFile>& files) {
  std::string text = "What is in this bundle, and how much was taken out of it:\n\n";
  for (const DiagnosticFile& file : files)
    text += fmt::format("{:<20} {:>9} bytes  {:>4} redacted  {}\n", file.name, file.text.size(),
                        file.redacted, file.what);
  return {"README.txt", "this list", std::move(text)};
}

std::string tar_gz(const std::vector<DiagnosticFile>& files, std::int64_t now_s) {
  backup::Gzip gzip;
  std::string out;
  const auto put = [&gzip, &out](std::string_view bytes, bool is_last) {
    out += gzip.feed(bytes, is_last).value_or("");
  };
  for (const DiagnosticFile& file : files) {
    put(backup::tar_header({"linli-diagnostics/" + file.name, file.text.size()}, now_s), false);
    put(file.text, false);
    put(backup::tar_padding(file.text.size()), false);
  }
  put(backup::tar_end(), true);
  return out;
}

// Leaves out the first half of a log, up to the end of a line, or the second half of anything else.
void halve(DiagnosticFile& file) {
  const std::size_t half = file.text.size() / 2;
  if (file.name == kLogName) {
    const std::size_t line = file.text.find('\n', half);
    file.text.erase(0, line == std::string::npos ? file.text.size() : line + 1);
  } else {
    file.text.resize(half);
    file.text += "\n[cut: the bundle would have been too large]\n";
  }
}

}  // namespace

std::vector<DiagnosticFile> diagnostic_files(DiagnosticSnapshot snapshot, std::string log,
                                             std::int64_t now_ms) {
  std::vector<std::string> names = names_of_people(snapshot.data_dir);
  names.insert(names.end(), snapshot.names.begin(), snapshot.names.end());
  const Redactor redactor(std::move(names));
  std::vector<DiagnosticFile> files = std::move(snapshot.files);
  files.push_back(machine(snapshot.data_dir));
  files.push_back(certificates(snapshot.certificates));
  files.push_back(
      {kLogName,
       "our own log of the last 24 hours, as far as it is in memory at " + domain::rfc3339(now_ms),
       std::move(log)});
  for (DiagnosticFile& file : files) {
    file.text = redactor.redact(file.text, file.redacted);
    while (file.text.size() > Diagnostics::kMaxFileBytes) halve(file);
  }
  files.insert(files.begin(), contents(files));
  return files;
}

std::string pack_diagnostics(std::vector<DiagnosticFile> files, std::int64_t now_s,
                             std::size_t max_bytes) {
  std::string bundle = tar_gz(files, now_s);
  while (bundle.size() > max_bytes && !files.empty()) {
    const auto log = std::find_if(files.begin(), files.end(), [](const DiagnosticFile& file) {
      return file.name == kLogName && file.text.size() > 1024;
    });
    const auto largest = std::max_element(
        files.begin(), files.end(),
        [](const auto& one, const auto& other) { return one.text.size() < other.text.size(); });
    halve(log != files.end() ? *log : *largest);
    bundle = tar_gz(files, now_s);
  }
  return bundle;
}

void Diagnostics::preview(base::Done<Json> done) {
  run_on<Json>(
      loop_, worker_,
      [snapshot = dependencies_.snapshot(),
       log = dependencies_.log]() mutable -> base::Result<Json> {
        Json list = Json::array();
        std::size_t bytes = 0;
        int redacted = 0;
        const std::int64_t now = now_ms();
        for (const DiagnosticFile& file :
             diagnostic_files(std::move(snapshot), log->text(now - kDayMs), now)) {
          bytes += file.text.size();
          redacted += file.redacted;
          list.push_back({{"name", file.name},
                          {"bytes", file.text.size()},
                          {"what", file.what},
                          {"redacted", file.redacted}});
        }
        return Json{{"files", std::move(list)}, {"bytes", bytes}, {"redacted", redacted}};
      },
      std::move(done));
}

void Diagnostics::bundle(base::Done<std::string> done) {
  run_on<std::string>(
      loop_, worker_,
      [snapshot = dependencies_.snapshot(),
       log = dependencies_.log]() mutable -> base::Result<std::string> {
        const std::int64_t now = now_ms();
        return pack_diagnostics(diagnostic_files(std::move(snapshot), log->text(now - kDayMs), now),
                                now / 1000, kMaxBytes);
      },
      std::move(done));
}

}  // namespace linli::daemon
