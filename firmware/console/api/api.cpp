#include "firmware/console/api/api.hpp"

#include <algorithm>
#include <utility>

#include "firmware/base/log.hpp"
#include "firmware/console/api/access_log_room.hpp"
#include "firmware/console/api/account_room.hpp"
#include "firmware/console/api/command_room.hpp"
#include "firmware/console/api/device_changes.hpp"
#include "firmware/console/api/door_changes.hpp"
#include "firmware/console/api/door_room.hpp"
#include "firmware/console/api/event_room.hpp"
#include "firmware/console/api/feed.hpp"
#include "firmware/console/api/fire_room.hpp"
#include "firmware/console/api/gate.hpp"
#include "firmware/console/api/household_room.hpp"
#include "firmware/console/api/metrics.hpp"
#include "firmware/console/api/own_data_room.hpp"
#include "firmware/console/api/people_room.hpp"
#include "firmware/console/api/public_room.hpp"
#include "firmware/console/api/repeats.hpp"
#include "firmware/console/api/resident_doors_room.hpp"
#include "firmware/console/api/site_room.hpp"
#include "firmware/console/api/system_room.hpp"
#include "firmware/console/api/thing_room.hpp"

namespace linli::console::api {
namespace {

using base::Json;

constexpr std::int64_t kDayMs = 24LL * 3600 * 1000;

std::string allow_header(const RouteMatch& match) {
  std::string all;
  for (const std::string_view method : match.allowed) {
    if (all.find(method) != std::string::npos) continue;
    if (!all.empty()) all += ", ";
    all += method;
    if (method == "GET") all += ", HEAD";
  }
  return all;
}

Problem no_method(const Request& request, const RouteMatch& match) {
  Problem problem{"method_not_allowed",
                  fmt::format("{} is not a method of this", request.method.substr(0, 16))};
  problem.headers.emplace_back("Allow", allow_header(match));
  return problem;
}

// The answer without its body, as HEAD wants it; a stream ends before it began.
Reply without_body(Reply reply) {
  return [reply = std::move(reply)](Response response) mutable {
    response.body.clear();
    response.on_open = {};
    std::move(reply)(std::move(response));
  };
}

}  // namespace

// The rooms, made in the order in which they need each other.
struct Api::Rooms {
  Rooms(const Dependencies& with, std::string run)
      : loop(with.loop),
        house(with.house),
        store(with.store),
        devices(with.devices),
        ledger(with.ledger),
        clock(with.clock),
        accounts(with.accounts),
        reach(with.places),
        view(with.house, with.clock),
        door_view(with.devices, view),
        audit(with.store, with.clock),
        gate([this](const core::Knock& knock) { return accounts.admit(knock); }),
        repeats(with.loop),
        commands(with.ledger, with.devices, reach, with.house, audit),
        access(commands, "access"),
        site(with.house, with.devices, reach, view, with.clock,
             [this](const core::Actor& actor, core::TodoSnapshot& snapshot) {
               complete(actor, snapshot);
             }),
        feed(with.loop, std::move(run), with.devices, with.ledger, reach, view,
             {[this](const core::Actor& actor) { return accounts.still_stands(actor); },
              [this](const core::Actor& actor) { return site.todo_json(actor); },
              [this](const core::Actor& actor, const core::CommandRecord& record) {
                return commands.sees(actor, record);
              },
              [&books = with.doors](std::string_view door) {
                const auto known = books.find(door);
                return known ? known->place : std::string();
              }}),
        for_all(with.house, with.clock, [this] { return accounts.is_claimed(); }),
        account(with.accounts),
        own_data(with.accounts, with.store,
                 [this](const std::string& person) { return resident.data_of(person); }),
        people(with.accounts),
        audits(with.store, audit),
        device(with.devices, reach, view, with.clock, with.chart),
        changes(with.admin, with.devices, reach, view, with.house, audit,
                [this](const std::string& id) {
                  feed.on_device(id);
                  house.device_changed(id);
                }),
        places(with.places, with.devices, reach, view, audit),
        doors(with.doors, door_view, reach, with.house, with.clock, access),
        door_changes(with.doors, with.devices, door_view, reach, access),
        fire(with.doors, with.devices, reach, access),
        access_log(
            with.history, with.doors, reach,
            [this, &books = with.doors](const core::Actor& actor, const std::string& person) {
              return name_for(actor, books, person);
            }),
        home_view(with.homes, with.doors, with.accounts),
        households(with.homes, home_view, reach, with.house, with.accounts, audit, access),
        resident(with.homes, with.doors, home_view, with.places, with.house, with.clock, access),
        events(with.history, with.devices, reach, with.clock),
        things(with.house, with.devices, reach, commands, feed),
        system(with.house, with.upkeep, audit),
        frames(with.frames, with.devices, reach) {}

