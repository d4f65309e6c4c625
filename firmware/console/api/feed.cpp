#include "firmware/console/api/feed.hpp"

#include <algorithm>
#include <utility>

#include "firmware/console/api/spoken.hpp"

namespace linli::console::api {
namespace {

using base::Json;

constexpr std::string_view kDevice = "device/";
constexpr std::string_view kCommand = "command/";
constexpr std::string_view kDoor = "door/";

// A browser cannot say in a header which language its page speaks.
Language language_of_feed(const Call& call) {
  const auto asked = call.query("language");
  return asked.empty() ? call.language : language_of(asked);
}

Problem too_many() {
  return {"busy", "too many listen already: close a page and try again"};
}

Json parsed(const std::string& text) {
  return base::parse_json(text).value_or(Json::object());
}

// The values of a property event: {"properties":{…}}.
std::string values_of(const std::string& data) {
  const Json json = parsed(data);
  return json.contains("properties") ? base::dump_json(json["properties"]) : "{}";
}

}  // namespace

Feed::Feed(base::Loop& loop, std::string run, const core::DeviceTable& devices,
           const core::CommandLedger& ledger, const Reach& reach, const DeviceView& view,
           FeedSources sources)
    : loop_(loop),
      ring_(std::move(run)),
      devices_(devices),
      ledger_(ledger),
      reach_(reach),
      view_(view),
      sources_(std::move(sources)) {}

Feed::~Feed() = default;

bool Feed::listens() const {
  return !clients_.empty() || (was_used_ && loop_.now() - last_client_ < kLinger);
}

void Feed::note(Change change) {
  if (!listens()) return ring_.clear();
  ring_.add(std::move(change));
  if (!clients_.empty()) flush_later();
}

void Feed::flush_later() {
  if (flush_waits_) return;
  flush_waits_ = true;
  flush_timer_ = loop_.after(pause_, [this] { flush(); });
}

void Feed::on_device(const std::string& id) {
  note({Change::Kind::kDevice, id, "", "{}"});
}

void Feed::on_appended(const ports::OutboxChunk& chunk, std::string_view epoch) {
  if (clients() == 0 && !listens()) return;
  domain::RecordReader reader(chunk.records, chunk.stream);
  for (std::uint64_t seq = chunk.first; !reader.at_end(); ++seq) {
    if (const auto envelope = reader.next()) note_record(*envelope, seq, epoch);
  }
}

void Feed::note_record(const domain::Envelope& envelope, std::uint64_t seq,
                       std::string_view epoch) {
  const std::string_view subject = envelope.subject;
  if (envelope.type == domain::kCommandEvent && subject.starts_with(kCommand))
    return note({Change::Kind::kCommand, std::string(subject.substr(kCommand.size()))});
  const std::string device(subject.starts_with(kDevice) ? subject.substr(kDevice.size()) : "");
  if (envelope.type == domain::kPropertyEvent)
    return note({Change::Kind::kDevice, device, "", values_of(envelope.data)});
  if (envelope.type == domain::kPresenceEvent)
    return note({Change::Kind::kDevice, device, "", "{}"});
  const Json data = parsed(envelope.data);
  // What happens at a door is stored by the door's name alone, and is for whoever sees the door.
  const std::string place = subject.starts_with(kDoor)
                                ? sources_.place_of_door(subject.substr(kDoor.size()))
                                : data.value("place", std::string());
  const Json json = {{"id", domain::event_id(epoch, envelope.stream, seq)},
                     {"seq", seq},
                     {"class", domain::name(envelope.stream)},
                     {"type", envelope.type},
                     {"device", device.empty() ? Json() : Json(device)},
                     {"place", place.empty() ? Json() : Json(place)},
                     {"time", domain::rfc3339(envelope.time.unix_ms)},
                     {"quality", domain::name(envelope.time.quality)},
                     {"data", data}};
  note({Change::Kind::kEvent, device, place, base::dump_json(json)});
  if (envelope.type == domain::kThingEvent)
    tell_event(device, data.value("event", std::string()), data.value("data", Json::object()));
}

std::string Feed::message(std::uint64_t number, std::string_view kind,
                          std::string_view data) const {
  return fmt::format(R"({{"resume":"{}","kind":"{}","data":{}}})", ring_.token(number), kind, data);
}

bool Feed::sees_event(const core::Actor& actor, const Change& change) const {
  if (actor.places.empty() || reach_.sees(actor, change.place)) return true;
  return reach_.device(actor, devices_, change.id) != nullptr;
}

// --- the console's WebSocket ---

void Feed::open(Call call) {
  if (!call.request.is_websocket) {
    Problem problem{"invalid", "this is a WebSocket: ask for an upgrade", "", "", 426};
    problem.headers.emplace_back("Upgrade", "websocket");
    return refuse(std::move(call), problem);
  }
  if (clients_.size() >= kMaxClients) return refuse(std::move(call), too_many());
  Response response{101, {}, ""};
  response.on_open = [this, alive = std::weak_ptr(alive_), actor = call.actor,
                      language = language_of_feed(call),
                      resume = std::string(call.query("resume"))](OutletPtr outlet) {
    if (!alive.expired()) begin({actor, std::move(outlet), 0, language}, resume);
  };
  answer(std::move(call), std::move(response));
}

void Feed::begin(Client client, const std::string& resume) {
  if (!listens()) ring_.clear();
  const auto position = ring_.position(resume);
  client.next = position.value_or(ring_.next());
  const bool is_reset = !resume.empty() && !position;
  const bool sent = client.outlet->send(message(client.next, "hello", "{}")) &&
                    (!is_reset || client.outlet->send(message(client.next, "reset", "{}")));
  if (!sent) return;
  was_used_ = true;
  last_client_ = loop_.now();
  clients_.push_back(std::move(client));
  Batches own;
  if (!flush(clients_.back(), own)) clients_.pop_back();
  watch();
}

void Feed::flush() {
  flush_waits_ = false;
  const base::TimePoint begun = loop_.now();
  pause_ = kPause;
  Batches batches;
  for (auto client = clients_.begin(); client != clients_.end();)
    client = flush(*client, batches) ? std::next(client) : clients_.erase(client);
  last_client_ = loop_.now();
  pause_ = std::clamp<base::Duration>((last_client_ - begun) * kShare, kPause, kLongestPause);
  for (const Client& client : clients_) {
    if (client.next < ring_.next()) return flush_later();
  }
}

bool Feed::flush(Client& client, Batches& batches) {
  if (!sources_.still_stands(client.actor)) {
    client.outlet->close();
    return false;
  }
  if (client.next < ring_.first()) {  // it reads too slowly for what happens here
    client.next = ring_.next();
    return client.outlet->send(message(client.next, "reset", "{}"));
  }
  auto batch = batches.find(client.next);
  if (batch == batches.end())
    batch = batches.emplace(client.next, FeedBatch(ring_, client.next)).first;
  return send(client, batch->second);
}

std::vector<Feed::Message> Feed::messages_of(const Client& client, FeedBatch& batch) const {
  std::vector<Message> messages;
  for (const auto& [id, values] : batch.devices()) {
    const core::Device* const device = reach_.device(client.actor, devices_, id);
    if (device == nullptr && !client.actor.places.empty()) continue;
    messages.push_back(
        {"device", batch.device_text(id, [this](const std::string& one, Json changed) {
           return device_data(one, std::move(changed));
         })});
  }
  for (const std::string& id : batch.commands()) {
    const auto parsed_id = domain::CommandId::parse(id);
    const core::CommandRecord* const record = parsed_id ? ledger_.find(*parsed_id) : nullptr;
    if (record != nullptr && sources_.sees_command(client.actor, *record))
      messages.push_back(
          {"command", base::dump_json(spoken("command", command_json(*record), client.language))});
  }
  for (const Change* event : batch.events()) {
    if (sees_event(client.actor, *event))
      messages.push_back({"event", spoken_event(event->text, client.language)});
  }
  return messages;
}

std::string Feed::device_data(const std::string& id, Json changed) const {
  const auto known = domain::DeviceId::parse(id);
  const core::Device* const device = known ? devices_.find(*known) : nullptr;
  if (device == nullptr) return base::dump_json({{"id", id}, {"removed", true}});
  Json data = view_.summary(*device);
  data["values"] = std::move(changed);
  return base::dump_json(data);
}

bool Feed::send(Client& client, FeedBatch& batch) {
  const std::vector<Message> messages = messages_of(client, batch);
  // Only the last one says that all of it is there.
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const bool is_last = i + 1 == messages.size();
    const auto& [kind, data] = messages[i];
    if (!client.outlet->send(message(is_last ? batch.next() : client.next, kind, data)))
      return false;
  }
  client.next = batch.next();
  return true;
}

}  // namespace linli::console::api
