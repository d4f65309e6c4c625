#include "firmware/console/api/routes_common.hpp"

namespace linli::console::api {
namespace {

using enum Method;
using domain::Privilege;

Route person(Method method, std::string_view path, Words words, std::string_view request,
             std::string_view response, int status) {
  Route route = route_of(method, path, words, "people", Privilege::kManagePeople);
  route.request = request;
  route.response = response;
  route.status = status;
  route.problems = {404, 409, 503};
  return route;
}

Route audit(std::string_view path, Words words, std::string_view response) {
  Route route = person(kGet, path, words, "", response, 200);
  route.privilege = Privilege::kReadAudit;
  route.tag = "audit";
  route.problems = {503};
  route.needs_whole = true;
  return route;
}

}  // namespace

std::vector<Route> people_routes() {
  Route list =
      audit("/api/v1/audit", {"audit", "审计记录，新的在前", "The audit, newest first"}, "Audit");
  list.query = {{"cursor", kText, "`next` of the page before"},
                {"limit", kLimit, "items of a page"}};
  Route file = audit("/api/v1/audit/export",
                     {"audit_export", "导出审计链", "The audit chain, one JSON line each"}, "");
  file.media = "text/plain";
  return {
      person(kGet, "/api/v1/people", {"people", "人员", "People"}, "", "People", 200),
      person(kPost, "/api/v1/people/invitations", {"invite", "邀请", "Invite somebody"},
             "InvitationWish", "Invitation", 201),
      person(kPatch, "/api/v1/people/{id}",
             {"change_person", "修改角色或范围", "Change role or places"}, "PersonChange", "Person",
             200),
      person(kDelete, "/api/v1/people/{id}", {"remove_person", "移除人员", "Remove a person"}, "",
             "", 204),
      person(kPost, "/api/v1/people/{id}/recovery",
             {"offer_recovery", "给出恢复码", "A code for a new password"}, "", "Invitation", 200),
      person(kDelete, "/api/v1/people/{id}/lock", {"unlock_person", "解除锁定", "Unlock a person"},
             "", "", 204),
      person(kDelete, "/api/v1/people/{id}/sessions",
             {"end_sessions_of", "结束此人的会话", "End a person's sessions"}, "", "", 204),
      std::move(list),
      std::move(file),
  };
}

}  // namespace linli::console::api
