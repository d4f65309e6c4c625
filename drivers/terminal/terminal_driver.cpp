#include "drivers/terminal/terminal_driver.hpp"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "drivers/terminal/terminal_driver_body.hpp"
#include "drivers/terminal/terminal_reports.hpp"
#include "firmware/base/bytes.hpp"
#include "firmware/base/log.hpp"

namespace linli::drivers::terminal {
namespace {

using base::Code;
using domain::TerminalWord;

constexpr base::Duration kWarnEvery = std::chrono::minutes(10);
constexpr std::size_t kMostWarned = 64;

std::array<std::pair<Channel, const std::string*>, 4> own_topics_of(
    const domain::TerminalTopics& topics) {
  return {{{Channel::kAnswer, &topics.answer},
           {Channel::kRecord, &topics.record},
           {Channel::kSnapshot, &topics.snapshot},
           {Channel::kQr, &topics.qr}}};
}

bool is_shared(std::string_view topic) {
  return topic.find("{id}") == std::string_view::npos;
}

}  // namespace

TerminalDriver::TerminalDriver(base::Loop& loop, Dependencies dependencies)
    : loop_(loop), dependencies_(std::move(dependencies)) {
  constexpr std::size_t kRunBytes = 6;
  run_ = base::to_hex(dependencies_.crypto.random(kRunBytes).value_or("000000"));
  plan_timer_ = loop_.after(kPlanEvery, [this] { on_roster_change(); });
}

TerminalDriver::~TerminalDriver() = default;

base::Result<void> TerminalDriver::accepts(const domain::Profile& profile,
                                           std::string_view address) const {
  if (!profile.terminal)
    return base::fail(Code::kUnsupported,
                      "{} does not describe a terminal: it has no linli:terminal", profile.name);
  return DeviceDriver::accepts(profile, address);
}

// Rights follow from topics: no id may reach into those of another, or into the shared ones.
base::Result<void> TerminalDriver::check_topics(const std::string& id,
                                                const domain::TerminalTopics& topics) const {
  const auto is_taken = [this, &id](const std::string& topic) {
    const auto own = own_topics_.find(topic);
    return shared_topics_.contains(topic) || (own != own_topics_.end() && own->second.device != id);
  };
  std::vector<std::string> own{topic_of(topics.command, id)};
  for (const auto& [channel, form] : own_topics_of(topics)) own.push_back(topic_of(*form, id));
  for (const std::string& topic : own) {
    if (!topic.empty() && (is_taken(topic) || topic == topics.heartbeat || topic == topics.basic))
      return base::fail(Code::kInvalid, "the topic '{}' is another's: choose another id", topic);
  }
  for (const std::string* topic : {&topics.heartbeat, &topics.basic}) {
    if (own_topics_.contains(*topic))
      return base::fail(Code::kInvalid, "the topic '{}' is another's: choose another profile",
                        *topic);
  }
  return {};
}

base::Result<void> TerminalDriver::attach(domain::DeviceId device,
                                          std::shared_ptr<const domain::Profile> profile,
                                          std::string_view address) {
  if (auto accepted = accepts(*profile, address); !accepted) return accepted;
  const std::string id = device.str();
  if (auto free = check_topics(id, profile->terminal->topics); !free) return free;
  auto made = std::make_unique<Terminal>();
  made->device = device;
  made->profile = std::move(profile);
  Terminal& terminal = *made;
  PersonSync::Dependencies needs{loop_, dependencies_.store, run_,
                                 !terminal.model().word(TerminalWord::kListPersons).empty(),
                                 [this, &terminal](const Order& order, base::Done<void> sent) {
                                   send_order(terminal, order, std::move(sent));
                                 }};
  terminal.sync = std::make_unique<PersonSync>(std::move(device), std::move(needs));
  if (const auto before = terminals_.find(id); before != terminals_.end()) {
    for (const auto& [person, digest] : before->second->sync->rows())
      terminal.sync->restore(person, digest);
    forget(id);
  }
  terminals_[id] = std::move(made);
  listen(terminal);
  terminal.silence =
      loop_.after(terminal.model().silence, [this, &terminal] { is_gone(terminal); });
  on_roster_change();
  return {};
}

void TerminalDriver::send_order(Terminal& terminal, const Order& order, base::Done<void> sent) {
  constexpr std::array kWords{TerminalWord::kPutPerson, TerminalWord::kRemovePerson,
                              TerminalWord::kListPersons};
  Blanks blanks = blanks_of(terminal, order.person);
  blanks["message"] = order.message;
  say(terminal, kWords.at(static_cast<std::size_t>(order.kind)), std::move(blanks),
      std::move(sent));
}

void TerminalDriver::listen(Terminal& terminal) {
  const domain::TerminalTopics& topics = terminal.model().topics;
  for (const auto& [channel, form] : own_topics_of(topics)) {
    if (form->empty()) continue;
    const std::string topic = terminal.topic(*form);
    own_topics_[topic] = {terminal.device.str(), channel};
    dependencies_.subscribe(topic);
  }
  for (const std::string* form : {&topics.heartbeat, &topics.basic}) {
    if (form->empty()) continue;
    const std::string topic = terminal.topic(*form);
    if (is_shared(*form)) {
      ++shared_topics_[topic];
    } else {
      own_topics_[topic] = {terminal.device.str(), Channel::kShared};
    }
    dependencies_.subscribe(topic);
  }
}

void TerminalDriver::forget(const std::string& device) {
  const auto found = terminals_.find(device);
  const domain::TerminalTopics& topics = found->second->model().topics;
  for (const std::string* form : {&topics.heartbeat, &topics.basic}) {
    const auto shared = shared_topics_.find(*form);
    if (shared != shared_topics_.end() && --shared->second == 0) shared_topics_.erase(shared);
  }
  std::erase_if(own_topics_, [&device](const auto& each) { return each.second.device == device; });
  terminals_.erase(found);
}

void TerminalDriver::detach(const domain::DeviceId& device) {
  const auto found = terminals_.find(device.str());
  if (found == terminals_.end()) return;
  ports::Turn turn;
  turn.erasures = found->second->sync->erasures();
  forget(device.str());
  if (!turn.erasures.empty())
    dependencies_.store.commit(std::move(turn),
                               [](const base::Result<void>& /*rows of nobody*/) {});
}

// ------------------------------------------------------------------ what comes in

bool TerminalDriver::take(const std::string& topic, const std::string& payload,
                          ports::Delivery& delivery) {
  if (const auto own = own_topics_.find(topic); own != own_topics_.end()) {
    ++counts_.messages;
    take_own(*terminals_.at(own->second.device), own->second.channel, topic, payload, delivery);
    return true;
  }
  if (!shared_topics_.contains(topic)) return false;
  ++counts_.messages;
  take_shared(topic, payload, delivery);
  return true;
}

void TerminalDriver::take_own(Terminal& terminal, Channel channel, const std::string& topic,
                              const std::string& payload, ports::Delivery& delivery) {
  show(topic, payload, &terminal, ports::FrameDirection::kIn);
  auto message = decode(channel, payload);
  is_there(terminal);
  if (!message) {
    domain::Report report;
    report.device = terminal.device;
    report.rejection = message.error().what;
    delivery.reports.push_back(std::move(report));
    return;
  }
  if (const auto* const sign = std::get_if<Sign>(&*message))
    return take_sign(terminal, *sign, delivery);
  delivery.reports.push_back(report_on(terminal, *message));
}

void TerminalDriver::take_shared(const std::string& topic, const std::string& payload,
                                 ports::Delivery& delivery) {
  auto message = decode(Channel::kShared, payload);
  const auto* const sign = message ? std::get_if<Sign>(&*message) : nullptr;
  const auto found = sign == nullptr ? terminals_.end() : terminals_.find(sign->terminal);
  const bool is_known =
      found != terminals_.end() && (found->second->model().topics.heartbeat == topic ||
                                    found->second->model().topics.basic == topic);
  show(topic, payload, is_known ? found->second.get() : nullptr, ports::FrameDirection::kIn);
  if (sign != nullptr && is_known) return take_sign(*found->second, *sign, delivery);
  ++counts_.strays;
  if (message && std::holds_alternative<Unknown>(*message))
    return note_unknown("", std::get<Unknown>(*message).operation);
  note_unknown("", sign == nullptr ? "unreadable" : "sign:" + sign->terminal.substr(0, 64));
}

// Anybody who may write to a shared topic can say this of anybody. So nobody is gone by it who
// answers, and nobody is there by it who did not answer when they were asked.
void TerminalDriver::take_sign(Terminal& terminal, const Sign& sign, ports::Delivery& delivery) {
  if (sign.kind == Sign::Kind::kOffline) {
    if (terminal.model().word(TerminalWord::kProbe).empty()) return is_gone(terminal);
    return probe(terminal);
  }
  if (sign.kind == Sign::Kind::kOnline) {
    say(terminal, TerminalWord::kOnlineAck, {}, [](const base::Result<void>& /*it repeats*/) {});
    say(terminal, TerminalWord::kSetTime, {}, [](const base::Result<void>& /*at the next one*/) {});
    // A terminal that was reset knows nobody any more, and does not say so.
    terminal.sync->doubt();
  }
  if (terminal.is_doubted) return probe(terminal);
  is_there(terminal);
  domain::Report report;
  report.device = terminal.device;
  report.presence = domain::Presence::kOnline;
  delivery.reports.push_back(std::move(report));
}

domain::Report TerminalDriver::report_on(Terminal& terminal, const Message& message) {
  const Moment moment{dependencies_.clock.now(), loop_.now()};
  domain::Report report;
  report.device = terminal.device;
  if (const auto* const record = std::get_if<Record>(&message))
    return report_of(*terminal.profile, terminal.device, *record, moment);
  if (const auto* const snapshot = std::get_if<Snapshot>(&message))
    return report_of(*terminal.profile, terminal.device, *snapshot);
  if (const auto* const scan = std::get_if<Scan>(&message))
    return report_of(*terminal.profile, terminal.device, *scan, moment);
  if (const auto* const answer = std::get_if<Answer>(&message)) {
    take_answer(terminal, *answer, report);
  } else if (const auto* const unknown = std::get_if<Unknown>(&message)) {
    note_unknown(terminal.device.str(), unknown->operation);
  }
  return report;
}

void TerminalDriver::take_answer(Terminal& terminal, const Answer& answer, domain::Report& report) {
  if (terminal.sync->take(answer)) return;
  const auto asked = terminal.asked.find(answer.message);
  if (asked == terminal.asked.end()) return;
  report.results.push_back({asked->second.command, answer.ok, "{}", answer.problem});
  terminal.asked.erase(asked);
}

void TerminalDriver::note_unknown(const std::string& device, const std::string& operation) {
  ++counts_.unknown;
  const std::string what = device + " " + operation;
  if (unknown_.size() >= kMostWarned && !unknown_.contains(what)) return;
  const auto [entry, is_new] = unknown_.try_emplace(what, loop_.now());
  if (!is_new && loop_.now() - entry->second < kWarnEvery) return;
  entry->second = loop_.now();
  base::log::warn("terminal", "a terminal said something that nobody here understands",
                  {{"device", device}, {"operator", operation}});
}

// ------------------------------------------------------------------ presence

void TerminalDriver::is_there(Terminal& terminal) {
  terminal.is_doubted = false;
  terminal.is_probed = false;
  terminal.probe = {};
  terminal.silence =
      loop_.after(terminal.model().silence, [this, &terminal] { is_gone(terminal); });
  terminal.is_online = true;
  terminal.sync->set_reachable(true);
}

void TerminalDriver::is_gone(Terminal& terminal) {
  terminal.silence = {};
  terminal.is_probed = false;
  terminal.is_doubted = !terminal.model().word(TerminalWord::kProbe).empty();
  terminal.sync->set_reachable(false);
  if (terminal.is_online == false) return;
  terminal.is_online = false;
  ports::Delivery delivery;
  domain::Report report;
  report.device = terminal.device;
  report.presence = domain::Presence::kOffline;
  delivery.reports.push_back(std::move(report));
  dependencies_.intake.take(std::move(delivery), [](const base::Result<void>& /*told again*/) {});
}

void TerminalDriver::look_around() {
  for (const auto& [id, terminal] : terminals_) {
    if (terminal->is_online) continue;
    say(*terminal, TerminalWord::kProbe, {}, [](const base::Result<void>& /*or a heartbeat*/) {});
  }
}

void TerminalDriver::probe(Terminal& terminal) {
  if (std::exchange(terminal.is_probed, true)) return;
  terminal.probe = loop_.after(kProbeLimit, [this, &terminal] { is_gone(terminal); });
  say(terminal, TerminalWord::kProbe, {}, [](const base::Result<void>& /*the limit tells*/) {});
}

}  // namespace linli::drivers::terminal
