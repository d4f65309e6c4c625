#include "firmware/scenarios/access/people_forms.hpp"

#include <limits>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/base64.hpp"
#include "firmware/base/id.hpp"
#include "firmware/base/json_reader.hpp"
#include "firmware/domain/access/visitor_code.hpp"
#include "firmware/scenarios/access/consent.hpp"
#include "firmware/scenarios/access/form_parts.hpp"

namespace linli::scenarios::access {
namespace {

using base::Json;
using base::JsonReader;

constexpr std::size_t kMaxList = std::size_t{256} * 1024;
constexpr std::size_t kMostPieces = 32;

std::string read_purpose(JsonReader& in) {
  std::string purpose = in.text("purpose", kMaxId);
  if (in.ok() && purpose != kFacePurpose) in.reject("purpose", "expected 'face'");
  return purpose;
}

// The pieces of the file one after the other: a JSON text of ours has at most 16 KiB.
void read_list(JsonReader& in, ImportForm& form) {
  for (const Json& piece : in.array("list", kMostPieces)) {
    const auto bytes = base::from_base64(piece.is_string() ? piece.get<std::string>() : "?");
    if (!bytes) return in.reject("list", "expected the file in pieces of base64");
    form.list += *bytes;
  }
  if (in.ok() && form.list.empty()) in.reject("list", "is empty");
}

}  // namespace

base::Result<IssueCodeForm> issue_code_form(std::string_view input) {
  return read_form<IssueCodeForm>(input, [](JsonReader& in) {
    IssueCodeForm form;
    form.person = read_id(in, "person");
    form.group = static_cast<std::uint16_t>(in.integer("group", {1, kMostGroups}));
    form.from_s = in.optional_integer("from_s", kSeconds);
    form.life_s = in.integer("life_s", {1, domain::access::kLongestLifeS});
    form.uses = static_cast<std::uint8_t>(
        in.optional_integer("uses", {1, domain::access::kMostVisitorUses}).value_or(1));
    return form;
  });
}

base::Result<ListVisitsForm> list_visits_form(std::string_view input) {
  return read_form<ListVisitsForm>(input, [](JsonReader& in) {
    ListVisitsForm form;
    if (in.has("person")) form.person = read_id(in, "person");
    if (in.has("after")) form.after = read_id(in, "after");
    return form;
  });
}

base::Result<OwnLogForm> own_log_form(std::string_view input) {
  return read_form<OwnLogForm>(input, [](JsonReader& in) {
    OwnLogForm form;
    form.person = read_id(in, "person");
    form.from_ms = in.integer("from_ms", kTimes);
    form.to_ms = in.integer("to_ms", kTimes);
    form.before = static_cast<std::uint64_t>(
        in.optional_integer("before", {1, std::numeric_limits<std::int64_t>::max()}).value_or(0));
    if (in.ok() && form.to_ms <= form.from_ms) in.reject("to_ms", "is not after 'from_ms'");
    return form;
  });
}

base::Result<GiveConsentForm> give_consent_form(std::string_view input) {
  return read_form<GiveConsentForm>(input, [](JsonReader& in) {
    GiveConsentForm form;
    form.person = read_id(in, "person");
    form.purpose = read_purpose(in);
    form.text = read_id(in, "text");
    return form;
  });
}

base::Result<WithdrawConsentForm> withdraw_consent_form(std::string_view input) {
  return read_form<WithdrawConsentForm>(input, [](JsonReader& in) {
    WithdrawConsentForm form;
    form.person = read_id(in, "person");
    form.purpose = read_purpose(in);
    return form;
  });
}

base::Result<domain::access::Delegation> delegate_form(std::string_view input) {
  auto json = base::parse_json(input);
  if (!json) return base::failure_of(std::move(json), "input");
  if (!json->is_object()) return base::fail(base::Code::kInvalid, "expected an object");
  const auto id = json->find("id");
  const auto* const text = id == json->end() ? nullptr : id->get_ptr<const std::string*>();
  if (text == nullptr || !base::is_id(*text))
    return base::fail(base::Code::kInvalid, "id: expected 1 to 64 of a-z A-Z 0-9 . _ -");
  const std::string name = *text;
  json->erase("id");
  return domain::access::delegation_from_row(name, base::dump_json(*json));
}

base::Result<ImportForm> import_form(std::string_view input) {
  const auto read = [](JsonReader& in) {
    ImportForm form;
    form.is_dry_run = in.boolean("dry_run");
    read_list(in, form);
    form.groups = read_groups(in);
    return form;
  };
  return read_form<ImportForm>(input, read, {.max_bytes = kMaxList});
}

}  // namespace linli::scenarios::access