  void complete(const core::Actor& actor, core::TodoSnapshot& snapshot) const;
  std::string name_for(const core::Actor& actor, const Doors& books,
                       const std::string& person) const;

  base::Loop& loop;
  House& house;
  ports::Store& store;
  core::DeviceTable& devices;
  core::CommandLedger& ledger;
  const ports::WallClock& clock;
  core::Accounts& accounts;
  Reach reach;
  DeviceView view;
  DoorView door_view;
  AuditPen audit;
  Gate gate;
  Repeats repeats;
  CommandRoom commands;
  ScenarioCommands access;
  SiteRoom site;
  Feed feed;
  PublicRoom for_all;
  AccountRoom account;
  OwnDataRoom own_data;
  PeopleRoom people;
  AuditRoom audits;
  DeviceRoom device;
  DeviceChanges changes;
  PlaceRoom places;
  DoorRoom doors;
  DoorChanges door_changes;
  FireRoom fire;
  AccessLogRoom access_log;
  HouseholdView home_view;
  HouseholdRoom households;
  ResidentDoorsRoom resident;
  EventRoom events;
  ThingRoom things;
  SystemRoom system;
  FrameRoom frames;
  Handlers handlers;
};

// Commands of the last day that nobody confirmed; and, for managers, who has no second factor.
void Api::Rooms::complete(const core::Actor& actor, core::TodoSnapshot& snapshot) const {
  ledger.each([this, &actor, &snapshot](const core::CommandRecord& record) {
    const bool is_open = record.outcome.state == domain::CommandState::kUnconfirmed &&
                         record.changed.unix_ms > snapshot.now_ms - kDayMs;
    if (!is_open || !commands.sees(actor, record)) return;
    const auto id = domain::DeviceId::parse(device_of(record.command));
    const core::Device* const target = id ? devices.find(*id) : nullptr;
    snapshot.unconfirmed.push_back({record.command.id.str(), device_of(record.command),
                                    target == nullptr ? "" : target->registration.place,
                                    record.command.action, record.changed.unix_ms});
  });
  if (!core::may(actor, domain::Privilege::kViewSystem)) {
    snapshot.certificates.clear();
    snapshot.store_trouble.clear();
  }
  if (!core::may(actor, domain::Privilege::kManagePeople)) return;
  for (const core::PersonView& person : accounts.people(core::by(actor))) {
    if (person.role == domain::Role::kManager && !person.second_factor && !person.is_invited)
      snapshot.without_second_factor.push_back({person.id, person.name});
  }
}

// Somebody who lives here, or works here; for who manages people only.
std::string Api::Rooms::name_for(const core::Actor& actor, const Doors& books,
                                 const std::string& person) const {
  if (!core::may(actor, domain::Privilege::kManagePeople)) return "";
  if (auto name = books.resident_name(person)) return *std::move(name);
  const auto known = accounts.person(core::by(actor), person);
  return known ? known->name : "";
}

base::Result<std::unique_ptr<Api>> Api::make(const Dependencies& dependencies) {
  auto run = dependencies.house.random_word();
  if (!run) return base::failure_of(std::move(run));
  return std::unique_ptr<Api>(new Api(dependencies, *std::move(run)));
}

Api::Api(const Dependencies& dependencies, std::string run)
    : rooms_(std::make_unique<Rooms>(dependencies, std::move(run))) {
  Handlers& all = rooms_->handlers;
  rooms_->for_all.add_to(all);
  rooms_->account.add_to(all);
  rooms_->people.add_to(all);
  rooms_->own_data.add_to(all);
  rooms_->audits.add_to(all);
  rooms_->site.add_to(all);
  rooms_->places.add_to(all);
  rooms_->commands.add_to(all);
  rooms_->events.add_to(all);
  rooms_->device.add_to(all);
  rooms_->changes.add_to(all);
  rooms_->doors.add_to(all);
  rooms_->door_changes.add_to(all);
  rooms_->fire.add_to(all);
  rooms_->access_log.add_to(all);
  rooms_->households.add_to(all);
  rooms_->resident.add_to(all);
  rooms_->things.add_to(all);
  rooms_->system.add_to(all);
  rooms_->frames.add_to(all);
  all["feed"] = [this](Call call) { rooms_->feed.open(std::move(call)); };
  all["metrics"] = [this](Call call) { metrics(std::move(call)); };
}

Api::~Api() = default;

const Handlers& Api::handlers() const {
  return rooms_->handlers;
}

void Api::on_appended(const ports::OutboxChunk& chunk) {
  rooms_->feed.on_appended(chunk, rooms_->store.epoch());
}

void Api::handle(Request request, Reply reply) {
  const bool is_head = request.method == "HEAD";
  RouteMatch match = find_route(is_head ? "GET" : request.method, request.path);
  Call call{std::move(request), is_head ? without_body(std::move(reply)) : std::move(reply)};
  call.language = language_of(call.request.header("accept-language"));
  if (match.allowed.empty())
    return refuse(std::move(call), Problem{"not_found", "there is nothing at this path"});
  if (match.route == nullptr) return refuse(std::move(call), no_method(call.request, match));
  call.route = match.route;
  call.path = std::move(match.values);
  if (auto problem = rooms_->gate.check(call)) return refuse(std::move(call), *problem);
  const bool is_stream = call.route->operation == "subscribe_event" && is_head;
  if (is_stream) return answer(std::move(call), Response{200, {}, ""});
  dispatch(std::move(call));
}

void Api::dispatch(Call call) {
  const auto handler = rooms_->handlers.find(call.route->operation);
  if (handler == rooms_->handlers.end())
    return refuse(std::move(call), Problem{"internal", "this route has no code"});
  const std::string_view key = call.request.header("idempotency-key");
  if (!call.route->repeatable || key.empty()) return handler->second(std::move(call));
  if (!base::is_id(key)) {
    return refuse(std::move(call),
                  Problem{"invalid", "Idempotency-Key: use 1 to 64 of a-z A-Z 0-9 . _ -"});
  }
  watch_repeats(std::move(call), handler->second);
}

void Api::watch_repeats(Call call, const Handler& handler) {
  const std::string actor = core::issuer_of(call.actor);
  const std::string id = fmt::format("{} {} {} {}", actor, call.route->operation, call.request.path,
                                     call.request.header("idempotency-key"));
  auto look = rooms_->repeats.begin(actor, id, call.request.body);
  switch (look.verdict) {
    case Repeats::Verdict::kKnown:
      return answer(std::move(call), std::move(look.answer));
    case Repeats::Verdict::kUnderWay:
      return refuse(std::move(call), Problem{"conflict", "the first of these is still under way"});
    case Repeats::Verdict::kOtherBody:
      return refuse(std::move(call),
                    Problem{"invalid", "this Idempotency-Key was used for something else"});
    case Repeats::Verdict::kFirst:
      break;
  }
  call.reply = [this, id, reply = std::move(call.reply)](Response response) mutable {
    rooms_->repeats.finish(id, response);
    std::move(reply)(std::move(response));
  };
  handler(std::move(call));
}

std::vector<MetricFamily> Api::families(const std::vector<const core::Device*>& devices) const {
  std::map<core::DeviceState, double> counts{{core::DeviceState::kOnline, 0},
                                             {core::DeviceState::kOffline, 0},
                                             {core::DeviceState::kUnknown, 0}};
  for (const core::Device* device : devices) counts[rooms_->view.standing(*device).state] += 1;
  MetricFamily by_state{"linli_devices", "Registered devices by state."};
  for (const auto& [state, count] : counts)
    by_state.samples.push_back({{{"state", std::string(core::name(state))}}, count});
  std::vector<MetricFamily> families = rooms_->house.metrics();
  families.push_back(std::move(by_state));
  families.push_back({"linli_feed_clients",
                      "Connections that are told of changes.",
                      MetricFamily::Kind::kGauge,
                      {{{}, static_cast<double>(rooms_->feed.clients())}}});
  return families;
}

std::string Api::openmetrics() const {
  return openmetrics_text(families(rooms_->devices.all()));
}

void Api::metrics(Call call) const {
  const auto told = families(rooms_->reach.devices(call.actor, rooms_->devices));
  const bool is_open =
      call.request.header("accept").find("application/openmetrics-text") != std::string_view::npos;
  answer(std::move(call),
         Response{200,
                  {{"Content-Type",
                    is_open ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                            : "text/plain; version=0.0.4; charset=utf-8"},
                   {"Cache-Control", "no-store"}},
                  is_open ? openmetrics_text(told) : prometheus_text(told)});
}

}  // namespace linli::console::api
