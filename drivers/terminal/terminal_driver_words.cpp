#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "drivers/terminal/terminal_driver_body.hpp"
#include "drivers/terminal/terminal_reports.hpp"

// What is said to a terminal.
namespace linli::drivers::terminal {
namespace {

using base::Code;
using domain::TerminalWord;

constexpr base::Duration kOrderLife = PersonSync::kAnswerLimit;

}  // namespace

std::string TerminalDriver::new_message() {
  return fmt::format("linli-{}-d{}", run_, ++last_message_);
}

void TerminalDriver::say(Terminal& terminal, TerminalWord word, Blanks blanks,
                         base::Done<void> done) {
  const std::string& words = terminal.model().word(word);
  if (words.empty())
    return std::move(done)(base::fail(Code::kUnsupported, "the profile has no words for it"));
  blanks.try_emplace("message", new_message());
  blanks["id"] = terminal.device.str();
  if (word == TerminalWord::kSetTime) {
    const domain::EventTime now = dependencies_.clock.now();
    if (now.quality != domain::TimeQuality::kSynchronised)
      return std::move(done)(base::fail(Code::kUnsupported, "the time is not known here either"));
    blanks["time"] = time_text(now.unix_ms);
  }
  auto payload = fill(words, blanks);
  if (!payload) return std::move(done)(base::failure_of(std::move(payload)));
  send(terminal, *std::move(payload), kOrderLife, std::move(done));
}

void TerminalDriver::send(const Terminal& terminal, std::string payload, base::Duration expires_in,
                          base::Done<void> done) {
  const std::string topic = terminal.topic(terminal.model().topics.command);
  show(topic, payload, &terminal, ports::FrameDirection::kOut);
  dependencies_.publish(topic, std::move(payload), expires_in, std::move(done));
}

void TerminalDriver::acknowledge(const domain::DeviceId& device, const std::string& message_id) {
  const auto found = terminals_.find(device.str());
  const auto pushed = pushed_in(message_id);
  if (found == terminals_.end() || !pushed) return;
  Blanks blanks;
  const auto number = base::parse_json(pushed->id);
  blanks["record"] = number && number->is_number_unsigned() ? *number : base::Json(pushed->id);
  blanks["recordType"] = pushed->type;
  // A lost acknowledgement is no harm: the record comes again, and is acknowledged again.
  say(*found->second, TerminalWord::kPushAck, std::move(blanks),
      [](const base::Result<void>& /*comes again*/) {});
}

void TerminalDriver::invoke(ports::ActionRequest request, base::Done<ports::ActionReply> done) {
  const auto fail = [this](base::Done<ports::ActionReply> whom, base::Error error) {
    loop_.post([whom = std::move(whom), error = std::move(error)]() mutable {
      std::move(whom)(base::Failure(std::move(error)));
    });
  };
  const auto found = terminals_.find(request.device.str());
  if (found == terminals_.end())
    return fail(std::move(done), {Code::kNotFound, "the device is not attached"});
  Terminal& terminal = *found->second;
  if (terminal.is_online == false)
    return fail(std::move(done), {Code::kOffline, "the terminal is offline"});
  const auto& forms = terminal.profile->down;
  const auto form = std::find_if(forms.begin(), forms.end(), [&request](const auto& each) {
    return each.action == request.action;
  });
  auto input = base::parse_json(request.input);
  if (form == forms.end() || !input)
    return fail(std::move(done),
                {Code::kUnsupported, "the profile does not say how to ask for it"});
  Blanks blanks;
  for (auto each = input->begin(); each != input->end(); ++each) blanks[each.key()] = *each;
  const std::string message = new_message();
  blanks["message"] = message;
  blanks["id"] = terminal.device.str();
  auto payload = fill(form->payload, blanks);
  if (!payload) return fail(std::move(done), payload.error());
  const bool is_answered = form->payload.find("{message}") != std::string::npos;
  if (is_answered) {
    const base::Duration limit = terminal.profile->actions[request.action].timeout;
    terminal.asked[message] = {request.command, loop_.after(limit, [&terminal, message] {
                                 terminal.asked.erase(message);
                               })};
  }
  const std::string topic = terminal.topic(form->topic);
  show(topic, *payload, &terminal, ports::FrameDirection::kOut);
  dependencies_.publish(topic, *std::move(payload), request.expires_in,
                        [done = std::move(done), is_answered](base::Result<void> sent) mutable {
                          if (!sent) return std::move(done)(base::failure_of(std::move(sent)));
                          if (!is_answered)
                            return std::move(done)(base::fail(
                                Code::kTimeout, "sent; this model does not confirm actions"));
                          std::move(done)(ports::ActionReply{true, "{}"});
                        });
}

void TerminalDriver::show(const std::string& topic, const std::string& payload,
                          const Terminal* terminal, ports::FrameDirection direction) const {
  ports::Frame frame;
  frame.direction = direction;
  frame.head = topic;
  frame.payload = masked(payload);
  if (terminal != nullptr) {
    frame.device = terminal->device.str();
    frame.profile = terminal->profile;
  }
  dependencies_.tap.frame("terminal", std::move(frame));
}

}  // namespace linli::drivers::terminal
