#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "firmware/base/result.hpp"
#include "firmware/domain/event_time.hpp"

namespace linli::domain {

// SHA-256 of some bytes, 32 bytes. Given to those that may not know a cryptographic library.
using Digest = std::function<std::string(std::string_view)>;

// One thing that somebody did, before its number is known. Ids only: no names, no secrets.
struct AuditLine {
  EventTime time;
  std::string actor;          // "person:<id>", "token:<id>", "local:uid=0", "gateway"
  std::string action;         // "session.begin", "person.invite", …
  std::string target = {};    // "person:<id>", "device:<id>", …; empty: the gateway
  std::string detail = "{}";  // one JSON object

  friend bool operator==(const AuditLine&, const AuditLine&) = default;
};

// A line as it is stored. `hash` is the digest of `line`, and `line` holds the hash before it: what
// is changed, left out or put in later breaks the chain from there on.
struct AuditRow {
  std::uint64_t seq = 0;
  std::string line;  // {"seq":…,"time":…,"quality":…,"actor":…,"action":…,"target":…,
                     //  "detail":{…},"prev":"<64 hex>"}
  std::string hash;  // 32 bytes

  friend bool operator==(const AuditRow&, const AuditRow&) = default;
};

// What stands before the first line of a chain: 32 bytes of zero.
std::string audit_origin();

// The row that follows a row of hash `prev`.
AuditRow chain(const AuditLine& line, std::uint64_t seq, std::string_view prev,
               const Digest& digest);

// A line that was read back.
struct AuditEntry {
  std::uint64_t seq = 0;
  std::string time;  // RFC 3339
  std::string quality;
  std::string actor;
  std::string action;
  std::string target;
  std::string detail;  // one JSON object
  std::string prev;    // 32 bytes
};

// kInvalid for anything that chain() does not write.
base::Result<AuditEntry> parse_audit_line(std::string_view line);

// The row as one line of an export: the stored line with its own hash as last member.
std::string export_line(const AuditRow& row);

// Follows an export, or stored rows, line by line. The first line may have any number: what stood
// before it is in earlier exports.
class AuditCheck {
 public:
  explicit AuditCheck(Digest digest) : digest_(std::move(digest)) {}

  // kCorrupt, saying which line and what is wrong with it; from then on all fail.
  base::Result<void> take(std::string_view exported_line);
  base::Result<void> take(const AuditRow& row);

  std::uint64_t first() const { return first_; }  // 0: no line yet
  std::uint64_t last() const { return last_; }
  const std::string& head() const { return head_; }  // hash of the last line

 private:
  Digest digest_;
  std::uint64_t first_ = 0;
  std::uint64_t last_ = 0;
  std::string head_;
  bool is_broken_ = false;
};

}  // namespace linli::domain
