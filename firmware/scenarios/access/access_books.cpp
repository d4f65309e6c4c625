#include "firmware/scenarios/access/access_books.hpp"

#include <functional>
#include <utility>

#include "firmware/base/log.hpp"
#include "firmware/base/number.hpp"
#include "firmware/scenarios/access/dynamic_code.hpp"

namespace linli::scenarios::access {
namespace {

using base::Code;
using ports::Space;

constexpr std::size_t kScanRows = 1'000;
constexpr std::string_view kPass = "pass/";
constexpr std::string_view kIssued = "issued/";
constexpr std::string_view kOpening = "opening/";
constexpr std::string_view kUses = "uses/";
constexpr std::string_view kPinTag = "pin/";
constexpr std::string_view kSteps = "steps/";
constexpr std::string_view kCode = "code/";

using Take = std::function<base::Result<void>(const std::string& key, const std::string& row)>;

base::Result<void> each_row(ports::Query& query, Space space, const Take& take) {
  std::string after;
  for (;;) {
    auto rows = query.scan(space, after, kScanRows);
    if (!rows) return base::failure_of(std::move(rows));
    for (const auto& [key, row] : *rows) {
      if (auto taken = take(key, row); !taken) {
        base::log::error("access", "a stored row cannot be read",
                         {{"row", key}, {"why", taken.error()}});
      }
    }
    if (rows->size() < kScanRows) return {};
    after = rows->back().first;
  }
}

// One table whose rows are read by `read` and put by `put`.
template <class Row, class Put>
base::Result<void> restore_table(ports::Query& query, Space space,
                                 base::Result<Row> (*read)(std::string_view, std::string_view),
                                 Put put) {
  return each_row(
      query, space,
      [read, put](const std::string& key, const std::string& text) -> base::Result<void> {
        auto row = read(key, text);
        if (!row) return base::failure_of(std::move(row));
        put(*std::move(row));
        return {};
      });
}

// What is not remembered any more is passed over by the window, and its row goes.
base::Result<void> restore_use(AccessBooks& books, domain::access::ReplayWindow& window,
                               std::string_view key, std::size_t prefix, const std::string& row,
                               std::int64_t now_ms) {
  const std::string_view id = key.substr(prefix);
  auto use = domain::access::pass_use_from_row(id, row);
  if (!use) return base::failure_of(std::move(use));
  const std::size_t before = window.size();
  window.restore(*use, now_ms);
  if (window.size() == before) books.ended.emplace_back(key);
  return {};
}

struct Counts {
  std::map<std::string, std::uint32_t> uses;
  std::map<std::string, std::string> pin_tags;
};

// What stands beside a credential's own row, because an opening writes it.
base::Result<void> restore_beside(AccessBooks& books, Counts& counts, std::string_view key,
                                  const std::string& row) {
  if (key.starts_with(kUses)) {
    const auto uses = base::parse_number<std::uint32_t>(row);
    if (!uses) return base::fail(Code::kCorrupt, "'{}' is no count of uses", row);
    counts.uses[std::string(key.substr(kUses.size()))] = *uses;
    return {};
  }
  if (key.starts_with(kPinTag)) {
    counts.pin_tags[std::string(key.substr(kPinTag.size()))] = row;
    return {};
  }
  if (key.starts_with(kSteps)) {
    auto steps = steps_from_row(row);
    if (!steps) return base::failure_of(std::move(steps));
    books.credentials.set_steps(key.substr(kSteps.size()), *std::move(steps));
    return {};
  }
  return base::fail(Code::kCorrupt, "'{}' is no key of ours", key);
}

base::Result<void> restore_pass_row(AccessBooks& books, Counts& counts, std::string_view key,
                                    const std::string& row, std::int64_t now_ms) {
  if (key == kRevocationsKey) {
    auto revocations = domain::access::Revocations::parse(row);
    if (!revocations) return base::failure_of(std::move(revocations));
    books.revocations = *std::move(revocations);
    return {};
  }
  if (key.starts_with(kPass))
    return restore_use(books, books.passes, key, kPass.size(), row, now_ms);
  if (key.starts_with(kOpening))
    return restore_use(books, books.openings, key, kOpening.size(), row, now_ms);
  if (key.starts_with(kIssued)) {
    auto pass = issued_pass_from_row(key.substr(kIssued.size()), row);
    if (!pass) return base::failure_of(std::move(pass));
    books.issued.put(*std::move(pass));
    return {};
  }
  if (!key.starts_with(kCode)) return restore_beside(books, counts, key, row);
  auto code = domain::access::visitor_code_from_row(key.substr(kCode.size()), row);
  if (!code) return base::failure_of(std::move(code));
  books.codes.push_back(*std::move(code));
  return {};
}

base::Result<void> restore_credentials(AccessBooks& books, ports::Query& query,
                                       std::int64_t now_ms) {
  Counts counts;
  auto passes = each_row(query, Space::kAccessPass,
                         [&books, &counts, now_ms](const std::string& key, const std::string& row) {
                           return restore_pass_row(books, counts, key, row, now_ms);
                         });
  if (!passes) return passes;
  return restore_table(query, Space::kCredential, &domain::access::credential_from_row,
                       [&books, &counts](domain::access::Credential credential) {
                         const std::string id = credential.id;
                         const auto uses = counts.uses.find(id);
                         if (uses != counts.uses.end()) credential.uses = uses->second;
                         books.credentials.put(std::move(credential), counts.pin_tags[id]);
                       });
}

base::Result<void> restore_authorities(AccessBooks& books, ports::Query& query) {
  auto done = restore_table(query, Space::kConsent, &consent_from_row, [&books](Consent consent) {
    std::string key = consent_key(consent.person, consent.purpose);
    books.consents.insert_or_assign(std::move(key), std::move(consent));
  });
  if (!done) return done;
  return restore_table(query, Space::kDelegation, &domain::access::delegation_from_row,
                       [&books](domain::access::Delegation delegation) {
                         std::string id = delegation.id;
                         books.delegations.insert_or_assign(std::move(id), std::move(delegation));
                       });
}

}  // namespace

std::string pass_key(std::uint64_t pass) {
  return std::string(kPass) + domain::access::hex64(pass);
}
std::string issued_key(std::uint64_t pass) {
  return std::string(kIssued) + domain::access::hex64(pass);
}
std::string opening_key(std::uint64_t opening) {
  return std::string(kOpening) + domain::access::hex64(opening);
}
std::string uses_key(std::string_view credential) {
  return std::string(kUses) + std::string(credential);
}
std::string pin_tag_key(std::string_view credential) {
  return std::string(kPinTag) + std::string(credential);
}
std::string steps_key(std::string_view credential) {
  return std::string(kSteps) + std::string(credential);
}
std::string code_key(std::string_view code) {
  return std::string(kCode) + std::string(code);
}

void expire(AccessBooks& books, std::int64_t now_ms) {
  for (const std::uint64_t pass : books.passes.expire(now_ms))
    books.ended.push_back(pass_key(pass));
  for (const std::uint64_t opening : books.openings.expire(now_ms))
    books.ended.push_back(opening_key(opening));
  for (const std::uint64_t pass : books.issued.expire(now_ms / 1'000))
    books.ended.push_back(issued_key(pass));
  const std::int64_t last_s = now_ms / 1'000 - domain::access::ReplayWindow::kKeepS;
  std::erase_if(books.codes, [&books, last_s](const domain::access::VisitorCode& code) {
    const bool is_over = code.until_s <= last_s;
    if (is_over) books.ended.push_back(code_key(code.id));
    return is_over;
  });
}

base::Result<void> restore(AccessBooks& books, ports::Query& query, std::int64_t now_ms) {
  auto done = restore_table(query, Space::kDoor, &door_definition_from_row,
                            [&books](DoorDefinition door) { books.doors.put(std::move(door)); });
  if (!done) return done;
  done = each_row(query, Space::kAccessSchedule,
                  [&books](const std::string& key, const std::string& row) {
                    return books.schedules.restore(key, row);
                  });
  if (!done) return done;
  done = restore_table(query, Space::kAccessRight, &access_right_from_row,
                       [&books](AccessRight right) { books.rights.put(std::move(right)); });
  if (!done) return done;
  done = restore_table(query, Space::kHousehold, &household_from_row,
                       [&books](Household home) { books.households.put(std::move(home)); });
  if (done) done = restore_authorities(books, query);
  return done ? restore_credentials(books, query, now_ms) : done;
}

}  // namespace linli::scenarios::access
