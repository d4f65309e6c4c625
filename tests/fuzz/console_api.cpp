#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "firmware/base/bytes.hpp"
#include "firmware/console/api/cursor.hpp"
#include "firmware/console/api/device_batch.hpp"
#include "firmware/console/api/etag.hpp"
#include "firmware/console/api/gate.hpp"
#include "firmware/console/api/problem.hpp"
#include "firmware/console/api/rfc3339.hpp"
#include "firmware/console/api/route.hpp"
#include "firmware/console/words/words.hpp"

namespace {

namespace api = linli::console::api;

void require(bool claim) {
  if (!claim) std::abort();
}

void read_headers(std::string_view text) {
  (void)api::language_of(text);
  (void)api::session_cookie(text);
  (void)api::bearer_token(text);
  (void)api::accepts(text, "application/json");
  require(!api::matches_any(text, "\"tag\"") ||
          text.find_first_of("*\"") != std::string_view::npos);
  (void)api::matches_version(text, "version");
  if (const auto time = api::parse_rfc3339(text)) require(*time >= -24LL * 3600 * 1000);
}

void read_path(std::string_view text) {
  const auto match = api::find_route("GET", text);
  require(match.route == nullptr || !match.allowed.empty());
  for (const auto& [name, value] : match.values)
    require(!value.empty() && value.find('/') == std::string_view::npos);
}

void read_cursor(std::string_view text) {
  if (const auto key = api::key_of(text); key && !text.empty()) require(!key->empty());
  require(api::key_of(api::cursor_of(text)).value_or("other") == text || text.empty());
}

void read_batch(std::string_view text) {
  const auto body = linli::base::parse_json(text);
  if (!body || !body->is_object()) return;
  const auto plan = api::batch_plan(*body);
  if (!plan) return;
  const auto rows = api::batch_rows(*plan);
  if (rows) require(!rows->empty() && rows->size() <= api::kMaxBatch);
}

// Text stays text, and grows no more than the words of the tables let it.
void read_sentence(std::string_view text) {
  const std::string zh = linli::console::words::chinese(text);
  require(linli::base::is_utf8(zh) || !linli::base::is_utf8(text));
  require(zh.size() <= 16 * text.size());
  require(zh == text || text.size() <= linli::console::words::kMaxSentence);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  read_headers(text);
  read_path(text);
  read_cursor(text);
  read_batch(text);
  read_sentence(text);
  const auto problem = api::problem_of({linli::base::Code::kInvalid, std::string(text)});
  require(linli::base::parse_json(api::response_of(problem, api::Language::kZh).body).has_value() ||
          size > 8192);
  return 0;
}
