#include "firmware/console/api/call.hpp"

#include <utility>

#include "firmware/base/number.hpp"
#include "firmware/console/api/cursor.hpp"
#include "firmware/console/api/etag.hpp"
#include "firmware/console/api/spoken.hpp"

namespace linli::console::api {

const std::string& Call::path_value(std::string_view name) const {
  static const std::string kNone;
  const auto found = path.find(name);
  return found == path.end() ? kNone : found->second;
}

Response json_response(int status, const base::Json& json) {
  return {status,
          {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}},
          base::dump_json(json)};
}

base::Json spoken_to(const Call& call, base::Json json) {
  return spoken(call.route->operation, std::move(json), call.language);
}

void answer(Call&& call, Response response) {
  std::move(call.reply)(std::move(response));
}

void answer(Call&& call, const base::Json& json) {
  Response response = json_response(call.route->status, spoken_to(call, json));
  response.headers.front().second = call.route->media;
  answer(std::move(call), std::move(response));
}

void answer_nothing(Call&& call) {
  answer(std::move(call), Response{204, {{"Cache-Control", "no-store"}}, ""});
}

void answer_versioned(Call&& call, const base::Json& json, const std::string& etag) {
  if (matches_any(call.request.header("if-none-match"), etag))
    return answer(std::move(call), Response{304, {{"ETag", etag}}, ""});
  Response response = json_response(call.route->status, json);
  response.headers.front().second = call.route->media;
  response.headers.back().second = "no-cache";
  response.headers.emplace_back("ETag", etag);
  answer(std::move(call), std::move(response));
}

void refuse(Call&& call, const Problem& problem) {
  const Language language = call.language;
  answer(std::move(call), response_of(problem, language));
}

void refuse(Call&& call, const base::Error& error) {
  refuse(std::move(call), problem_of(error));
}

base::Result<Page> page_of(const Call& call) {
  Page page;
  if (const auto limit = call.query("limit"); !limit.empty())
    page.limit = base::parse_number<std::size_t>(limit).value_or(page.limit);
  auto after = key_of(call.query("cursor"));
  if (!after) return base::failure_of(std::move(after));
  page.after = *std::move(after);
  return page;
}

}  // namespace linli::console::api
