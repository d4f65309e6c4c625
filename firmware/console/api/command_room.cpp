#include "firmware/console/api/command_room.hpp"

#include <algorithm>
#include <utility>

#include "firmware/console/api/cursor.hpp"
#include "firmware/console/api/etag.hpp"
#include "firmware/domain/command_rules.hpp"

namespace linli::console::api {
namespace {

using base::Json;
using core::CommandRecord;

// Newest first: the time counts down, the id makes it unique.
std::string key_of_record(const CommandRecord& record) {
  constexpr std::int64_t kEnd = 253'402'300'800'000;  // the year 10000
  return fmt::format("{:015}{}", kEnd - record.received.unix_ms, record.command.id.str());
}

struct Item {
  std::string key;
  const CommandRecord* record;
};

}  // namespace

void CommandRoom::add_to(Handlers& handlers) {
  handlers["commands"] = [this](Call call) { list(std::move(call)); };
  handlers["command"] = [this](Call call) { show(std::move(call)); };
  handlers["send_command"] = [this](Call call) { create(std::move(call)); };
}

bool CommandRoom::sees(const core::Actor& actor, const CommandRecord& record) const {
  if (actor.places.empty()) return true;
  return reach_.device(actor, devices_, device_of(record.command)) != nullptr;
}

void CommandRoom::list(Call call) const {
  const auto page = page_of(call);
  if (!page) return refuse(std::move(call), page.error());
  const auto device = call.query("device");
  const auto state = call.query("state");
  std::vector<Item> all;
  ledger_.each([this, &call, &all, &page, device, state](const CommandRecord& record) {
    if (!device.empty() && device != device_of(record.command)) return;
    if (!state.empty() && state != domain::name(record.outcome.state)) return;
    if (!sees(call.actor, record)) return;
    std::string key = key_of_record(record);
    if (key > page->after) all.push_back({std::move(key), &record});
  });
  const auto by_key = [](const Item& a, const Item& b) { return a.key < b.key; };
  const std::size_t shown = std::min(page->limit, all.size());
  std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(shown), all.end(),
                    by_key);
  Json items = Json::array();
  for (std::size_t i = 0; i < shown; ++i) items.push_back(command_json(*all[i].record));
  const bool is_more = all.size() > shown;
  answer(std::move(call), Json{{"items", std::move(items)},
                               {"next", is_more ? Json(cursor_of(all[shown - 1].key)) : Json()}});
}

void CommandRoom::show(Call call) const {
  const auto id = domain::CommandId::parse(call.path_value("id"));
  const CommandRecord* const record = id ? ledger_.find(*id) : nullptr;
  if (record == nullptr || !sees(call.actor, *record)) {
    return refuse(std::move(call),
                  Problem{"not_found", fmt::format("no command '{}'", call.path_value("id"))});
  }
  const Json json = spoken_to(call, command_json(*record));
  answer_versioned(std::move(call), json, etag_of(record->command.id.str(), json));
}

base::Result<domain::Command> CommandRoom::new_command(const core::Actor& actor, std::string target,
                                                       const std::string& action) {
  auto word = house_.random_word();
  if (!word) return base::failure_of(std::move(word));
  auto id = domain::CommandId::parse("console-" + *word);
  if (!id) return base::failure_of(std::move(id));
  domain::Command command;
  command.id = *std::move(id);
  command.target = std::move(target);
  command.action = action;
  command.issuer = core::issuer_of(actor);
  command.role = domain::kRoleOperator;
  return command;
}

void CommandRoom::send(const core::Actor& actor, domain::Command command, const Note& note,
                       bool wait, core::CommandLedger::Answer answer) {
  Json detail = {{"action", command.action}, {"command", command.id.str()}};
  if (!note.reason.empty()) detail["reason"] = note.reason;
  audit_.write(actor, "command.send", note.target, detail,
               [this, wait, command = std::move(command),
                answer = std::move(answer)](base::Result<void> noted) mutable {
                 if (!noted) return std::move(answer)(base::failure_of(std::move(noted)));
                 if (wait) return ledger_.submit_and_wait(std::move(command), std::move(answer));
                 ledger_.submit(std::move(command), std::move(answer));
               });
}

void CommandRoom::create(Call call) {
  base::JsonReader in(call.body);
  const std::string device = in.text("device", 64);
  const std::string action = in.text("action", 64);
  const Json* const input = in.optional_object("input");
  const std::string reason = in.optional_text("reason", 256).value_or("");
  const auto ttl_ms = in.optional_integer("ttl_ms", {1, 86'400'000});
  if (auto read = in.finish(); !read) return refuse(std::move(call), read.error());
  const core::Device* const target = reach_.device(call.actor, devices_, device);
  if (target == nullptr)
    return refuse(std::move(call), Problem{"not_found", fmt::format("no device '{}'", device)});
  if (!domain::action_index(*target->profile, action)) {
    return refuse(
        std::move(call),
        Problem{"invalid", fmt::format("action: '{}' is none of {}", action, target->profile->name),
                "/action"});
  }
  auto command = new_command(call.actor, "device/" + device, action);
  if (!command) return refuse(std::move(call), command.error());
  if (input != nullptr) command->input = base::dump_json(*input);
  command->ttl_ms = ttl_ms;
  const core::Actor actor = call.actor;
  send(actor, *std::move(command), {"device:" + device, reason}, false,
       [call = std::move(call)](base::Result<CommandRecord> record) mutable {
         if (!record) return refuse(std::move(call), record.error());
         answer(std::move(call), command_json(*record));
       });
}

}  // namespace linli::console::api
