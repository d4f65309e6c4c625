#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "firmware/base/bytes.hpp"
#include "firmware/base/json.hpp"
#include "firmware/scenarios/access/access_commands.hpp"
#include "firmware/scenarios/access/people_forms.hpp"
#include "firmware/scenarios/access/visit_list.hpp"

// Visitors: passes that are shown, codes that are typed.
namespace linli::scenarios::access {
namespace {

using base::Code;
using core::ScenarioAnswer;
using domain::Command;
using domain::access::VisitorCode;
using ports::Space;

constexpr std::int64_t kMsPerS = 1'000;
constexpr std::size_t kNumberBytes = 8;
// Two codes of a group are the same with a chance of 32 in a million.
constexpr int kMostDraws = 8;
constexpr std::size_t kVisitsOfAnAnswer = 50;  // each has at most 250 bytes

base::Result<void> check_clock(const domain::EventTime& now) {
  if (now.quality == domain::TimeQuality::kSynchronised) return {};
  return base::fail(Code::kRefused,
                    "the gateway's clock is not synchronised: a pass would have no beginning");
}

base::Json json_of(const Visit& visit) {
  return {{"id", visit.id},       {"kind", visit.kind},     {"person", visit.person},
          {"group", visit.group}, {"from_s", visit.from_s}, {"until_s", visit.until_s},
          {"uses", visit.uses},   {"used", visit.used}};
}

}  // namespace

// The pseudonym that a person's passes carry; staff have one too.
std::uint64_t AccessCommands::subject_of(std::string_view person) const {
  const auto home = books_.households.find_resident(person);
  return home ? home->resident->subject : base::digest64(person);
}

base::Result<std::uint64_t> AccessCommands::random_number() const {
  auto bytes = needs_.crypto.random(kNumberBytes);
  if (!bytes) return base::failure_of(std::move(bytes));
  std::uint64_t number = 0;
  for (const char byte : *bytes) number = (number << 8U) | static_cast<unsigned char>(byte);
  return number;
}

// Who gets it is told once: the text stands nowhere else, in no row and on no way north.
base::Result<Change> AccessCommands::plan_pass(const Command& command) const {
  auto form = issue_pass_form(command.input);
  if (!form) return base::failure_of(std::move(form));
  const domain::EventTime now = needs_.clock.now();
  if (auto checked = check_clock(now); !checked) return base::failure_of(std::move(checked));
  auto id = random_number();
  if (!id) return base::failure_of(std::move(id));
  domain::access::PassToken token;
  token.kind = form->kind;
  token.key = macs_.code_key;
  token.door_group = form->group;
  token.subject = subject_of(form->person);
  token.not_before_s = form->from_s.value_or(now.unix_ms / kMsPerS);
  token.expires_s = token.not_before_s + form->life_s;
  token.max_uses = form->uses;
  token.id = *id;
  auto text = domain::access::sign(token, macs_.site, macs_.pass_mac);
  if (!text) return base::failure_of(std::move(text));
  const std::string hex = domain::access::hex64(*id);
  Change change = begin_change(command, "pass:" + hex);
  change.answer = ScenarioAnswer::secret(
      base::dump_json({{"pass", *text}, {"id", hex}, {"expires_s", token.expires_s}}));
  if (form->kind != domain::access::PassKind::kVisitor) return change;
  IssuedPass issued{*id,       form->person, form->group, token.not_before_s, token.expires_s,
                    form->uses};
  if (auto checked = books_.issued.check(issued); !checked)
    return base::failure_of(std::move(checked));
  change.turn.puts.push_back({Space::kAccessPass, issued_key(*id), to_row(issued)});
  change.apply = [&books = books_, issued = std::move(issued)]() mutable {
    books.issued.put(std::move(issued));
  };
  return change;
}

void AccessCommands::issue_pass(const Command& command, Done done) {
  changes_.add([this, command] { return plan_pass(command); }, std::move(done));
}

void AccessCommands::revoke_pass(const Command& command, Done done) {
  changes_.add(
      [this, command]() -> base::Result<Change> {
        auto pass = revoke_pass_form(command.input);
        if (!pass) return base::failure_of(std::move(pass));
        domain::access::Revocations revocations = books_.revocations;
        if (!revocations.revoke_pass(*pass))
          return base::fail(Code::kFull, "the list of passes that were taken back is full");
        Change change = begin_change(command, "pass:" + domain::access::hex64(*pass));
        change.turn.puts.push_back(
            {Space::kAccessPass, std::string(kRevocationsKey), revocations.to_row()});
        change.turn.erasures.push_back({Space::kAccessPass, issued_key(*pass)});
        change.apply = [this, pass = *pass] {
          static_cast<void>(books_.revocations.revoke_pass(pass));  // the plan has tried it
          books_.issued.remove(pass);
        };
        return change;
      },
      std::move(done));
}

// Digits that no live code of the group has, and their tag; the digits are in `digits`.
base::Result<VisitorCode> AccessCommands::draw_code(VisitorCode code, std::string& digits) const {
  const std::int64_t now_s = needs_.clock.now().unix_ms / kMsPerS;
  for (int draw = 0; draw < kMostDraws; ++draw) {
    auto bytes = needs_.crypto.random(kNumberBytes);
    if (!bytes) return base::failure_of(std::move(bytes));
    auto drawn = domain::access::visitor_digits(*bytes);
    if (!drawn) continue;
    code.tag = domain::access::visitor_tag(macs_.code_key, code.door_group, *drawn, macs_.pass_mac);
    auto checked = domain::access::check_new(code, books_.codes, now_s);
    if (!checked && checked.error().code == Code::kConflict) continue;
    if (!checked) return base::failure_of(std::move(checked));
    digits = *std::move(drawn);
    return code;
  }
  return base::fail(Code::kInternal, "no six digits were free: ask again");
}

base::Result<Change> AccessCommands::plan_code(const Command& command) const {
  auto form = issue_code_form(command.input);
  if (!form) return base::failure_of(std::move(form));
  const domain::EventTime now = needs_.clock.now();
  if (auto checked = check_clock(now); !checked) return base::failure_of(std::move(checked));
  auto id = random_number();
  if (!id) return base::failure_of(std::move(id));
  VisitorCode wish;
  wish.id = "code-" + domain::access::hex64(*id);
  wish.door_group = form->group;
  wish.issuer = form->person;
  wish.from_s = form->from_s.value_or(now.unix_ms / kMsPerS);
  wish.until_s = wish.from_s + form->life_s;
  wish.max_uses = form->uses;
  std::string digits;
  auto code = draw_code(std::move(wish), digits);
  if (!code) return base::failure_of(std::move(code));
  Change change = begin_change(command, "code:" + code->id);
  change.turn.puts.push_back({Space::kAccessPass, code_key(code->id), to_row(*code)});
  change.answer = ScenarioAnswer::secret(
      base::dump_json({{"code", digits}, {"id", code->id}, {"until_s", code->until_s}}));
  change.apply = [&books = books_, code = *std::move(code)]() mutable {
    books.codes.push_back(std::move(code));
  };
  return change;
}

void AccessCommands::issue_code(const Command& command, Done done) {
  changes_.add([this, command] { return plan_code(command); }, std::move(done));
}

void AccessCommands::revoke_code(const Command& command, Done done) {
  changes_.add(
      [this, command]() -> base::Result<Change> {
        auto id = id_form(command.input, "code");
        if (!id) return base::failure_of(std::move(id));
        const auto is_it = [&id](const VisitorCode& each) { return each.id == *id; };
        if (std::none_of(books_.codes.begin(), books_.codes.end(), is_it))
          return base::fail(Code::kNotFound, "there is no visitor's code '{}'", *id);
        Change change = begin_change(command, "code:" + *id);
        change.turn.erasures.push_back({Space::kAccessPass, code_key(*id)});
        change.apply = [this, id = *std::move(id)] {
          std::erase_if(books_.codes, [&id](const VisitorCode& each) { return each.id == id; });
        };
        return change;
      },
      std::move(done));
}

// Whoever may take them back may see them.
void AccessCommands::list_visits(const Command& command, Done done) {
  auto form = list_visits_form(command.input);
  if (!form) return refuse(std::move(form).error(), std::move(done));
  const std::int64_t now_s = needs_.clock.now().unix_ms / kMsPerS;
  std::vector<Visit> visits = form->person.empty() ? live_visits(books_, now_s)
                                                   : live_visits_of(books_, form->person, now_s);
  std::erase_if(visits, [&form](const Visit& visit) { return visit.id <= form->after; });
  base::Json answer{{"visits", base::Json::array()}};
  if (visits.size() > kVisitsOfAnAnswer) {
    visits.resize(kVisitsOfAnAnswer);
    answer["next"] = visits.back().id;
  }
  for (const Visit& visit : visits) answer["visits"].push_back(json_of(visit));
  needs_.loop.post([done = std::move(done), text = base::dump_json(answer)]() mutable {
    std::move(done)(std::move(text));
  });
}

}  // namespace linli::scenarios::access
