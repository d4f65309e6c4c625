#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/domain/privilege.hpp"

namespace linli::console::api {

// X-Backup-Key of a restore: 24 words with a space between, and some room.
inline constexpr std::size_t kMaxBackupKey = 512;

enum class Method { kGet, kPost, kPut, kPatch, kDelete };

std::string_view name(Method method);
std::optional<Method> method_of(std::string_view name);

// Who may call a route beside its privilege.
enum class Door {
  kPublic,         // nobody needs to be signed in
  kSigned,         // a session or a token with the privilege
  kConsole,        // the same, but roles of the console only
  kOwnSession,     // a session of a person, no token: what changes the account itself
  kConsoleSession  // both: a token makes no tokens
};

// A parameter in the query. Its words or its range stand in the document.
struct QueryParameter {
  std::string_view name;
  std::string_view schema;  // JSON Schema text
  std::string_view en = {};
};

// One row of the table: all that is known of a route but the code that answers it.
struct Route {
  Method method = Method::kGet;
  std::string_view path;       // "/api/v1/devices/{id}"
  std::string_view operation;  // unique; by it the code that answers is found
  Door door = Door::kSigned;
  domain::Privilege privilege = domain::Privilege::kOwn;
  std::string_view tag = {};
  std::string_view zh = {};  // one line
  std::string_view en = {};
  std::string_view request = {};   // name of a schema; empty: no body
  std::string_view response = {};  // name of a schema; empty: no body
  int status = 200;
  std::string_view media = "application/json";  // of the answer
  std::vector<QueryParameter> query = {};
  bool needs_whole = false;        // only for those who are bound to no place
  bool versioned = false;          // answers with an ETag, knows If-None-Match
  bool needs_if_match = false;     // 428 without
  bool repeatable = false;         // knows Idempotency-Key
  std::vector<int> problems = {};  // statuses beside those that every such route has
};

// All routes, in the order of the document.
const std::vector<Route>& routes();

using PathValues = std::map<std::string, std::string, std::less<>>;

// The values of the template's {names} if `path` fits it, each at least one character.
std::optional<PathValues> match_path(std::string_view path_template, std::string_view path);

struct RouteMatch {
  const Route* route = nullptr;  // nullptr: no route of this method
  PathValues values = {};
  std::vector<std::string_view> allowed = {};  // methods of this path; empty: no such path
};

// Literal segments win over {names}.
RouteMatch find_route(std::string_view method, std::string_view path);

// The parts of the table, one file each.
std::vector<Route> public_routes();
std::vector<Route> account_routes();
std::vector<Route> site_routes();
std::vector<Route> device_routes();
std::vector<Route> door_routes();
std::vector<Route> household_routes();
std::vector<Route> thing_routes();
std::vector<Route> system_routes();
std::vector<Route> people_routes();

}  // namespace linli::console::api
