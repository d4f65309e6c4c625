#include <utility>

#include "firmware/console/api/feed.hpp"
#include "firmware/console/api/spoken.hpp"

// The feed's other half: single events for the Web of Things, and the look now and then.
namespace linli::console::api {
namespace {

using base::Json;

Problem too_many() {
  return {"busy", "too many listen already: try again later"};
}

}  // namespace

void Feed::stream_event(Call call) {
  if (streams_.size() >= kMaxClients) return refuse(std::move(call), too_many());
  Response response{
      200, {{"Content-Type", "text/event-stream"}, {"Cache-Control", "no-store"}}, ""};
  response.on_open = [this, alive = std::weak_ptr(alive_), actor = call.actor,
                      device = call.path_value("id"),
                      event = call.path_value("name")](OutletPtr outlet) {
    if (alive.expired() || !outlet->send(":linli\n\n")) return;
    streams_.push_back({actor, std::move(outlet), device, event});
    watch();
  };
  answer(std::move(call), std::move(response));
}

void Feed::await_event(Call call) {
  if (polls_.size() >= kMaxClients) return refuse(std::move(call), too_many());
  polls_.push_back({std::move(call), {}});
  const auto poll = std::prev(polls_.end());
  poll->limit = loop_.after(kPoll, [this, poll] {
    Poll over = std::move(*poll);
    polls_.erase(poll);
    answer_nothing(std::move(over.call));  // nothing happened: ask again
  });
}

void Feed::tell_event(const std::string& device, const std::string& event, const Json& data) {
  const std::string text = fmt::format("data: {}\n\n", base::dump_json(data));
  for (auto stream = streams_.begin(); stream != streams_.end();) {
    const bool is_it = stream->device == device && stream->event == event;
    stream = is_it && !stream->outlet->send(text) ? streams_.erase(stream) : std::next(stream);
  }
  for (auto poll = polls_.begin(); poll != polls_.end();) {
    const bool is_it =
        poll->call.path_value("id") == device && poll->call.path_value("name") == event;
    if (!is_it) {
      ++poll;
      continue;
    }
    Poll told = std::move(*poll);
    poll = polls_.erase(poll);
    answer(std::move(told.call), json_response(200, data));
  }
}

void Feed::watch() {
  if (look_timer_) return;
  look_timer_ = loop_.after(kLook, [this] { look(); });
}

// A session that has ended, a device that is no longer theirs, and a todo that time alone changes.
void Feed::look() {
  look_timer_.reset();
  Todos todos;
  for (auto client = clients_.begin(); client != clients_.end();)
    client = look(*client, todos) ? std::next(client) : clients_.erase(client);
  for (auto stream = streams_.begin(); stream != streams_.end();) {
    const bool stands = sources_.still_stands(stream->actor) &&
                        reach_.device(stream->actor, devices_, stream->device) != nullptr;
    if (!stands) stream->outlet->close();
    const bool stays = stands && stream->outlet->send(":\n\n");
    stream = stays ? std::next(stream) : streams_.erase(stream);
  }
  if (!clients_.empty()) last_client_ = loop_.now();
  if (clients() > 0) watch();
}

bool Feed::look(Client& client, Todos& todos) {
  if (!sources_.still_stands(client.actor)) {
    client.outlet->close();
    return false;
  }
  const auto [todo, is_new] =
      todos.try_emplace({client.actor.person, client.actor.token, client.language});
  if (is_new)
    todo->second = base::dump_json(spoken("todo", sources_.todo(client.actor), client.language));
  if (todo->second == client.todo) return true;
  client.todo = todo->second;
  return client.outlet->send(message(client.next, "todo", client.todo));
}

}  // namespace linli::console::api
