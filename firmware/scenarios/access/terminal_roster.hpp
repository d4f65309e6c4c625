#pragma once

#include <string>
#include <vector>

#include "firmware/ports/person_roster.hpp"
#include "firmware/ports/wall_clock.hpp"
#include "firmware/scenarios/access/access_books.hpp"

namespace linli::scenarios::access {

// Whom the terminals at the doors should know: who has a right to pass there that is not over, and
// a card or a face that counts; a face only with the person's consent (单独同意).
class TerminalRoster final : public ports::PersonRoster {
 public:
  TerminalRoster(const AccessBooks& books, const ports::WallClock& clock)
      : books_(books), clock_(clock) {}

  std::vector<ports::RosterPerson> persons_at(const domain::DeviceId& terminal) const override;

 private:
  struct Term;
  std::vector<Term> terms_at(const domain::DeviceId& terminal) const;
  void add_credentials(const Term& term, std::vector<ports::RosterPerson>& persons) const;

  const AccessBooks& books_;
  const ports::WallClock& clock_;
};

}  // namespace linli::scenarios::access
