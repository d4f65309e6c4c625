#pragma once

#include <string>

#include "firmware/core/accounts.hpp"
#include "firmware/daemon/config.hpp"
#include "firmware/daemon/control_methods.hpp"

namespace linli::daemon {

// What linlictl can ask about people, tokens and the audit. Who may open the control socket is root
// or was let in by root: there is no further question who it is. Loop thread only.
class PeopleControl : public ControlRoom {
 public:
  PeopleControl(base::Loop& loop, ports::Store& store, core::Accounts& accounts,
                const Config& config)
      : ControlRoom(loop), store_(store), accounts_(accounts), config_(config) {}

  void add_to(ControlMethods& methods);

 private:
  void show_claim(const Request& request, Reply reply);
  void list_people(const Request& request, Reply reply);
  void invite(const Request& request, Reply reply);
  void recover(const Request& request, Reply reply);
  void unlock(const Request& request, Reply reply);
  void remove(const Request& request, Reply reply);
  void create_token(const Request& request, Reply reply);
  void list_tokens(const Request& request, Reply reply);
  void revoke_token(const Request& request, Reply reply);
  void read_audit(const Request& request, Reply reply);

  // The id of the person that is named by id or login.
  base::Result<std::string> person_of(const Request& request) const;
  base::Json offer_json(const core::CodeOffer& offer, bool recovers) const;

  ports::Store& store_;
  core::Accounts& accounts_;
  const Config& config_;
};

}  // namespace linli::daemon
