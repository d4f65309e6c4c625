#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "firmware/console/api/route.hpp"
#include "tests/story/console/api_site.hpp"

// Every route as every role, at home and abroad, with every kind of ticket. What must come out is
// computed from two tables that stand beside the code and were written without it:
// tests/data/console/authorisation.csv (what each route needs) and privileges.csv (who has what).
namespace linli::story {
namespace {

using base::Json;

constexpr const char* kFolder = LINLI_SOURCE_DIR "/tests/data/console/";
constexpr const char* kRoles[] = {"manager", "installer", "on_call", "viewer", "resident"};

using Row = std::map<std::string, std::string>;

std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream in(line);
  for (std::string cell; std::getline(in, cell, ',');) cells.push_back(cell);
  if (line.ends_with(',')) cells.emplace_back();
  return cells;
}

std::vector<Row> table(const std::string& file) {
  std::ifstream in(kFolder + file);
  std::vector<Row> rows;
  std::string line;
  std::getline(in, line);
  const auto names = cells_of(line);
  while (std::getline(in, line)) {
    const auto cells = cells_of(line);
    Row row;
    for (std::size_t i = 0; i < names.size(); ++i) row[names[i]] = i < cells.size() ? cells[i] : "";
    rows.push_back(std::move(row));
  }
  return rows;
}

std::map<std::string, Row> by(const std::string& key, const std::string& file) {
  std::map<std::string, Row> rows;
  for (Row& row : table(file)) {
    const std::string name = row[key];
    rows[name] = std::move(row);
  }
  return rows;
}

// What one request brings along.
enum class Kind { kNobody, kSession, kWithoutCsrf, kToken, kNarrowToken };
constexpr Kind kKinds[] = {Kind::kNobody, Kind::kSession, Kind::kWithoutCsrf, Kind::kToken,
                           Kind::kNarrowToken};

struct Cell {
  Row route;
  std::string role;
  Kind kind = Kind::kSession;
  bool is_foreign = false;  // what it names lies outside of one's places
};

enum class Verdict { kLetThrough, kUnauthenticated, kDenied, kCsrf, kNotFound };

bool role_has(const std::map<std::string, Row>& privileges, const std::string& privilege,
              const std::string& role) {
  return privileges.at(privilege).at(role) == "yes";
}

Verdict expected(const Cell& cell, const std::map<std::string, Row>& privileges) {
  const std::string& needs = cell.route.at("needs");
  if (needs == "public") return Verdict::kLetThrough;
  if (cell.kind == Kind::kNobody) return Verdict::kUnauthenticated;
  const bool is_unsafe = cell.route.at("method") != "GET";
  if (cell.kind == Kind::kWithoutCsrf && is_unsafe) return Verdict::kCsrf;
  const bool is_token = cell.kind == Kind::kToken || cell.kind == Kind::kNarrowToken;
  if (!role_has(privileges, needs, cell.role)) return Verdict::kDenied;
  if (cell.kind == Kind::kNarrowToken && needs != "own") return Verdict::kDenied;
  const std::string& door = cell.route.at("door");
  if (door.starts_with("console") && cell.role == "resident") return Verdict::kDenied;
  // All of these are bound to a place.
  if (cell.route.at("whole") == "yes") return Verdict::kDenied;
  if (door.ends_with("session") && is_token) return Verdict::kDenied;
  const std::string& of = cell.route.at("of");
  // What is a resident's own is there for nobody else, and what names nothing is nobody else's.
  if (of.starts_with("mine") && cell.role != "resident") return Verdict::kNotFound;
  if (of == "mine") return Verdict::kLetThrough;
  if (cell.is_foreign && of != "-") return Verdict::kNotFound;
  return Verdict::kLetThrough;
}

Verdict verdict_of(const console::Response& response) {
  const Json json = base::parse_json(response.body).value_or(Json());
  const std::string code = json.is_object() && json.contains("code") && json["code"].is_string()
                               ? json["code"].get<std::string>()
                               : "";
  if (response.status == 401 && code == "unauthenticated") return Verdict::kUnauthenticated;
  if (response.status == 403 && code == "csrf") return Verdict::kCsrf;
  if (response.status == 403) return Verdict::kDenied;
  if (response.status == 404) return Verdict::kNotFound;
  return Verdict::kLetThrough;
}

// The compound with one person of a role who is bound to building b1, and what there is to name.
struct Scene {
  explicit Scene(const std::string& role) {
    site.house.contact = "mailto:security@example.org";
    manager = site.claim();
    person = site.person(manager, role, "somebody", {"b1"});
    neighbour = site.person(manager, "viewer", "neighbour", {"b1"});
    stranger = site.person(manager, "viewer", "stranger", {"b2"});
    if (role != "resident") {
      narrow = site.token(person, {"own"});
      full = site.token(person, privileges_of(person));
    }
    for (const char* device : {"own-door", "far-door"}) {
      const Json wish = {{"device", device}, {"action", "unlock"}};
      commands[device] =
          site.json({"POST", "/api/v1/commands", {}, {}, wish.dump()}, manager).value("id", "");
    }
    site.put_place("own-empty", "b1", core::PlaceKind::kPoint);
    site.put_place("far-empty", "b2", core::PlaceKind::kPoint);
    domain::Report told;
    told.device = *domain::DeviceId::parse("own-door");
    told.readings.push_back({0, domain::Value(1.5)});
    site.report(told);
    settle_in(role);
  }

