#include "firmware/console/api/routes_common.hpp"

namespace linli::console::api {
namespace {

using enum Method;

Route own(Method method, std::string_view path, Words words, std::string_view request,
          std::string_view response, int status) {
  Route route = route_of(method, path, words, "account");
  route.request = request;
  route.response = response;
  route.status = status;
  return route;
}

Route session_only(Route route, std::vector<int> problems = {}) {
  route.door = Door::kOwnSession;
  route.problems = std::move(problems);
  return route;
}

Route console_only(Route route, std::vector<int> problems = {}) {
  route.door = Door::kConsole;
  route.problems = std::move(problems);
  return route;
}

Route console_session(Route route, std::vector<int> problems = {}) {
  route.door = Door::kConsoleSession;
  route.problems = std::move(problems);
  return route;
}

}  // namespace

std::vector<Route> account_routes() {
  return {
      own(kGet, "/api/v1/session", {"session", "当前会话", "The current session"}, "", "Session",
          200),
      session_only(
          own(kDelete, "/api/v1/session", {"sign_out", "退出登录", "Sign out"}, "", "", 204)),
      own(kGet, "/api/v1/sessions", {"sessions", "我的所有会话", "All of my sessions"}, "",
          "Sessions", 200),
      session_only(own(kDelete, "/api/v1/sessions",
                       {"sign_out_everywhere", "在所有设备上退出", "Sign out everywhere"}, "", "",
                       204)),
      session_only(own(kDelete, "/api/v1/sessions/{id}",
                       {"end_session", "结束一个会话", "End one of my sessions"}, "", "", 204),
                   {404}),
      session_only(
          own(kPut, "/api/v1/account/password",
              {"change_password", "修改密码", "Change my password"}, "PasswordChange", "", 204),
          {409, 429, 503}),
      session_only(own(kPost, "/api/v1/account/second-factor",
                       {"offer_second_factor", "准备启用动态验证码", "Prepare one-time codes"}, "",
                       "SecondFactor", 200),
                   {409}),
      session_only(own(kPut, "/api/v1/account/second-factor",
                       {"confirm_second_factor", "启用动态验证码", "Switch one-time codes on"},
                       "SecondFactorProof", "", 204),
                   {409}),
      session_only(own(kDelete, "/api/v1/account/second-factor",
                       {"remove_second_factor", "停用动态验证码", "Switch one-time codes off"},
                       "PasswordProof", "", 204),
                   {409, 429, 503}),
      own(kGet, "/api/v1/account/data",
          {"account_data", "网关保存的我的全部数据", "All that is stored of me"}, "", "AccountData",
          200),
      own(kGet, "/api/v1/my/devices", {"my_devices", "我家的设备", "The devices at my places"}, "",
          "Devices", 200),
      own(kGet, "/api/v1/my/notices", {"my_notices", "给我的通知", "Notices for me"}, "", "Notices",
          200),
      console_only(own(kGet, "/api/v1/tokens", {"tokens", "我的接口令牌", "My API tokens"}, "",
                       "Tokens", 200)),
      console_session(
          own(kPost, "/api/v1/tokens", {"new_token", "新建接口令牌", "Make an API token"},
              "TokenWish", "NewToken", 201),
          {409}),
      console_only(own(kDelete, "/api/v1/tokens/{id}",
                       {"revoke_token", "吊销接口令牌", "Revoke an API token"}, "", "", 204),
                   {404}),
  };
}

}  // namespace linli::console::api
