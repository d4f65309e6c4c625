#include "firmware/console/api/routes_common.hpp"

namespace linli::console::api {
namespace {

using enum Method;
using domain::Privilege;

struct Bodies {
  std::string_view request;
  std::string_view response;
  int status = 200;
};

// Of the office: who may see and change people.
Route office(Method method, std::string_view path, Words words, Bodies bodies) {
  Route route = route_of(method, path, words, "households", Privilege::kManagePeople);
  route.request = bodies.request;
  route.response = bodies.response;
  route.status = bodies.status;
  route.problems = {404, 409, 503, 504};
  return route;
}

// Of a resident, in the app.
Route own(Method method, std::string_view path, Words words, Bodies bodies) {
  Route route = office(method, path, words, bodies);
  route.privilege = Privilege::kOwn;
  route.door = Door::kOwnSession;
  route.tag = "resident";
  return route;
}

Route listed(Route route, std::vector<QueryParameter> query) {
  route.query = std::move(query);
  route.query.push_back(kCursorParameter);
  route.query.push_back(kLimitParameter);
  return route;
}

std::vector<Route> office_routes() {
  return {
      listed(office(kGet, "/api/v1/households", {"households", "住户", "Households"},
                    {"", "Households"}),
             {{"place", kText, "at this place or below"}}),
      office(kGet, "/api/v1/households/{id}", {"household", "一户", "A household with its people"},
             {"", "Household"}),
      once(office(kPost, "/api/v1/households/move-in", {"move_in", "入住", "People move in"},
                  {"MoveIn", "MovedIn", 201})),
      once(office(kPost, "/api/v1/households/{id}/move-out",
                  {"move_out", "迁出：一次结束全部凭证和权限",
                   "People move out: all that they could open with ends"},
                  {"MoveOut", "MovedOut"})),
      once(office(kPost, "/api/v1/households/erase-person",
                  {"erase_person", "删除已迁出人员的个人信息",
                   "Erase what is still stored of somebody who moved out"},
                  {"ErasureWish", "ErasedPerson"})),
      once(office(kPost, "/api/v1/households/import",
                  {"import_households", "导入住户名单", "Take over a list of households"},
                  {"HouseholdList", "HouseholdReport"})),
      office(kPost, "/api/v1/households/{id}/people/{person}/invitation",
             {"invite_resident", "邀请住户使用应用", "Invite a resident to the app"},
             {"Empty", "Invitation", 201}),
      once(office(kPost, "/api/v1/households/{id}/people/{person}/credentials",
                  {"give_credential", "发凭证", "Give a credential"},
                  {"NewCredential", "GivenCredential", 201})),
      once(office(kPut, "/api/v1/households/{id}/people/{person}/credentials/{credential}",
                  {"set_credential", "停用、挂失、注销或恢复凭证",
                   "Suspend, report as lost, revoke or restore a credential"},
                  {"CredentialWish", "", 204})),
      once(office(
          kPost, "/api/v1/households/{id}/people/{person}/consent",
          {"record_consent", "登记本人书面同意使用人脸", "Record a written consent to a face"},
          {"ConsentText", "", 204})),
      office(kDelete, "/api/v1/households/{id}/people/{person}/consent",
             {"withdraw_consent", "代本人撤回人脸同意并删除人脸",
              "Take a consent back for who gave it, and delete the face"},
             {"", "DeletedFace"}),
      listed(
          office(kGet, "/api/v1/visits",
                 {"visits", "访客通行证和访客码", "Visitors' passes and codes"}, {"", "VisitPage"}),
          {}),
      office(kPost, "/api/v1/visits",
             {"give_visit", "发访客通行证或访客码", "Give a visitor's pass or code"},
             {"OfficeVisitWish", "GivenVisit", 201}),
      office(kDelete, "/api/v1/visits/{id}",
             {"end_visit", "收回通行证或访客码", "Take a pass or code back"}, {"", "", 204}),
  };
}

}  // namespace

std::vector<Route> household_routes() {
  std::vector<Route> all = office_routes();
  const std::vector<Route> residents{
      own(kGet, "/api/v1/my/doors", {"my_doors", "我能开的门", "The doors that I may open"},
          {"", "MyDoors"}),
      once(own(kPost, "/api/v1/my/doors/{id}/open", {"open_my_door", "开门", "Open a door of mine"},
               {"Empty", "MyDoor"})),
      own(kGet, "/api/v1/my/visits", {"my_visits", "我的访客", "My visitors"}, {"", "MyVisits"}),
      own(kPost, "/api/v1/my/visits", {"give_my_visit", "邀请访客", "Invite a visitor"},
          {"VisitWish", "GivenVisit", 201}),
      own(kDelete, "/api/v1/my/visits/{id}",
          {"end_my_visit", "收回邀请", "Take an invitation back"}, {"", "", 204}),
      own(kGet, "/api/v1/my/home",
          {"my_home", "我的家人和委托", "My household, and who acts for whom"}, {"", "MyHome"}),
      own(kGet, "/api/v1/my/door-log", {"my_door_log", "谁开了我的门", "Who opened my door"},
          {"", "DoorLog"}),
      own(kGet, "/api/v1/my/face", {"my_face", "我的人脸", "My face, and what I agreed to"},
          {"", "MyFace"}),
      once(own(kPost, "/api/v1/my/face",
               {"agree_to_face", "同意使用人脸", "Agree that a face is used"},
               {"ConsentText", "", 204})),
      own(kDelete, "/api/v1/my/face",
          {"delete_my_face", "撤回同意并删除人脸", "Take the consent back and delete the face"},
          {"", "DeletedFace"}),
      once(own(kPost, "/api/v1/my/data/erase",
               {"erase_my_data", "删除我的姓名、电话和人脸", "Erase my name, phone and face"},
               {"Empty", "ErasedPerson"})),
      once(own(kPost, "/api/v1/my/delegations", {"delegate", "委托家人", "Let somebody act for me"},
               {"DelegationWish", "GivenId", 201})),
      own(kDelete, "/api/v1/my/delegations/{id}",
          {"end_delegation", "结束委托", "End a delegation"}, {"", "", 204}),
  };
  all.insert(all.end(), residents.begin(), residents.end());
  for (Route& route : all) {
    // A list names places all over the compound, and who moved out has none.
    route.needs_whole = route.operation == "import_households" || route.operation == "erase_person";
    if (route.operation != "my_door_log") continue;
    route.query = {{"person", kText, "for whom one acts"},
                   {"before", kText, "`next` of the page before"}};
  }
  return all;
}

}  // namespace linli::console::api
