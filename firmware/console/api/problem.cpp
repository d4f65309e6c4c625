#include "firmware/console/api/problem.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "firmware/base/json.hpp"
#include "firmware/console/api/spoken.hpp"

namespace linli::console::api {
namespace {

constexpr std::array kKinds{
    // clang-format off
    ProblemKind{"invalid", 422, "请求内容有误", "The request is wrong",
                "请按提示改正后重试", "Correct what is named, and send it again"},
    ProblemKind{"unauthenticated", 401, "尚未登录", "Not signed in",
                "请重新登录", "Sign in again"},
    ProblemKind{"sign_in_refused", 401, "登录名或密码不正确", "Login or password is wrong",
                "请核对后重试；忘记密码请联系物业经理", "Look at both again; a manager can help with a lost password"},
    ProblemKind{"second_factor_required", 401, "需要动态验证码", "A one-time code is needed",
                "请输入验证器应用中的六位数字", "Enter the six digits of the authenticator app"},
    ProblemKind{"locked_out", 429, "尝试次数过多，已暂时锁定", "Too many attempts: locked for a while",
                "请稍后再试，或请物业经理解锁", "Wait, or ask a manager to unlock"},
    ProblemKind{"denied", 403, "没有权限", "Not allowed",
                "请联系有此权限的同事", "Ask somebody who has this right"},
    ProblemKind{"csrf", 403, "页面已过期", "The page is out of date",
                "请刷新页面后重试", "Load the page again"},
    ProblemKind{"not_found", 404, "找不到", "Not found",
                "请核对编号，它可能已被移除", "Look at the id: it may have been removed"},
    ProblemKind{"method_not_allowed", 405, "不支持此方法", "Method not allowed",
                "允许的方法见 Allow 标头", "The Allow header names the methods"},
    ProblemKind{"not_acceptable", 406, "无法按要求的格式回答", "No such representation",
                "请接受 application/json", "Accept application/json"},
    ProblemKind{"conflict", 409, "与现状冲突", "In conflict with what is there",
                "请刷新后再决定", "Look at it anew, then decide"},
    ProblemKind{"gone", 410, "已失效", "No longer there",
                "请重新获取", "Ask for a new one"},
    ProblemKind{"precondition_failed", 412, "内容已被他人更改", "Somebody changed it meanwhile",
                "请刷新后重试", "Read it again, then change it"},
    ProblemKind{"too_large", 413, "内容过大", "Too large",
                "请减少内容后重试", "Send less at once"},
    ProblemKind{"unsupported_media_type", 415, "不支持的内容类型", "Unsupported media type",
                "请以 application/json 发送", "Send application/json"},
    ProblemKind{"unsupported", 422, "不支持此操作", "Not supported",
                "请查看设备型号与驱动的说明", "The device's model and driver say what they can do"},
    ProblemKind{"precondition_required", 428, "缺少 If-Match", "If-Match is missing",
                "请先读取，再带上 ETag 修改", "Read it first, and send its ETag as If-Match"},
    ProblemKind{"too_many_requests", 429, "请求过于频繁", "Too many requests",
                "请稍后再试", "Wait for a while"},
    ProblemKind{"internal", 500, "网关内部错误", "Our own fault",
                "请导出诊断包并联系技术支持", "Export the diagnostics and ask for support"},
    ProblemKind{"busy", 503, "网关正忙", "Busy",
                "请稍后再试", "Try again in a moment"},
    ProblemKind{"offline", 503, "对方不在线", "The other side is offline",
                "请检查其电源与网络", "Look at its power and network"},
    ProblemKind{"not_claimed", 503, "网关尚未认领", "The gateway has no manager yet",
                "请用 linlictl claim 给出的链接认领", "Claim it with the link of linlictl claim"},
    ProblemKind{"already_claimed", 409, "网关已被认领", "The gateway has a manager already",
                "请登录，或请物业经理邀请", "Sign in, or have a manager invite you"},
    ProblemKind{"timeout", 504, "等待超时", "No answer in time",
                "请稍后查看结果，不要立即重复", "Look at the outcome before you repeat it"},
    // clang-format on
};

std::string_view code_of(base::Code code) {
  switch (code) {
    case base::Code::kInvalid:
      return "invalid";
    case base::Code::kNotFound:
      return "not_found";
    case base::Code::kTimeout:
      return "timeout";
    case base::Code::kOffline:
      return "offline";
    case base::Code::kRefused:
    case base::Code::kConflict:
      return "conflict";
    case base::Code::kDenied:
      return "denied";
    case base::Code::kFull:
      return "busy";
    case base::Code::kUnsupported:
      return "unsupported";
    case base::Code::kCorrupt:
    case base::Code::kInternal:
      return "internal";
  }
  return "internal";
}

bool is_path_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.' || c == '[' || c == ']';
}

double weight_of(std::string_view range) {
  const auto q = range.find("q=");
  if (q == std::string_view::npos) return 1;
  const double weight = std::strtod(std::string(range.substr(q + 2)).c_str(), nullptr);
  return weight >= 0 && weight <= 1 ? weight : 0;
}

bool begins_with_word(std::string_view range, std::string_view word) {
  while (!range.empty() && range.front() == ' ') range.remove_prefix(1);
  return range.substr(0, word.size()) == word;
}

std::string_view in(Language language, std::string_view zh, std::string_view en) {
  return language == Language::kZh ? zh : en;
}

}  // namespace

