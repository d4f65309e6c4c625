#include "drivers/coap/lwm2m_peer.hpp"

#include <algorithm>
#include <utility>

#include "drivers/coap/lwm2m_values.hpp"
#include "firmware/base/bytes.hpp"

namespace linli::drivers::coap {
namespace {

using net::CoapCall;
using net::CoapCode;
using net::CoapFormat;
using net::CoapMethod;

// RFC 7641 §3.4: 24-bit numbers that wrap, and a time after which any is new.
constexpr std::uint32_t kHalf = 1U << 23U;
constexpr base::Duration kAnyIsNew = std::chrono::seconds(128);

bool is_newer(std::uint32_t last, std::uint32_t next) {
  return (last < next && next - last < kHalf) || (last > next && last - next > kHalf);
}

// How much of a device's own words stands in a command's outcome.
constexpr std::size_t kMaxDiagnosticBytes = 80;

bool is_format_problem(std::uint8_t code) {
  return code == static_cast<std::uint8_t>(CoapCode::kNotAcceptable) ||
         code == static_cast<std::uint8_t>(CoapCode::kBadOption);
}

}  // namespace

base::Result<ports::ActionReply> outcome_of(const net::CoapAnswer& answer) {
  if (answer.is_success()) return ports::ActionReply{false, "{}"};
  std::string words = answer.payload.substr(0, kMaxDiagnosticBytes);
  if (!base::is_utf8(words)) words.clear();
  return base::fail(answer.code >> 5U == 4 ? base::Code::kRefused : base::Code::kInternal,
                    "the device answered {}.{:02}{}{}", answer.code >> 5U, answer.code & 31U,
                    words.empty() ? "" : ": ", words);
}

Lwm2mPeer::Lwm2mPeer(std::shared_ptr<const domain::Profile> profile, std::uint64_t tokens,
                     Lwm2mRegistration registration, std::uint64_t session, base::TimePoint now)
    : profile_(std::move(profile)),
      tokens_(tokens),
      registration_(std::move(registration)),
      session_(session),
      heard_(now) {
  watch_objects();
}

// One watch for each resource of the profile that the device has; those that stay keep their state.
void Lwm2mPeer::watch_objects() {
  const auto is_there = [this](const domain::ObjectPath& path) {
    return registration_.objects.instances.contains({path.object, path.instance});
  };
  std::erase_if(watches_, [&is_there](const Watch& watch) { return !is_there(watch.path); });
  for (const domain::UpForm& form : profile_->up) {
    if (!form.resource || !is_there(form.resource->path)) continue;
    const bool is_known =
        std::any_of(watches_.begin(), watches_.end(),
                    [&form](const Watch& watch) { return watch.path == form.resource->path; });
    if (is_known) continue;
    Watch& watch = watches_.emplace_back();
    watch.path = form.resource->path;
    watch.format = form.resource->format;
    watch.token = next_token();
  }
}

std::vector<domain::ObjectPath> Lwm2mPeer::missing() const {
  std::vector<domain::ObjectPath> paths;
  for (const domain::UpForm& form : profile_->up) {
    if (!form.resource) continue;
    const auto& path = form.resource->path;
    if (!registration_.objects.instances.contains({path.object, path.instance}) &&
        std::find(paths.begin(), paths.end(), path) == paths.end())
      paths.push_back(path);
  }
  return paths;
}

std::size_t Lwm2mPeer::observed() const {
  return static_cast<std::size_t>(
      std::count_if(watches_.begin(), watches_.end(),
                    [](const Watch& watch) { return watch.state == State::kObserved; }));
}

void Lwm2mPeer::update(const Lwm2mUpdate& update, std::uint64_t session, base::TimePoint now) {
  heard(session, now);
  if (update.lifetime_s) registration_.lifetime_s = *update.lifetime_s;
  if (update.is_queued) registration_.is_queued = *update.is_queued;
  if (update.objects) {
    registration_.objects = *update.objects;
    watch_objects();
  }
  for (Watch& watch : watches_) {
    const bool is_settled = watch.state == State::kObserved || watch.state == State::kRead;
    if (is_settled && !watch.was_heard) watch.state = State::kWanted;
    watch.was_heard = false;
  }
}

void Lwm2mPeer::heard(std::uint64_t session, base::TimePoint now) {
  session_ = session;
  heard_ = now;
  is_silent_ = false;
}

void Lwm2mPeer::end_session(std::uint64_t session) {
  if (session_ == session) session_ = 0;
}

bool Lwm2mPeer::add(const domain::CommandId& command, CoapCall call) {
  if (commands_.size() >= kMaxCommands) return false;
  commands_.push_back({command, std::move(call), next_token(), 0, false});
  return true;
}

bool Lwm2mPeer::remove(const domain::CommandId& command) {
  const auto found = std::find_if(commands_.begin(), commands_.end(),
                                  [&command](const Command& one) { return one.id == command; });
  if (found == commands_.end()) return true;
  const bool was_sent = found->is_sent;
  commands_.erase(found);
  return !was_sent;
}

std::vector<domain::CommandId> Lwm2mPeer::commands() const {
  std::vector<domain::CommandId> ids;
  for (const Command& command : commands_) ids.push_back(command.id);
  return ids;
}

std::vector<std::pair<domain::CommandId, CoapCall>> Lwm2mPeer::take_waiting() {
  std::vector<std::pair<domain::CommandId, CoapCall>> waiting;
  for (Command& command : commands_) {
    if (!command.is_sent) waiting.emplace_back(command.id, std::move(command.call));
  }
  std::erase_if(commands_, [](const Command& command) { return !command.is_sent; });
  return waiting;
}

base::Result<CoapCall> Lwm2mPeer::command_call(std::uint16_t action, std::string_view input) const {
  const auto form =
      std::find_if(profile_->down.begin(), profile_->down.end(),
                   [action](const domain::DownForm& one) { return one.action == action; });
  if (form == profile_->down.end() || !form->resource)
    return base::fail(base::Code::kUnsupported, "the profile {} does not say how", profile_->name);
  CoapCall call;
  call.path = segments(form->resource->path);
  call.method = form->executes ? CoapMethod::kPost : CoapMethod::kPut;
  if (form->executes) return call;
  call.format = format_of(form->resource->format);
  auto payload = encode_write(*form, input, *call.format);
  if (!payload) return base::failure_of(std::move(payload));
  call.payload = *std::move(payload);
  return call;
}

std::optional<Lwm2mPeer::Outgoing> Lwm2mPeer::next(base::TimePoint now) {
  if (!is_reachable(now)) return std::nullopt;
  if (!commands_.empty() && !commands_.front().is_sent) {
    Command& command = commands_.front();
    command.is_sent = true;
    return Outgoing{command.token, command.call};
  }
  const auto in_state = [this](State state) {
    return std::find_if(watches_.begin(), watches_.end(),
                        [state](const Watch& watch) { return watch.state == state; });
  };
  const auto wanted = in_state(State::kWanted);
  if (wanted == watches_.end() || in_state(State::kAsked) != watches_.end()) return std::nullopt;
  wanted->state = State::kAsked;
  Outgoing outgoing{wanted->token, {}};
  outgoing.call.path = segments(wanted->path);
  outgoing.call.observe = 0;
  if (!wanted->leaves_format_to_device) outgoing.call.accept = format_of(wanted->format);
  return outgoing;
}

void Lwm2mPeer::sent(const std::string& token, std::uint16_t message_id) {
  for (Watch& watch : watches_) {
    if (watch.token == token) watch.message_id = message_id;
  }
  for (Command& command : commands_) {
    if (command.token == token) command.message_id = message_id;
  }
}

std::vector<std::string> Lwm2mPeer::path_of(const std::string& token) const {
  for (const Watch& watch : watches_) {
    if (watch.token == token) return segments(watch.path);
  }
  for (const Command& command : commands_) {
    if (command.token == token) return command.call.path;
  }
  return {};
}

Lwm2mPeer::Answered Lwm2mPeer::answer(const net::CoapAnswer& answer, base::TimePoint now) {
  const std::string& token = answer.exchange.token;
  const auto command =
      std::find_if(commands_.begin(), commands_.end(),
                   [&token](const Command& one) { return one.is_sent && one.token == token; });
  if (command != commands_.end()) {
    Answered answered{Answered::Kind::kCommand, std::move(command->id)};
    commands_.erase(command);
    return answered;
  }
  const auto watch = std::find_if(watches_.begin(), watches_.end(),
                                  [&token](const Watch& one) { return one.token == token; });
  if (watch == watches_.end()) return {};
  return take(*watch, answer, now);
}

Lwm2mPeer::Answered Lwm2mPeer::take(Watch& watch, const net::CoapAnswer& answer,
                                    base::TimePoint now) {
  const bool was_asked = watch.state == State::kAsked;
  Answered answered{Answered::Kind::kNothing, std::nullopt, watch.path, !was_asked};
  if (!answer.is_success()) {
    const bool again = is_format_problem(answer.code) && !watch.leaves_format_to_device;
    watch.leaves_format_to_device |= again;
    watch.state = again ? State::kWanted : State::kAbsent;
    return answered;
  }
  const bool is_ordered = !was_asked && watch.sequence && answer.observe;
  if (is_ordered && now - watch.at < kAnyIsNew && !is_newer(*watch.sequence, *answer.observe)) {
    answered.kind = Answered::Kind::kStale;
    return answered;
  }
  watch.state = answer.observe ? State::kObserved : State::kRead;
  watch.was_heard = answer.observe.has_value();
  watch.sequence = answer.observe;
  watch.at = now;
  answered.kind = Answered::Kind::kValue;
  return answered;
}

Lwm2mPeer::Lost Lwm2mPeer::lose(std::uint16_t message_id, bool refused) {
  return lose_if([message_id](const auto& one) { return one.message_id == message_id; }, refused);
}

Lwm2mPeer::Lost Lwm2mPeer::lose(const std::string& token, bool refused) {
  return lose_if([&token](const auto& one) { return one.token == token; }, refused);
}

template <class Match>
Lwm2mPeer::Lost Lwm2mPeer::lose_if(Match match, bool refused) {
  for (Watch& watch : watches_) {
    if (watch.state != State::kAsked || !match(watch)) continue;
    watch.state = refused ? State::kAbsent : State::kWanted;
    is_silent_ = is_silent_ || !refused;
    return {true, std::nullopt};
  }
  for (auto command = commands_.begin(); command != commands_.end(); ++command) {
    if (!command->is_sent || !match(*command)) continue;
    Lost lost{true, std::move(command->id)};
    commands_.erase(command);
    is_silent_ = is_silent_ || !refused;
    return lost;
  }
  return {};
}

void Lwm2mPeer::want(const domain::ObjectPath& path) {
  for (Watch& watch : watches_) {
    if (watch.path == path && watch.state != State::kAsked) watch.state = State::kWanted;
  }
}

bool Lwm2mPeer::is_reachable(base::TimePoint now) const {
  if (session_ == 0 || is_silent_) return false;
  return !registration_.is_queued || now - heard_ < kAwake;
}

std::string Lwm2mPeer::next_token() {
  const std::uint64_t bits = ++tokens_;
  std::string token;
  for (int shift = 56; shift >= 0; shift -= 8)
    token.push_back(static_cast<char>((bits >> static_cast<unsigned>(shift)) & 0xffU));
  return token;
}

std::vector<std::string> Lwm2mPeer::segments(const domain::ObjectPath& path) const {
  const std::string text = registration_.objects.root + domain::to_text(path);
  std::vector<std::string> segments;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('/', at + 1), text.size());
    segments.push_back(text.substr(at + 1, end - at - 1));
    at = end;
  }
  return segments;
}

CoapFormat Lwm2mPeer::format_of(domain::ResourceFormat format) const {
  switch (format) {
    case domain::ResourceFormat::kText:
      return CoapFormat::kText;
    case domain::ResourceFormat::kTlv:
      return CoapFormat::kTlv;
    case domain::ResourceFormat::kSenmlJson:
      return CoapFormat::kSenmlJson;
    case domain::ResourceFormat::kChosen:
      break;
  }
  return registration_.objects.speaks_senml ? CoapFormat::kSenmlJson : CoapFormat::kTlv;
}

}  // namespace linli::drivers::coap
