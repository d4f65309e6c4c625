#pragma once

#include <memory>
#include <string>

#include "firmware/console/api/audit_pen.hpp"
#include "firmware/console/api/call.hpp"
#include "firmware/core/accounts.hpp"
#include "firmware/ports/store.hpp"

namespace linli::console::api {

// Who may do what; for managers.
class PeopleRoom {
 public:
  explicit PeopleRoom(core::Accounts& accounts) : accounts_(accounts) {}
  void add_to(Handlers& handlers);

 private:
  void list(Call call) const;
  void invite(Call call);
  void change(Call call);
  void offer_recovery(Call call);

  core::Accounts& accounts_;
};

// Who did what: the chained lines of the store.
class AuditRoom {
 public:
  AuditRoom(ports::Store& store, AuditPen& pen) : store_(store), pen_(pen) {}
  void add_to(Handlers& handlers);

 private:
  struct Export;

  void list(Call call);
  // Whoever takes the lines away stands in them: they tell of people.
  void begin_export(Call call);
  void read_all(Call call);
  void read_on(const std::shared_ptr<Export>& run);

  ports::Store& store_;
  AuditPen& pen_;
};

// Answers with a one-time code and the link that it travels in; the code is shown this once.
core::AccountDone<core::CodeOffer> show_code(Call call, bool is_recovery);

}  // namespace linli::console::api
