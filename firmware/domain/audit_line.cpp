#include "firmware/domain/audit_line.hpp"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/bytes.hpp"
#include "firmware/base/json.hpp"
#include "firmware/base/json_reader.hpp"

namespace linli::domain {
namespace {

using base::Code;

constexpr std::size_t kHashBytes = 32;
constexpr std::size_t kMaxText = 512;
// Less than a whole line may hold, so that a line that is written can always be read.
constexpr base::JsonLimits kDetailLimits{
    .max_bytes = 16 * 1024, .max_depth = 16, .max_values = 1024};
constexpr std::string_view kHashMember = R"(,"hash":")";

std::string render(const AuditEntry& entry) {
  std::string out = fmt::format(R"({{"seq":{},"time":)", entry.seq);
  using Member = std::pair<const char*, const std::string*>;
  const std::array members{
      Member{R"(,"quality":)", &entry.quality}, Member{R"(,"actor":)", &entry.actor},
      Member{R"(,"action":)", &entry.action}, Member{R"(,"target":)", &entry.target}};
  base::append_json_string(out, entry.time);
  for (const auto& [member, text] : members) {
    out += member;
    base::append_json_string(out, *text);
  }
  return out + R"(,"detail":)" + entry.detail + R"(,"prev":")" + base::to_hex(entry.prev) + "\"}";
}

// Members in the order of their names, on one line.
std::string canonical(const std::string& detail) {
  const auto json = base::parse_json(detail, kDetailLimits);
  return json && json->is_object() ? base::dump_json(*json) : R"({"unreadable":true})";
}

// Bytes that are not UTF-8 replaced first: text that was repaired while it was written could be
// escaped otherwise when it is written again to be compared.
std::string repaired(const std::string& text) {
  if (base::is_utf8(text)) return text;
  std::string quoted;
  base::append_json_string(quoted, text);
  const auto json = base::parse_json("[" + quoted + "]");
  return json ? json->front().get<std::string>() : "";
}

base::Result<std::string> hash_of(std::string_view hex) {
  auto hash = base::from_hex(hex);
  if (hash && hash->size() == kHashBytes) return hash;
  return base::fail(Code::kInvalid, "expected {} hexadecimal digits for a hash", 2 * kHashBytes);
}

// The stored row behind a line of an export.
base::Result<AuditRow> row_of(std::string_view exported) {
  const std::size_t at = exported.rfind(kHashMember);
  const bool fits = at != std::string_view::npos &&
                    exported.size() == at + kHashMember.size() + 2 * kHashBytes + 2 &&
                    exported.ends_with("\"}");
  if (!fits) return base::fail(Code::kInvalid, "not a line of an audit export");
  auto hash = hash_of(exported.substr(at + kHashMember.size(), 2 * kHashBytes));
  if (!hash) return base::failure_of(std::move(hash));
  return AuditRow{0, std::string(exported.substr(0, at)) + "}", *std::move(hash)};
}

}  // namespace

std::string audit_origin() {
  return std::string(kHashBytes, '\0');
}

AuditRow chain(const AuditLine& line, std::uint64_t seq, std::string_view prev,
               const Digest& digest) {
  const AuditEntry entry{seq,
                         rfc3339(line.time.unix_ms),
                         std::string(name(line.time.quality)),
                         repaired(line.actor),
                         repaired(line.action),
                         repaired(line.target),
                         canonical(line.detail),
                         std::string(prev)};
  AuditRow row{seq, render(entry), {}};
  row.hash = digest(row.line);
  return row;
}

base::Result<AuditEntry> parse_audit_line(std::string_view line) {
  auto json = base::parse_json(line);
  if (!json) return base::failure_of(std::move(json));
  base::JsonReader in(*json);
  AuditEntry entry;
  entry.seq = static_cast<std::uint64_t>(in.integer("seq", {.min = 1}));
  entry.time = in.text("time", kMaxText);
  entry.quality = in.text("quality", kMaxText);
  entry.actor = in.text("actor", kMaxText);
  entry.action = in.text("action", kMaxText);
  entry.target = in.text("target", kMaxText);
  entry.detail = base::dump_json(in.object("detail"));
  const std::string prev = in.text("prev", kMaxText);
  if (auto read = in.finish(); !read) return base::failure_of(std::move(read));
  auto hash = hash_of(prev);
  if (!hash) return base::failure_of(std::move(hash), "prev");
  entry.prev = *std::move(hash);
  if (render(entry) != line)
    return base::fail(Code::kInvalid, "line {} is not written as linlid writes it", entry.seq);
  return entry;
}

std::string export_line(const AuditRow& row) {
  std::string out = row.line;
  if (!out.empty()) out.pop_back();
  return out + std::string(kHashMember) + base::to_hex(row.hash) + "\"}";
}

base::Result<void> AuditCheck::take(std::string_view exported_line) {
  auto row = row_of(exported_line);
  if (row) return take(*row);
  is_broken_ = true;
  return base::fail(Code::kCorrupt, "after line {}: {}", last_, row.error().what);
}

base::Result<void> AuditCheck::take(const AuditRow& row) {
  if (is_broken_) return base::fail(Code::kCorrupt, "the chain is broken after line {}", last_);
  is_broken_ = true;  // until this one is found to be whole
  auto entry = parse_audit_line(row.line);
  if (!entry) return base::fail(Code::kCorrupt, "after line {}: {}", last_, entry.error().what);
  if (digest_(row.line) != row.hash)
    return base::fail(Code::kCorrupt, "line {} was changed: its hash is another", entry->seq);
  if (last_ != 0 && entry->seq != last_ + 1) {
    return base::fail(Code::kCorrupt, "line {} follows line {}: what stood between is missing",
                      entry->seq, last_);
  }
  if (last_ != 0 && entry->prev != head_)
    return base::fail(Code::kCorrupt, "line {} does not follow line {}: one was changed",
                      entry->seq, last_);
  if (entry->seq == 1 && entry->prev != audit_origin())
    return base::fail(Code::kCorrupt, "line 1 is not the beginning of a chain");
  if (first_ == 0) first_ = entry->seq;
  last_ = entry->seq;
  head_ = row.hash;
  is_broken_ = false;
  return {};
}

}  // namespace linli::domain