  // People at home and abroad, with something of each kind; a resident lives here as well.
  void settle_in(const std::string& role) {
    auto& books = site.scenario->books();
    site.put_home("own-home", "u1", {"own-ann"});
    site.put_home("far-home", "b2", {"far-eve"});
    if (role == "resident") site.put_home("my-home", "u1", {person.person});
    for (const auto& [id, holder] : {std::pair{"own-card", "own-ann"}, {"far-card", "far-eve"}}) {
      domain::access::Credential card;
      card.id = id;
      card.holder = holder;
      card.card = *domain::access::card_of(holder == std::string("own-ann") ? "11" : "22", 8);
      books.credentials.put(std::move(card));
    }
    const std::int64_t now_s = site.clock.now().unix_ms / 1'000;
    for (const auto& [id, issuer] : {std::pair<std::string, std::string>{"code-near", "own-ann"},
                                     {"code-far", "far-eve"},
                                     {"code-mine", person.person}}) {
      domain::access::VisitorCode code;
      code.id = id;
      code.issuer = issuer;
      code.door_group = 3;
      code.from_s = now_s;
      code.until_s = now_s + 3'600;
      books.codes.push_back(std::move(code));
    }
    for (const auto& [id, from] :
         {std::pair<std::string, std::string>{"d-mine", person.person}, {"d-far", "far-eve"}}) {
      books.delegations[id] = {id, from, "own-ann", {}, {}};
    }
    for (const std::string& who : {person.person, std::string("own-ann"), std::string("far-eve")})
      books.consents[who + "/face"] = {who, "face", "face-1", "x", 0, {}};
  }

  std::vector<std::string> privileges_of(const Ticket& ticket) {
    return site.json({"GET", "/api/v1/session"}, ticket)["privileges"]
        .get<std::vector<std::string>>();
  }

  std::string id_of(const std::string& of, bool is_foreign) {
    if (of == "device") return is_foreign ? "far-door" : "own-door";
    if (of == "door") return is_foreign ? "far-gate" : "own-gate";
    if (of == "household") return is_foreign ? "far-home" : "own-home";
    if (of == "visit") return is_foreign ? "code-far" : "code-near";
    if (of == "mine_door") return is_foreign ? "far-gate" : "own-gate";
    if (of == "mine_visit") return is_foreign ? "code-near" : "code-mine";
    if (of == "mine_delegation") return is_foreign ? "d-far" : "d-mine";
    if (of == "command") return commands[is_foreign ? "far-door" : "own-door"];
    if (of == "place") return is_foreign ? "far-empty" : "own-empty";
    if (of == "person") return is_foreign ? stranger.person : neighbour.person;
    if (of == "session") return is_foreign ? stranger.session : person.session;
    if (of == "token") return is_foreign ? token_id(stranger) : token_id(person);
    if (of == "backup") return "b1";
    return "invalid";
  }

  std::string token_id(const Ticket& owner) {
    if (owner.person == stranger.person && stranger_token.bearer.empty())
      stranger_token = site.token(stranger, {"own"});
    const Json tokens = site.json({"GET", "/api/v1/tokens"}, owner);
    return tokens.contains("items") && !tokens["items"].empty()
               ? tokens["items"].back()["id"].get<std::string>()
               : "none";
  }

  Ticket ticket(Kind kind) {
    Ticket shown = kind == Kind::kToken ? full : kind == Kind::kNarrowToken ? narrow : person;
    if (kind == Kind::kNobody) shown = {};
    if (kind == Kind::kWithoutCsrf) shown.csrf.clear();
    return shown;
  }

