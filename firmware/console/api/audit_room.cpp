#include <algorithm>
#include <utility>

#include "firmware/base/bytes.hpp"
#include "firmware/base/number.hpp"
#include "firmware/console/api/cursor.hpp"
#include "firmware/console/api/people_room.hpp"

namespace linli::console::api {
namespace {

using base::Json;
using Rows = std::vector<domain::AuditRow>;

constexpr std::size_t kExportPage = 1000;
constexpr std::size_t kExportBytes = 16 * 1024 * 1024;

Json row_json(const domain::AuditRow& row) {
  const auto entry = domain::parse_audit_line(row.line);
  if (!entry) {
    return {{"seq", row.seq},
            {"time", domain::rfc3339(0)},
            {"actor", ""},
            {"action", "?"},
            {"target", ""},
            {"detail", row.line},
            {"hash", base::to_hex(row.hash)}};
  }
  return {{"seq", row.seq},
          {"time", entry->time},
          {"actor", entry->actor},
          {"action", entry->action},
          {"target", entry->target},
          {"detail", base::parse_json(entry->detail).value_or(Json())},
          {"hash", base::to_hex(row.hash)}};
}

}  // namespace

// An export under way, a page of lines after the other.
struct AuditRoom::Export {
  Call call;
  std::uint64_t next = 0;
  std::uint64_t last = 0;
  std::string text = {};
};

void AuditRoom::add_to(Handlers& handlers) {
  handlers["audit"] = [this](Call call) { list(std::move(call)); };
  handlers["audit_export"] = [this](Call call) { begin_export(std::move(call)); };
}

void AuditRoom::list(Call call) {
  const auto page = page_of(call);
  if (!page) return refuse(std::move(call), page.error());
  const ports::StoreStats stats = store_.stats();
  const auto before =
      page->after.empty() ? stats.audit_last + 1 : base::parse_number<std::uint64_t>(page->after);
  if (!before) return refuse(std::move(call), Problem{"invalid", "cursor: not one of this list"});
  const std::uint64_t end = std::min(*before, stats.audit_last + 1);
  const std::uint64_t first =
      std::max<std::uint64_t>(stats.audit_first, end > page->limit ? end - page->limit : 1);
  if (stats.audit_last == 0 || first >= end)
    return answer(std::move(call), Json{{"items", Json::array()}, {"next", nullptr}});
  const bool is_more = first > stats.audit_first;
  store_.read_audit(first, static_cast<std::size_t>(end - first),
                    [first, is_more, call = std::move(call)](base::Result<Rows> rows) mutable {
                      if (!rows) return refuse(std::move(call), rows.error());
                      Json items = Json::array();
                      for (auto row = rows->rbegin(); row != rows->rend(); ++row)
                        items.push_back(row_json(*row));
                      const Json next = is_more ? Json(cursor_of(std::to_string(first))) : Json();
                      answer(std::move(call), Json{{"items", std::move(items)}, {"next", next}});
                    });
}

void AuditRoom::begin_export(Call call) {
  const core::Actor actor = call.actor;
  pen_.write(actor, "audit.export", "", Json::object(),
             [this, call = std::move(call)](const base::Result<void>& written) mutable {
               if (!written) return refuse(std::move(call), written.error());
               read_all(std::move(call));
             });
}

void AuditRoom::read_all(Call call) {
  const ports::StoreStats stats = store_.stats();
  read_on(std::make_shared<Export>(
      Export{std::move(call), std::max<std::uint64_t>(stats.audit_first, 1), stats.audit_last}));
}

void AuditRoom::read_on(const std::shared_ptr<Export>& run) {
  if (run->next > run->last) {
    return answer(std::move(run->call),
                  Response{200,
                           {{"Content-Type", "text/plain; charset=utf-8"},
                            {"Content-Disposition", "attachment; filename=\"linli-audit.jsonl\""},
                            {"Cache-Control", "no-store"}},
                           std::move(run->text)});
  }
  store_.read_audit(run->next, kExportPage, [this, run](base::Result<Rows> rows) {
    if (!rows) return refuse(std::move(run->call), rows.error());
    for (const domain::AuditRow& row : *rows) run->text += domain::export_line(row) + "\n";
    if (run->text.size() > kExportBytes) {
      return refuse(std::move(run->call),
                    Problem{"busy", "the audit is too long for one answer: linlictl audit export"});
    }
    run->next = rows->empty() ? run->last + 1 : rows->back().seq + 1;
    read_on(run);
  });
}

}  // namespace linli::console::api
