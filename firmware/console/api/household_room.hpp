#pragma once

#include <optional>
#include <string>
#include <vector>

#include "firmware/console/api/audit_pen.hpp"
#include "firmware/console/api/call.hpp"
#include "firmware/console/api/homes.hpp"
#include "firmware/console/api/house.hpp"
#include "firmware/console/api/household_view.hpp"
#include "firmware/console/api/reach.hpp"
#include "firmware/console/api/scenario_commands.hpp"
#include "firmware/core/accounts.hpp"

namespace linli::console::api {

// People and households (人员与住户) for the office: who lives where and opens with what, who moves
// in and out, visitors' passes. Whatever changes something is a command to the scenario of doors;
// the account of the app is core::Accounts' business. Loop thread only.
class HouseholdRoom {
 public:
  HouseholdRoom(const Homes& homes, const HouseholdView& view, const Reach& reach, House& house,
                core::Accounts& accounts, AuditPen& audit, ScenarioCommands& commands)
      : homes_(homes),
        view_(view),
        reach_(reach),
        house_(house),
        accounts_(accounts),
        audit_(audit),
        commands_(commands) {}

  void add_to(Handlers& handlers);

 private:
  void list(Call call) const;
  void show(Call call);
  void move_in(Call call);
  void move_out(Call call);
  void end_accounts(Call call, std::vector<std::string> people, base::Json ended);
  void erase_person(Call call);
  void invite(Call call);
  void give_credential(Call call);
  void set_credential(Call call);
  void import(Call call);
  void list_visits(Call call) const;
  void give_visit(Call call);
  void end_visit(Call call);
  void record_consent(Call call);
  void withdraw_consent(Call call);

  base::Result<base::Json> move_in_input(const Call& call);
  base::Result<base::Json> person_input(const base::Json& person);
  base::Result<base::Json> credential_input(const Call& call);
  // nullopt if there is none, or the actor does not see it; then the call is refused.
  std::optional<HomePicture> home_of(Call& call) const;
  std::optional<HomePicture> home_of_person(Call& call) const;

  const Homes& homes_;
  const HouseholdView& view_;
  const Reach& reach_;
  House& house_;
  core::Accounts& accounts_;
  AuditPen& audit_;
  ScenarioCommands& commands_;
};

// {"id","pass"|"code","until"} of what the scenario has made, which is shown this once.
base::Json given_visit(const base::Json& answer);

// What a body wishes for a visitor, as the input of issue_pass or issue_code for `person`.
struct VisitWish {
  std::string action;
  base::Json input;
};
base::Result<VisitWish> visit_wish(const Call& call, const std::string& person);

}  // namespace linli::console::api
