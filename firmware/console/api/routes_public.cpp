#include "firmware/console/api/route.hpp"

namespace linli::console::api {
namespace {

using enum Method;

Route page(std::string_view path, std::string_view operation, std::string_view zh,
           std::string_view en, std::string_view media) {
  Route route = route_of(kGet, path, {operation, zh, en}, "public");
  route.door = Door::kPublic;
  route.media = media;
  return route;
}

Route enter(std::string_view path, std::string_view operation, std::string_view zh,
            std::string_view en, std::string_view request) {
  Route route = route_of(kPost, path, {operation, zh, en}, "session");
  route.door = Door::kPublic;
  route.request = request;
  route.response = "Session";
  route.status = 201;
  route.problems = {401, 404, 409, 410, 429, 503};
  return route;
}

std::vector<Route> entrances() {
  return {
      enter("/api/v1/claim", "claim", "认领网关：第一位物业经理",
            "Claim the gateway: its first manager", "Claim"),
      enter("/api/v1/session", "sign_in", "登录", "Sign in", "SignIn"),
      enter("/api/v1/invitations/accept", "accept_invitation", "接受邀请", "Accept an invitation",
            "Acceptance"),
      enter("/api/v1/recovery", "recover", "用恢复码重设密码",
            "A new password with a recovery code", "Recovery"),
  };
}

}  // namespace

std::vector<Route> public_routes() {
  std::vector<Route> all{
      page("/healthz", "health", "进程存活", "The process answers", "text/plain"),
      page("/readyz", "ready", "可以服务：存储、循环、现场代理（与平台无关）",
           "Ready to serve: store, loop, site broker; never the platform", "application/json"),
      page("/.well-known/security.txt", "security_txt", "安全联系方式",
           "Whom to tell of a weakness", "text/plain"),
      page("/.well-known/wot", "wot_directory", "物目录的物描述",
           "Thing Description of the directory", "application/td+json"),
      page("/api/v1/openapi.json", "openapi", "本接口的 OpenAPI 3.1 描述",
           "OpenAPI 3.1 document of this API", "application/json"),
      page("/problems/{code}", "problem_page", "错误代码的说明", "What an error code means",
           "text/plain"),
      page("/api/v1/welcome", "welcome", "网关是否已认领",
           "Is the gateway claimed, and which is it?", "application/json"),
  };
  all[1].response = "Readiness";
  all[1].problems = {503};
  all[2].problems = {404};
  all[3].response = "Thing";
  all[4].response = "OpenApi";
  all[5].problems = {404};
  all[6].response = "Welcome";
  for (Route& route : entrances()) all.push_back(std::move(route));
  return all;
}

}  // namespace linli::console::api
