#include "firmware/ctl/access_homes.hpp"

#include <array>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

#include "firmware/base/number.hpp"
#include "firmware/ctl/access.hpp"
#include "firmware/ctl/qr.hpp"
#include "firmware/ctl/show.hpp"
#include "firmware/tls/files.hpp"
#include "firmware/tls/random.hpp"

namespace linli::ctl {
namespace {

using base::Code;
using base::Json;

constexpr std::int64_t kSPerHour = 3'600;
// One text of a request has at most 16 KiB.
constexpr std::size_t kPieceBytes = 12'000;

// "--hours" as the life that the schemas speak of; without it, one hour.
Json with_life(Json input) {
  input["life_s"] = input.value("hours", std::int64_t{1}) * kSPerHour;
  input.erase("hours");
  return input;
}

void show_pass(const Json& output) {
  const std::string text = output.value("pass", "");
  std::cout << "id    " << output.value("id", "-") << "\ntext  " << text << "\nuntil "
            << local_time(output.value("expires_s", std::int64_t{0})) << "\n"
            << qr_text(text) << "It is not shown again.\n";
}

int pass(const Invocation& in) {
  Json input = with_life(in.params);
  input["kind"] = "visitor";
  return ask_doors(in, "issue_pass", input, &show_pass);
}

int revoke_pass(const Invocation& in) {
  return ask_doors(in, "revoke_pass", in.params);
}
void show_code(const Json& output) {
  std::cout << "id    " << output.value("id", "-") << "\ncode  " << output.value("code", "-")
            << "\nuntil " << local_time(output.value("until_s", std::int64_t{0}))
            << "\nIt is not shown again.\n";
}

int code(const Invocation& in) {
  return ask_doors(in, "issue_code", with_life(in.params), &show_code);
}

void show_visits(const Json& output) {
  const Json visits = output.value("visits", Json::array());
  for (const Json& each : visits) {
    std::cout << fmt::format("{:<24} {:<5} {:<24} group {:<5} until {}  used {} of {}\n",
                             each.value("id", ""), each.value("kind", ""), each.value("person", ""),
                             each.value("group", 0),
                             local_time(each.value("until_s", std::int64_t{0})),
                             each.value("used", 0), each.value("uses", 0));
  }
  if (visits.empty()) std::cout << "none\n";
  if (output.contains("next"))
    std::cout << "and more: --after " << output["next"].get<std::string>() << "\n";
}

int visits(const Invocation& in) {
  return ask_doors(in, "list_visits", in.params, &show_visits);
}
int revoke_code(const Invocation& in) {
  return ask_doors(in, "revoke_code", in.params);
}
int give_consent(const Invocation& in) {
  Json input = in.params;
  input["purpose"] = "face";
  return ask_doors(in, "give_consent", input);
}
int withdraw_consent(const Invocation& in) {
  Json input = in.params;
  input["purpose"] = "face";
  return ask_doors(in, "withdraw_consent", input);
}

int move_out(const Invocation& in) {
  return ask_doors(in, "move_out", in.params);
}

void show_erased(const Json& output) {
  for (const auto& [what, count] : output.value("erased", Json::object()).items())
    std::cout << fmt::format("{:<12} {}\n", what, count.dump());
  std::cout << "The audit has the line: linlictl audit show\n";
}

int erase_person(const Invocation& in) {
  return ask_doors(in, "erase_person", in.params, &show_erased);
}

void show_import(const Json& output) {
  for (const Json& each : output.value("problems", Json::array())) {
    std::cout << fmt::format("line {}: {}\n", each.value("line", 0), each.value("what", ""));
  }
  const auto untold = output.value("problem_count", std::size_t{0}) -
                      output.value("problems", Json::array()).size();
  if (untold > 0) std::cout << fmt::format("and {} more\n", untold);
  std::cout << fmt::format(
      "{} people with {} cards in {} flats: {}\n", output.value("people", 0),
      output.value("cards", 0), output.value("flats", 0),
      output.value("applied", false) ? "taken over" : "nothing was changed (--apply does)");
}

int import(const Invocation& in) {
  auto text = tls::read_file(in.params["file"].get<std::string>());
  if (!text) return show_error(text.error(), in.json);
  Json input{{"list", Json::array()}, {"dry_run", !in.params.value("apply", false)}};
  for (std::size_t at = 0; at < text->size(); at += kPieceBytes)
    input["list"].push_back(tls::base64(std::string_view(*text).substr(at, kPieceBytes)));
  if (in.params.contains("groups")) {
    Json groups = Json::array();
    for (const Json& each : in.params["groups"]) {
      const auto number = base::parse_number<int>(each.get<std::string>());
      if (!number) {
        return show_error({Code::kInvalid, "--groups: expected the numbers of door groups"},
                          in.json);
      }
      groups.push_back(*number);
    }
    input["groups"] = std::move(groups);
  }
  return ask_doors(in, "import_households", input, &show_import);
}

const std::array kTable{
    CommandRow{"access pass",
               "a visitor's pass as text and QR code 访客通行证",
               {{"--person", "person", "who is visited", true},
                {"--group", "group", "which doors: the number of their group", true, true},
                {"--hours", "hours", "how long it is good, else 1", false, true},
                {"--uses", "uses", "how often, else once", false, true}},
               &pass},
    CommandRow{"access revoke-pass",
               "a pass is good no longer 撤销通行证",
               {{"pass", "pass", "its id", true}},
               &revoke_pass},
    CommandRow{"access code",
               "a visitor's six digits 访客码",
               {{"--person", "person", "who is visited", true},
                {"--group", "group", "which doors: the number of their group", true, true},
                {"--hours", "hours", "how long they are good, else 1", false, true},
                {"--uses", "uses", "how often, else once", false, true}},
               &code},
    CommandRow{"access revoke-code",
               "six digits are good no longer 撤销访客码",
               {{"code", "code", "their id, never the digits", true}},
               &revoke_code},
    CommandRow{"access visits",
               "which passes and codes are out 有效的访客通行证",
               {{"--person", "person", "whom this person invited, else everybody"},
                {"--after", "after", "the rest of a long list"}},
               &visits},
    CommandRow{"access import",
               "a list of who lives where, as CSV: says first what it would do 住户导入",
               {{"file", "file", "UTF-8 or GB18030, at most 1,000 people", true},
                {"--groups", "groups", "the doors that they pass, as far as on their way", false,
                 false, false, true},
                {"--apply", "apply", "take it over, all of it or nothing", false, false, true}},
               &import},
    CommandRow{"access move-out",
               "a household goes, and all that its people had 退租",
               {{"household", "household", "its id", true}},
               &move_out},
    CommandRow{"access erase-person",
               "what is still stored of somebody who lives here no longer goes 删除个人信息",
               {{"person", "person", "the person's id", true}},
               &erase_person},
    CommandRow{"access consent",
               "notes that somebody agreed to face recognition 人脸同意",
               {{"person", "person", "the person's id", true},
                {"text", "text", "which text they signed: its version", true}},
               &give_consent},
    CommandRow{"access withdraw-consent",
               "somebody agrees no longer: the face ends with it 撤回同意",
               {{"person", "person", "the person's id", true}},
               &withdraw_consent},
};

}  // namespace

std::span<const CommandRow> access_homes_table() {
  return kTable;
}

}  // namespace linli::ctl
