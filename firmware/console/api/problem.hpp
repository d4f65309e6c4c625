#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "firmware/base/error.hpp"
#include "firmware/console/message.hpp"

namespace linli::console::api {

enum class Language { kZh, kEn };

// The better liked of our two languages by an Accept-Language header; Chinese if it says nothing.
Language language_of(std::string_view accept_language);

// A kind of problem: a stable code with its status and its words, one row of one table.
struct ProblemKind {
  std::string_view code;
  int status;
  std::string_view title_zh;
  std::string_view title_en;
  std::string_view way_out_zh;
  std::string_view way_out_en;
};

std::span<const ProblemKind> problem_kinds();
const ProblemKind* find_problem_kind(std::string_view code);

// What is told of a request that was refused (RFC 9457).
struct Problem {
  std::string code;
  std::string detail;        // one English sentence
  std::string field = {};    // JSON pointer into the body; empty: none
  std::string way_out = {};  // empty: that of the kind
  int status = 0;            // 0: that of the kind
  std::vector<std::pair<std::string, std::string>> headers = {};
};

// Our own errors in the API's words. Of kInvalid, the path in front of the sentence becomes
// `field`.
Problem problem_of(const base::Error& error);

// In `language`, as far as console::words knows the sentence.
Response response_of(const Problem& problem, Language language);

// GET /problems/<code>: a short text for people who follow `type`. 404 for an unknown code.
Response problem_page(std::string_view code, Language language);

// "devices[3].id" as the JSON pointer "/devices/3/id".
std::string pointer_of(std::string_view path);

}  // namespace linli::console::api