Language language_of(std::string_view accept_language) {
  double zh = 0;
  double en = 0;
  while (!accept_language.empty()) {
    const std::string_view range = accept_language.substr(0, accept_language.find(','));
    if (begins_with_word(range, "zh")) zh = std::max(zh, weight_of(range));
    if (begins_with_word(range, "en")) en = std::max(en, weight_of(range));
    accept_language.remove_prefix(std::min(range.size() + 1, accept_language.size()));
  }
  return en > zh ? Language::kEn : Language::kZh;
}

std::span<const ProblemKind> problem_kinds() {
  return kKinds;
}

const ProblemKind* find_problem_kind(std::string_view code) {
  const auto* const found = std::find_if(
      kKinds.begin(), kKinds.end(), [code](const ProblemKind& kind) { return kind.code == code; });
  return found == kKinds.end() ? nullptr : found;
}

std::string pointer_of(std::string_view path) {
  std::string pointer = "/";
  for (const char c : path) {
    if (c == '.' || c == '[') {
      pointer.push_back('/');
    } else if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else if (c != ']') {
      pointer.push_back(c);
    }
  }
  return pointer;
}

Problem problem_of(const base::Error& error) {
  Problem problem{std::string(code_of(error.code)), error.what};
  if (error.code != base::Code::kInvalid) return problem;
  const auto colon = error.what.find(": ");
  if (colon == 0 || colon == std::string::npos) return problem;
  const std::string_view path = std::string_view(error.what).substr(0, colon);
  if (std::all_of(path.begin(), path.end(), is_path_character)) problem.field = pointer_of(path);
  return problem;
}

Response response_of(const Problem& problem, Language language) {
  const ProblemKind* kind = find_problem_kind(problem.code);
  if (kind == nullptr) kind = find_problem_kind("internal");
  const int status = problem.status == 0 ? kind->status : problem.status;
  base::Json json = {{"type", "/problems/" + std::string(kind->code)},
                     {"title", in(language, kind->title_zh, kind->title_en)},
                     {"status", status},
                     {"detail", spoken(problem.detail, language)},
                     {"code", kind->code},
                     {"way_out", problem.way_out.empty()
                                     ? std::string(in(language, kind->way_out_zh, kind->way_out_en))
                                     : spoken(problem.way_out, language)}};
  if (!problem.field.empty()) json["field"] = problem.field;
  Response response{status, problem.headers, base::dump_json(json)};
  response.headers.emplace_back("Content-Type", "application/problem+json");
  response.headers.emplace_back("Content-Language", in(language, "zh", "en"));
  response.headers.emplace_back("Cache-Control", "no-store");
  return response;
}

Response problem_page(std::string_view code, Language language) {
  const ProblemKind* const kind = find_problem_kind(code);
  if (kind == nullptr) return response_of({"not_found", "no such kind of problem"}, language);
  std::string text = fmt::format("{} ({})\n\n{}\n{}\n", kind->code, kind->status,
                                 in(language, kind->title_zh, kind->title_en),
                                 in(language, kind->way_out_zh, kind->way_out_en));
  return {200, {{"Content-Type", "text/plain; charset=utf-8"}}, std::move(text)};
}

}  // namespace linli::console::api
