#include "firmware/console/refusal.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "firmware/base/json.hpp"
#include "firmware/console/limits.hpp"
#include "firmware/console/words/words.hpp"

namespace linli::console {
namespace refusals {
namespace {

constexpr int kRetryAfterS = 5;

}  // namespace

Refusal malformed(std::string detail) {
  return {
      400, "invalid", Refused::kMalformed, "请求格式错误", "Malformed request", std::move(detail)};
}

Refusal header_bytes() {
  return {431,
          "too_large",
          Refused::kHeaderBytes,
          "请求头过大",
          "Request headers too large",
          fmt::format("the headers are longer than {} bytes", limits::kHeaderBytes)};
}

Refusal body_bytes(std::size_t limit) {
  return {413,
          "too_large",
          Refused::kBodyBytes,
          "请求内容过大",
          "Request body too large",
          fmt::format("the body is longer than {} bytes", limit)};
}

Refusal host(std::string_view host, const std::vector<std::string>& known) {
  return {421,
          "not_found",
          Refused::kHost,
          "地址不属于本网关",
          "Not this gateway's address",
          fmt::format("'{}' is no name of this gateway: use {}, or add it to console.hosts", host,
                      fmt::join(known, ", "))};
}

Refusal cross_origin(std::string detail) {
  return {403,
          "csrf",
          Refused::kCrossOrigin,
          "已拒绝来自其他网站的请求",
          "A request of another site was refused",
          std::move(detail)};
}

Refusal method(std::string_view method) {
  return {405,
          "unsupported",
          Refused::kMethod,
          "不支持的请求方法",
          "Method not allowed",
          fmt::format("{} is not answered here", method),
          0,
          "GET, HEAD, POST, PUT, PATCH, DELETE"};
}

Refusal read_only(std::string_view method) {
  return {405,
          "unsupported",
          {},
          "不支持的请求方法",
          "Method not allowed",
          fmt::format("this is a page: it can be read, {} is not for it", method),
          0,
          "GET, HEAD"};
}

Refusal no_page(std::string_view path) {
  return {404, "not_found", {}, "页面不存在", "No such page", fmt::format("there is no {}", path)};
}

Refusal too_many() {
  return {503,
          "busy",
          Refused::kTooMany,
          "连接过多",
          "Too many connections",
          fmt::format("{} connections are open already", limits::kConnections),
          kRetryAfterS};
}

Refusal uploads() {
  return {503,
          "busy",
          Refused::kBusy,
          "正在处理其他上传",
          "Other uploads are under way",
          "an archive is being taken in already",
          kRetryAfterS};
}

Refusal answer_late() {
  return {504,
          "timeout",
          Refused::kAnswerLate,
          "网关未及时答复",
          "The gateway did not answer in time",
          "the gateway is busy: try again",
          kRetryAfterS};
}

Refusal broken_answer() {
  return {500,
          "internal",
          {},
          "网关内部错误",
          "An error of the gateway",
          "the gateway's answer was no valid one: see its log"};
}

}  // namespace refusals

Response answer_of(const Refusal& refusal, std::string_view accept_language) {
  const bool is_english = prefers_english(accept_language);
  const base::Json problem{{"type", fmt::format("/problems/{}", refusal.code)},
                           {"title", std::string(is_english ? refusal.en : refusal.zh)},
                           {"status", refusal.status},
                           {"detail", is_english ? refusal.detail : words::chinese(refusal.detail)},
                           {"code", std::string(refusal.code)}};
  Response response;
  response.status = refusal.status;
  response.headers = {{"content-type", "application/problem+json"}};
  if (refusal.retry_after_s > 0)
    response.headers.emplace_back("retry-after", std::to_string(refusal.retry_after_s));
  if (!refusal.allow.empty()) response.headers.emplace_back("allow", refusal.allow);
  response.body = base::dump_json(problem);
  return response;
}

bool prefers_english(std::string_view accept_language) {
  const std::size_t en = accept_language.find("en");
  const std::size_t zh = accept_language.find("zh");
  return en != std::string_view::npos && en < zh;
}

}  // namespace linli::console
