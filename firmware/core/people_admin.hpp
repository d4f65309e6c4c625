#pragma once

#include <optional>
#include <string>
#include <vector>

#include "firmware/core/joining.hpp"
#include "firmware/core/place_rule.hpp"

namespace linli::core {

// What managers do with the accounts of others. Who is bound to places sees and gives no more than
// those. Loop thread.
class PeopleAdmin {
 public:
  struct Parts {
    base::Loop& loop;
    AccountBooks& books;
    ChangeQueue& changes;
    LockOut& lock_out;
    Joining& joining;
  };

  PeopleAdmin(Parts parts, const ports::WallClock& clock, ParentOf parent_of)
      : parts_(parts), clock_(clock), parent_of_(std::move(parent_of)) {}
  PeopleAdmin(const PeopleAdmin&) = delete;
  PeopleAdmin& operator=(const PeopleAdmin&) = delete;

  std::vector<PersonView> people(const By& by) const;
  std::optional<PersonView> person(const By& by, const std::string& id) const;
  void invite(const By& by, InviteForm form, AccountDone<CodeOffer> done);
  void offer_recovery(const By& by, std::string id, AccountDone<CodeOffer> done);
  void change_person(const By& by, std::string id, PersonChange change,
                     AccountDone<PersonView> done);
  void remove_person(const By& by, std::string id, AccountDone<void> done);
  void unlock(const By& by, std::string id, AccountDone<void> done);
  void end_resident(const By& by, std::string resident, AccountDone<void> done);
  void end_sessions_of(const By& by, std::string id, AccountDone<void> done);

 private:
  const Person* find(const By& by, const std::string& id) const;
  PersonView view_of(const Person& person) const;
  AccountResult<Person> changed(const By& by, const Person& person,
                                const PersonChange& change) const;
  AccountResult<Plan<PersonView>> plan_change(const By& by, const std::string& id,
                                              const PersonChange& change);
  AccountResult<void> check_resident(const InviteForm& form) const;
  AccountResult<Plan<CodeOffer>> plan_invitation(const std::string& issuer, Invitation invitation);
  void take_back(Plan<CodeOffer>& plan, std::vector<std::string> older);
  AccountResult<Plan<void>> plan_remove(const By& by, const std::string& id);
  AccountResult<Plan<void>> plan_take_back(const By& by, const std::string& id);

  Parts parts_;
  const ports::WallClock& clock_;
  ParentOf parent_of_;
};

}  // namespace linli::core
