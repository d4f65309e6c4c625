#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "firmware/base/json.hpp"
#include "firmware/base/result.hpp"

namespace linli::console::api {

// What somebody opens doors with, without what it is made of.
struct CredentialPicture {
  std::string id;
  std::string kind;     // "card", "pin", "qr", "face"
  std::string state;    // "active", "suspended", "lost", "revoked"
  std::string printed;  // on a card; empty: nobody typed it
  std::optional<std::int64_t> from_ms;
  std::optional<std::int64_t> until_ms;
};

struct ConsentPicture {
  std::string text;  // version of what was agreed to
  std::string noted_by;
  std::int64_t given_ms = 0;
  std::optional<std::int64_t> withdrawn_ms;
};

struct ResidentPicture {
  std::string id;
  std::string role;  // "resident", "family"
  std::optional<std::int64_t> from_ms;
  std::optional<std::int64_t> until_ms;
};

// 户
struct HomePicture {
  std::string id;
  std::string place;
  std::vector<ResidentPicture> people;
};

// A visitor's pass or code that is out.
struct VisitPicture {
  std::string id;
  std::string kind;    // "pass", "code"
  std::string person;  // who invited
  int group = 0;       // of doors
  std::int64_t from_ms = 0;
  std::int64_t until_ms = 0;
  int uses = 1;
  int used = 0;
};

struct DelegationPicture {
  std::string id;
  std::string from;  // for whom
  std::string to;    // who acts
  std::vector<std::string> actions;
  std::int64_t from_ms = 0;
  std::int64_t until_ms = 0;
};

// What the API reads of who lives where (人员与住户); whoever wants to change something sends a
// command (ScenarioCommands). The daemon answers it from the scenario of doors. Loop thread only.
class Homes {
 public:
  Homes() = default;
  Homes(const Homes&) = delete;
  Homes& operator=(const Homes&) = delete;
  virtual ~Homes() = default;

  virtual std::vector<HomePicture> all() const = 0;  // in the order of their ids
  virtual std::optional<HomePicture> find(std::string_view id) const = 0;
  virtual std::optional<HomePicture> of_person(std::string_view person) const = 0;

  // Names and phones lie sealed: opened for those who may see them, one by one.
  struct Contact {
    std::string name;
    std::string phone;
  };
  virtual Contact contact(std::string_view person) const = 0;  // empty: nobody, or not readable

  virtual std::vector<CredentialPicture> credentials_of(std::string_view person) const = 0;
  virtual std::optional<ConsentPicture> face_consent_of(std::string_view person) const = 0;
  // From or to this person.
  virtual std::vector<DelegationPicture> delegations_of(std::string_view person) const = 0;
  virtual std::vector<VisitPicture> visits() const = 0;
  virtual std::vector<VisitPicture> visits_of(std::string_view person) const = 0;

  // The ids of the doors that this person may open from afar now.
  virtual std::vector<std::string> doors_of(std::string_view person) const = 0;

  // {"bits","count","printed"} of a number as it is printed on cards. kInvalid.
  virtual base::Result<base::Json> card_of(std::string_view printed, int bits) const = 0;
};

}  // namespace linli::console::api
