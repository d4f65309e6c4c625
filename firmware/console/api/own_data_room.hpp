#pragma once

#include <functional>
#include <memory>
#include <string>

#include "firmware/console/api/call.hpp"
#include "firmware/core/accounts.hpp"
#include "firmware/ports/store.hpp"

namespace linli::console::api {

// "My data" 我的数据: all that is stored of the person who asks, and who had to do with it.
class OwnDataRoom {
 public:
  static constexpr std::size_t kMaxLines = 2000;  // of the audit, the newest ones
  static constexpr std::size_t kMaxSeen = 50;     // of these, what concerns one person

  // What other rooms keep of a person, as members of one object.
  using MoreOf = std::function<base::Json(const std::string& person)>;

  OwnDataRoom(core::Accounts& accounts, ports::Store& store, MoreOf more_of)
      : accounts_(accounts), store_(store), more_of_(std::move(more_of)) {}
  void add_to(Handlers& handlers);

 private:
  struct Look;

  void begin(Call call);
  void look_back(const std::shared_ptr<Look>& look);
  void take(Look& look, const domain::AuditRow& row) const;

  core::Accounts& accounts_;
  ports::Store& store_;
  MoreOf more_of_;
};

}  // namespace linli::console::api
