#pragma once

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "firmware/base/json_reader.hpp"
#include "firmware/console/api/problem.hpp"
#include "firmware/console/api/route.hpp"
#include "firmware/console/message.hpp"
#include "firmware/core/actor.hpp"

namespace linli::console::api {

// A request that has come through the gate: who asks for which route, with what. Whoever has it
// answers it, once, with one of the functions below; the reply is moved out of it.
struct Call {
  Request request;
  Reply reply;
  const Route* route = nullptr;
  PathValues path = {};
  Language language = Language::kZh;
  core::Actor actor = {};   // of routes that are not public
  base::Json body = {};     // null if the route takes none
  std::string cookie = {};  // value of the session's cookie; empty: none

  const std::string& path_value(std::string_view name) const;
  std::string_view query(const std::string& name) const { return request.parameter(name); }
};

// Code of a route. Runs on the loop's thread and must not block.
using Handler = std::function<void(Call call)>;
// By Route::operation.
using Handlers = std::map<std::string, Handler, std::less<>>;

Response json_response(int status, const base::Json& json);

// The answer of this route with its sentences in the language of who asked.
base::Json spoken_to(const Call& call, base::Json json);

void answer(Call&& call, const base::Json& json);  // with the route's status, spoken
void answer_nothing(Call&& call);                  // 204
void answer(Call&& call, Response response);
// With a strong ETag; 304 if the request knows it. `json` is spoken already: the tag is of what is
// sent, and another language is another answer.
void answer_versioned(Call&& call, const base::Json& json, const std::string& etag);
void refuse(Call&& call, const Problem& problem);
void refuse(Call&& call, const base::Error& error);

// The page that a list request asks for.
struct Page {
  std::size_t limit = 50;
  std::string after = {};  // key of the last item of the page before; empty: from the beginning
};
base::Result<Page> page_of(const Call& call);

}  // namespace linli::console::api
