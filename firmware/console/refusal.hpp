#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/console/message.hpp"
#include "firmware/console/server_counts.hpp"

namespace linli::console {

// A request that the server itself answers with a problem: one of a closed set.
struct Refusal {
  int status = 400;
  std::string_view code = "invalid";   // of the API's stable codes
  std::optional<Refused> reason = {};  // counted and logged if there is one
  std::string_view zh = {};            // the title
  std::string_view en = {};
  std::string detail = {};      // one sentence
  int retry_after_s = 0;        // 0: no such header
  std::string_view allow = {};  // methods; empty: no such header
};

namespace refusals {

Refusal malformed(std::string detail);
Refusal header_bytes();
Refusal body_bytes(std::size_t limit);
Refusal host(std::string_view host, const std::vector<std::string>& known);
Refusal cross_origin(std::string detail);
Refusal method(std::string_view method);
Refusal read_only(std::string_view method);  // a page
Refusal no_page(std::string_view path);
Refusal too_many();
Refusal uploads();
Refusal answer_late();
Refusal broken_answer();

}  // namespace refusals

// application/problem+json (RFC 9457). `accept_language` chooses the language: Chinese
// unless English is asked for first.
Response answer_of(const Refusal& refusal, std::string_view accept_language);

// True if English is the first language of an Accept-Language header that we have.
bool prefers_english(std::string_view accept_language);

}  // namespace linli::console
