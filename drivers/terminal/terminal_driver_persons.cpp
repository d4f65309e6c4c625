#include <nlohmann/json.hpp>
#include <utility>

#include "drivers/terminal/terminal_driver_body.hpp"
#include "firmware/base/bytes.hpp"

// Whom the terminals are to know, and how far they are.
namespace linli::drivers::terminal {
namespace {

using domain::TerminalWord;

constexpr std::size_t kMaxPersonId = 48;  // bytes of a customId
constexpr std::size_t kDigestBytes = 16;

bool is_same(const ports::RosterPerson& one, const ports::RosterPerson& other) {
  return one.holder == other.holder && one.card_bit_count == other.card_bit_count &&
         one.card_bits.reveal() == other.card_bits.reveal() && one.from_ms == other.from_ms &&
         one.until_ms == other.until_ms;
}

}  // namespace

void TerminalDriver::restore_person(std::string_view key, const std::string& row) {
  const std::size_t slash = key.find('/');
  const auto found = terminals_.find(key.substr(0, slash));
  if (slash == std::string_view::npos || found == terminals_.end()) return;
  found->second->sync->restore(std::string(key.substr(slash + 1)), row);
}

void TerminalDriver::use_roster(const ports::PersonRoster& roster) {
  roster_ = &roster;
  on_roster_change();
}

void TerminalDriver::on_roster_change() {
  plan_timer_ = loop_.after(kPlanEvery, [this] { on_roster_change(); });
  plan_again_ = std::exchange(is_planning_, true);
  if (!plan_again_) plan_next("");
}

// One terminal a turn of the loop: a compound has many, and each asks all rights.
void TerminalDriver::plan_next(std::string after) {
  loop_.post([this, living = std::weak_ptr(alive_), after = std::move(after)] {
    if (living.expired()) return;
    const auto next = terminals_.upper_bound(after);
    if (next != terminals_.end()) {
      plan(*next->second);
      return plan_next(next->first);
    }
    is_planning_ = false;
    if (std::exchange(plan_again_, false)) on_roster_change();
  });
}

void TerminalDriver::plan(Terminal& terminal) {
  if (roster_ == nullptr || terminal.model().word(TerminalWord::kPutPerson).empty()) return;
  terminal.sync->want(wishes_of(terminal));
}

std::map<std::string, Wish> TerminalDriver::wishes_of(Terminal& terminal) const {
  const domain::TerminalModel& model = terminal.model();
  std::map<std::string, Wish> wishes;
  terminal.unfit = 0;
  for (ports::RosterPerson& person : roster_->persons_at(terminal.device)) {
    const bool is_card = person.card_bit_count != 0;
    const bool is_tellable =
        person.id.size() <= kMaxPersonId && person.id.find('/') == std::string::npos &&
        (!is_card ||
         card_number(model, person.card_bits.reveal(), person.card_bit_count).has_value());
    // A terminal that decides itself does not know of hours.
    if (!is_tellable || (model.decides_itself && !person.at_all_hours)) {
      ++terminal.unfit;
      continue;
    }
    // Nearly all are as they were a minute ago.
    const auto before = terminal.sync->wishes().find(person.id);
    if (before != terminal.sync->wishes().end() && is_same(before->second.person, person)) {
      wishes.insert(*before);
      continue;
    }
    const auto words = fill(model.word(TerminalWord::kPutPerson), blanks_of(terminal, person));
    if (!words) continue;
    Wish wish{person, base::to_hex(dependencies_.crypto.sha256(*words).substr(0, kDigestBytes))};
    wishes.emplace(std::move(person.id), std::move(wish));
  }
  return wishes;
}

Blanks TerminalDriver::blanks_of(const Terminal& terminal,
                                 const ports::RosterPerson& person) const {
  constexpr std::int64_t kBeginning = 0;
  constexpr std::int64_t kNoEnd = 4'102'416'000'000;  // 2100, China
  Blanks blanks;
  const bool is_limited = person.from_ms || person.until_ms;
  blanks["id"] = terminal.device.str();
  blanks["person"] = person.id;
  blanks["limited"] = is_limited ? 1 : 0;
  if (is_limited) {
    blanks["from"] = time_text(person.from_ms.value_or(kBeginning));
    blanks["until"] = time_text(person.until_ms.value_or(kNoEnd));
  }
  if (auto card = card_number(terminal.model(), person.card_bits.reveal(), person.card_bit_count))
    blanks["card"] = *std::move(card);
  return blanks;
}

std::vector<TerminalStatus> TerminalDriver::status() const {
  std::vector<TerminalStatus> all;
  for (const auto& [id, terminal] : terminals_)
    all.push_back({id, terminal->is_online.value_or(false), terminal->sync->counts(),
                   terminal->unfit, terminal->sync->refusals()});
  return all;
}

TerminalDriver::Reach TerminalDriver::reach_of(std::string_view holder) const {
  Reach reach;
  for (const auto& [id, terminal] : terminals_) {
    const SyncCounts counts = terminal->sync->counts_of(holder);
    if (counts.wanted == 0) continue;
    ++reach.wanted;
    if (counts.held == counts.wanted) {
      ++reach.in_effect;
    } else if (!terminal->is_online.value_or(false)) {
      ++reach.offline;
    }
  }
  return reach;
}

ports::DeviceTopics topics_of(const domain::DeviceId& device, const domain::TerminalModel& model) {
  ports::DeviceTopics topics;
  for (const std::string* form :
       {&model.topics.answer, &model.topics.record, &model.topics.snapshot, &model.topics.qr,
        &model.topics.heartbeat, &model.topics.basic})
    if (!form->empty()) topics.publish.push_back(topic_of(*form, device.str()));
  topics.subscribe.push_back(topic_of(model.topics.command, device.str()));
  return topics;
}

}  // namespace linli::drivers::terminal
