#include <algorithm>
#include <utility>

#include "firmware/scenarios/access/access_commands.hpp"

// What of people's access is over, for core::RetentionKeeper, and how it goes.
namespace linli::scenarios::access {

using core::DataClass;
using domain::access::CredentialState;
using ports::Space;

std::vector<std::string> AccessCommands::over(DataClass data) const {
  std::vector<std::string> keys;
  if (data == DataClass::kCredential) {
    for (const auto& [id, each] : books_.credentials.all())
      if (each.state == CredentialState::kRevoked) keys.push_back(id);
  }
  if (data == DataClass::kConsent) {
    for (const auto& [key, each] : books_.consents)
      if (!each.stands()) keys.push_back(key);
  }
  return keys;
}

base::Result<Change> AccessCommands::plan_clearing(DataClass data,
                                                   const std::vector<std::string>& keys,
                                                   ports::Turn with) const {
  const std::vector<std::string> still = over(data);
  const bool are_over = std::all_of(keys.begin(), keys.end(), [&still](const std::string& key) {
    return std::binary_search(still.begin(), still.end(), key);
  });
  if (!are_over)
    return base::fail(base::Code::kConflict, "what was to be deleted has come back into use");
  Change change;
  change.turn = std::move(with);
  if (data == DataClass::kCredential) {
    for (const std::string& key : keys) erase_row(change.turn, key);
    change.apply = [&books = books_, keys] {
      for (const std::string& key : keys) books.credentials.remove(key);
    };
    return change;
  }
  for (const std::string& key : keys) change.turn.erasures.push_back({Space::kConsent, key});
  change.apply = [&books = books_, keys] {
    for (const std::string& key : keys) books.consents.erase(key);
  };
  return change;
}

void AccessCommands::erase(DataClass data, std::vector<std::string> keys, ports::Turn with,
                           base::Done<void> done) {
  changes_.add(
      [this, data, keys = std::move(keys), with = std::move(with)]() mutable {
        return plan_clearing(data, keys, std::move(with));
      },
      [done = std::move(done)](base::Result<core::ScenarioAnswer> cleared) mutable {
        if (!cleared) return std::move(done)(base::failure_of(std::move(cleared)));
        std::move(done)({});
      });
}

}  // namespace linli::scenarios::access
