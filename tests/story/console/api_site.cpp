#include "tests/story/console/api_site.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "tests/fakes/memory_query.hpp"

namespace linli::story {
namespace {

using base::Json;

std::string cookie_value(const console::Response& response) {
  for (const auto& [name, value] : response.headers) {
    if (name != "Set-Cookie") continue;
    const auto begin = value.find('=') + 1;
    return value.substr(begin, value.find(';') - begin);
  }
  return "";
}

}  // namespace

ApiSite::ApiSite() {
  make_core();
  make_doors();
  make_accounts();
  make_api();
  put_place("site", "", core::PlaceKind::kSite);
  put_place("b1", "site", core::PlaceKind::kBuilding);
  put_place("u1", "b1", core::PlaceKind::kUnit);
  put_place("b2", "site", core::PlaceKind::kBuilding);
  add_device("own-door", "u1");
  add_device("far-door", "b2");
  put_door("own-gate",
           R"({"name":"our gate","place":"u1","group":3,"lock":{"device":"own-door"}})");
  put_door("far-gate", R"({"name":"their gate","place":"b2","lock":{"device":"far-door"}})");
}

ApiSite::~ApiSite() = default;

void ApiSite::make_core() {
  house.models = {profile};
  places = std::make_unique<core::Places>(store, [this](std::string_view place) {
    for (const core::Device* device : devices.all()) {
      if (device->registration.place == place) return true;
    }
    return false;
  });
  ledger = std::make_unique<core::CommandLedger>(
      loop, store, clock, devices,
      core::CommandLedger::Dependencies{
          [this](const core::Device&) { return &driver; },
          [this](std::string_view name) -> core::Scenario* {
            return name == scenario->name() ? scenario.get() : nullptr;
          },
          [this](const domain::DeviceId& device, std::string_view /*action*/) {
            return interlocks->may_move(device);
          }},
      core::LedgerLimits{});
  core::ReportIntake::Dependencies wires;
  wires.on_result = [this](ports::Turn& turn, const domain::DeviceId& device,
                           const domain::ActionResult& result) {
    return ledger->on_result(turn, device, result);
  };
  wires.acknowledge = [](const domain::DeviceId& /*device*/, const std::string& /*id*/) {};
  wires.on_report = [this](ports::Turn& turn, const core::Device& device,
                           const domain::Report& report, const domain::EventTime& now) {
    return scenario->on_report(turn, device, report, now);
  };
  intake = std::make_unique<core::ReportIntake>(loop, store, clock, devices, std::move(wires),
                                                core::IntakeLimits{});
  admin = std::make_unique<core::DeviceAdmin>(
      store, access, keys, devices,
      core::DeviceAdmin::Dependencies{
          [this](const std::string& name) { return name == profile->name ? profile : nullptr; },
          [this](const std::string& name) { return name == "mqtt" ? &driver : nullptr; }});
  frames = std::make_unique<core::FrameLog>(loop, clock);
}

void ApiSite::make_doors() {
  const auto driver_of = [this](const core::Device&) { return &driver; };
  interlocks = std::make_unique<core::InterlockDesk>(
      loop, store, clock, devices, core::InterlockDesk::Dependencies{driver_of, "run1"});
  const auto release = [this](const std::string& rule, const std::string& by,
                              base::Done<void> done) {
    auto released = interlocks->release(rule, by);
    loop.post([done = std::move(done), released = std::move(released)]() mutable {
      std::move(done)(std::move(released));
    });
  };
  const auto reset = [this](const std::string& rule, const std::string& by, base::Done<void> done) {
    interlocks->reset(rule, by, std::move(done));
  };
  const auto mac = [this](std::string_view bytes) { return crypto.sha256(bytes); };
  scenario = std::make_unique<scenarios::access::AccessScenario>(
      scenarios::access::AccessCommands::Dependencies{loop, store, clock, devices, *places, crypto,
                                                      keys, hashes, &history, release, reset},
      driver_of,
      scenarios::access::AccessMacs{
          "site1", 1, [mac](std::uint8_t, std::string_view bytes) { return mac(bytes); }, mac},
      [this](const domain::DeviceId& device) { return interlocks->may_move(device); });
  interlocks->on_change([this](const std::vector<domain::access::Release>& releases,
                               bool released) { scenario->on_fire(releases, released); });
  interlocks->start();
  doors = std::make_unique<daemon::ConsoleDoors>(*scenario, *interlocks, keys,
                                                 [this] { return terminals; });
  homes = std::make_unique<daemon::ConsoleHomes>(*scenario, keys, clock, "site1");
}

void ApiSite::put_door(const std::string& id, const std::string& row) const {
  auto door = scenarios::access::door_definition_from_row(id, row);
  if (!door) std::abort();
  scenario->books().doors.put(*std::move(door));
  scenario->doors().refresh(id);
}

void ApiSite::put_home(const std::string& id, const std::string& place,
                       const std::vector<std::string>& people) {
  scenarios::access::Household home{id, place, {}};
  for (const std::string& person : people) {
    scenarios::access::Resident resident;
    resident.id = person;
    resident.subject = base::digest64(person);
    const base::SecretText contact(
        base::dump_json({{"name", "name of " + person}, {"phone", "13800000000"}}));
    auto sealed = keys.seal(scenarios::access::resident_secret_name(person), contact);
    if (!sealed) std::abort();
    resident.sealed = *std::move(sealed);
    home.residents.push_back(std::move(resident));
  }
  scenario->books().households.put(std::move(home));
}

void ApiSite::make_accounts() {
  accounts = std::make_unique<core::Accounts>(
      loop,
      core::Accounts::Dependencies{store, keys, hashes, crypto, clock,
                                   [this](const std::string& place) -> std::optional<std::string> {
                                     const core::Place* const found = places->find(place);
                                     if (found == nullptr || found->parent.empty())
                                       return std::nullopt;
                                     return found->parent.str();
                                   },
                                   "site1"});
  fakes::MemoryQuery query(store);
  if (!accounts->restore(query)) std::abort();
  accounts->start();
  loop.run_ready();
}

void ApiSite::make_api() {
  auto made = console::api::Api::make(
      {loop, house, upkeep, *doors, *homes, *accounts, devices, *admin, *ledger, *places, *frames,
       store, history, clock,
       [this](ports::SampleQuery query, base::Done<std::vector<domain::SamplePoint>> done) {
         history.samples(std::move(query), std::move(done));
       }});
  if (!made) std::abort();
  api = *std::move(made);
  store.on_appended([this](const ports::ChunkPtr& chunk) { api->on_appended(*chunk); });
}

console::Response ApiSite::ask(const Asked& asked, const Ticket& ticket) {
  console::Request request;
  request.method = asked.method;
  request.path = asked.path;
  request.query = asked.query;
  request.headers = asked.headers;
  request.headers.emplace("host", "gw1.example:8443");
  request.peer = "192.0.2.7";
  request.is_websocket = asked.is_websocket;
  request.is_head = asked.is_head;
  if (!asked.body.empty()) request.headers.emplace("content-type", "application/json");
  request.body = asked.body.empty() ? asked.raw_body : asked.body;
  if (!ticket.cookie.empty()) request.headers["cookie"] = "a=b; __Host-linli=" + ticket.cookie;
  if (!ticket.csrf.empty()) request.headers["x-csrf-token"] = ticket.csrf;
  if (!ticket.bearer.empty()) request.headers["authorization"] = "Bearer " + ticket.bearer;
  const auto answer = std::make_shared<std::optional<console::Response>>();
  api->handle(std::move(request), [answer](console::Response response) {
    if (*answer) std::abort();  // answered twice
    *answer = std::move(response);
  });
  loop.run_ready();
  for (int second = 0; !*answer && second < 70; ++second) loop.run_for(std::chrono::seconds(1));
  if (!*answer) return {599, {}, "no answer"};
  return **answer;
}

Json ApiSite::json(const Asked& asked, const Ticket& ticket) {
  return base::parse_json(ask(asked, ticket).body).value_or(Json());
}

Ticket ApiSite::ticket_of(const console::Response& session) {
  const Json json = base::parse_json(session.body).value_or(Json::object());
  Ticket ticket;
  ticket.cookie = cookie_value(session);
  ticket.csrf = json.value("csrf", "");
  ticket.person = json.contains("person") ? json["person"]["id"].get<std::string>() : "";
  return ticket;
}

Ticket ApiSite::claim() {
  const auto code = accounts->claim_code();
  if (!code) std::abort();
  const Json body = {{"code", code->reveal()},
                     {"name", "Manager"},
                     {"login", "manager"},
                     {"password", "a long enough one"}};
  return ticket_of(ask({"POST", "/api/v1/claim", {}, {}, body.dump()}));
}

Ticket ApiSite::person(const Ticket& manager, const std::string& role, const std::string& name,
                       const std::vector<std::string>& of) {
  const Json wish = {{"role", role}, {"name", name}, {"places", of}};
  const Json offer = json({"POST", "/api/v1/people/invitations", {}, {}, wish.dump()}, manager);
  Json form = {{"code", offer.value("code", "")}, {"name", name}};
  if (role != "resident") {
    form["login"] = name;
    form["password"] = "another long one";
  }
  Ticket ticket = ticket_of(ask({"POST", "/api/v1/invitations/accept", {}, {}, form.dump()}));
  const Json sessions = json({"GET", "/api/v1/sessions"}, ticket);
  if (sessions.contains("items")) ticket.session = sessions["items"][0]["id"].get<std::string>();
  return ticket;
}

Ticket ApiSite::token(const Ticket& owner, const std::vector<std::string>& scope) {
  const Json wish = {{"name", "a token"}, {"scope", scope}, {"ttl_s", 86'400}};
  Ticket ticket;
  ticket.bearer = json({"POST", "/api/v1/tokens", {}, {}, wish.dump()}, owner).value("token", "");
  ticket.person = owner.person;
  return ticket;
}

void ApiSite::add_device(const std::string& id, const std::string& place) {
  core::Registration registration;
  registration.id = *domain::DeviceId::parse(id);
  registration.profile = profile->name;
  registration.place = place;
  admin->add(std::move(registration), [](const base::Result<ports::DeviceCredentials>& done) {
    if (!done) std::abort();
  });
  loop.run_ready();
}

void ApiSite::put_place(const std::string& id, const std::string& parent, core::PlaceKind kind) {
  core::Place place;
  place.id = *domain::PlaceId::parse(id);
  if (!parent.empty()) place.parent = *domain::PlaceId::parse(parent);
  place.kind = kind;
  place.name = "place " + id;
  places->put(std::move(place), [](const base::Result<void>& done) {
    if (!done) std::abort();
  });
  loop.run_ready();
}

void ApiSite::report(domain::Report report) {
  ports::Delivery delivery;
  delivery.reports.push_back(std::move(report));
  intake->take(std::move(delivery), [](const base::Result<void>& /*done*/) {});
  loop.run_ready();
}

void ApiSite::answer_command(const std::string& device, const std::string& command) {
  domain::Report told;
  told.device = *domain::DeviceId::parse(device);
  told.results.push_back({*domain::CommandId::parse(command), true, "{}", ""});
  report(std::move(told));
}

std::shared_ptr<HeldOutlet> ApiSite::open(const console::Response& response) {
  auto outlet = std::make_shared<HeldOutlet>();
  if (response.on_open) response.on_open(outlet);
  return outlet;
}

}  // namespace linli::story