  ApiSite site;
  Ticket manager, person, neighbour, stranger, narrow, full, stranger_token;
  std::map<std::string, std::string> commands;
};

Asked request_of(const Cell& cell, Scene& scene) {
  Asked asked;
  asked.method = cell.route.at("method");
  asked.path = cell.route.at("path");
  const std::string id = scene.id_of(cell.route.at("of"), cell.is_foreign);
  for (const auto& [name, value] : {std::pair<std::string, std::string>{"{id}", id},
                                    {"{code}", "invalid"},
                                    {"{year}", "2026"},
                                    {"{person}", cell.is_foreign ? "far-eve" : "own-ann"},
                                    {"{credential}", cell.is_foreign ? "far-card" : "own-card"},
                                    {"{name}", cell.route.at("name")}}) {
    const auto at = asked.path.find(name);
    if (at != std::string::npos) asked.path.replace(at, name.size(), value);
  }
  asked.body = cell.route.at("body");
  // The file is a table of commas: bodies are written with ';' for ','.
  std::replace(asked.body.begin(), asked.body.end(), ';', ',');
  const auto device = asked.body.find("$device");
  if (device != std::string::npos) asked.body.replace(device, 7, id);
  if (const std::string& query = cell.route.at("query"); !query.empty())
    asked.query[query.substr(0, query.find('='))] = query.substr(query.find('=') + 1);
  if (cell.route.at("if_match") == "yes") asked.headers["if-match"] = "*";
  if (cell.route.at("operation") == "restore") asked.headers["x-backup-key"] = "words";
  asked.is_websocket = cell.route.at("operation") == "feed";
  return asked;
}

std::string describe(const Cell& cell) {
  return cell.route.at("operation") + " as " + cell.role + " kind " +
         std::to_string(static_cast<int>(cell.kind)) + (cell.is_foreign ? " foreign" : " own");
}

// Where an answer may name what lies abroad: in nobody's, but the manager is not bound here.
void expect_nothing_foreign(const console::Response& response, const Cell& cell) {
  if (cell.is_foreign || response.status >= 300) return;
  EXPECT_EQ(response.body.find("far-door"), std::string::npos) << describe(cell);
  EXPECT_EQ(response.body.find("far-gate"), std::string::npos) << describe(cell);
  EXPECT_EQ(response.body.find("far-empty"), std::string::npos) << describe(cell);
}

class Authorisation : public ::testing::TestWithParam<const char*> {};

TEST_P(Authorisation, EachRouteLetsInWhoTheTablesSayAndNobodyElse) {
  const auto privileges = by("privilege", "privileges.csv");
  const std::string role = GetParam();
  int cells = 0;
  for (const Row& route : table("authorisation.csv")) {
    for (const Kind kind : kKinds) {
      const bool has_token = role != "resident";
      if (!has_token && (kind == Kind::kToken || kind == Kind::kNarrowToken)) continue;
      for (const bool is_foreign : {false, true}) {
        if (is_foreign && route.at("of") == "-") continue;
        const Cell cell{route, role, kind, is_foreign};
        Scene scene(role);
        const auto response = scene.site.ask(request_of(cell, scene), scene.ticket(kind));
        ++cells;
        EXPECT_EQ(static_cast<int>(verdict_of(response)),
                  static_cast<int>(expected(cell, privileges)))
            << describe(cell) << ": " << response.status << " " << response.body;
        EXPECT_NE(response.status, 500) << describe(cell) << response.body;
        EXPECT_NE(response.status, 599) << describe(cell);
        expect_nothing_foreign(response, cell);
      }
    }
  }
  RecordProperty("cells", cells);
  EXPECT_GT(cells, 250);
}

INSTANTIATE_TEST_SUITE_P(Roles, Authorisation, ::testing::ValuesIn(kRoles),
                         [](const auto& named) { return std::string(named.param); });

TEST(AuthorisationTable, HasARowForEachRouteAndNoOther) {
  std::set<std::string> written;
  for (const Row& row : table("authorisation.csv"))
    EXPECT_TRUE(written.insert(row.at("method") + " " + row.at("path")).second) << row.at("path");
  std::set<std::string> there;
  for (const auto& route : console::api::routes())
    there.insert(std::string(name(route.method)) + " " + std::string(route.path));
  EXPECT_EQ(written, there);
}

}  // namespace
}  // namespace linli::story
